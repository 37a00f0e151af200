//! Headers: the ids of a request and of a conversation, and what an answer says beside its body.

use purser_tests::{api::order, shop};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_conversation_goes_through_answers_and_events() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let talk = "checkout 4711/ä".replace('ä', "~");
    let placed = api.post("/v1/orders", &order(&[("A", 1)])).header("x-correlation-id", &talk).send().await;
    let placed = placed.expect_status(201);
    assert_eq!(placed.header("x-correlation-id"), talk);
    let request = placed.header("x-request-id");
    assert!(request.strip_prefix("req_").is_some_and(|digits| digits.len() == 32), "{request}");
    let id = placed.body["id"].as_str().unwrap();
    let payment = json!({"reference": "tx-1", "amount": {"amount": 250, "currency": "GBP"}});
    let pay = api.post(&format!("/v1/orders/{id}/pay"), &payment).header("x-correlation-id", "payment");
    pay.send().await.expect_status(200);
    shop::at_rest(&api).await;
    let history = api.get(&format!("/v1/orders/{id}/history")).await;
    assert_eq!(shop::field(&history, "correlation_id"), [talk.as_str(), "payment", "payment"]);
    assert_eq!(history["items"][0]["causation_id"], format!("request:{request}"));
    let of_stock = api.get("/v1/products/A/history").await;
    assert_eq!(shop::field(&of_stock, "correlation_id")[2..], [talk.as_str(), "payment"]);
    engine.stop().await;
}

#[tokio::test]
async fn every_answer_has_a_request_of_its_own_and_a_conversation() {
    let (engine, api) = shop::open().await;
    let mut seen = std::collections::HashSet::new();
    let token = &api.tokens().back_office;
    for (method, path) in [
        (Method::GET, "/v1/orders"),
        (Method::GET, "/v1/orders"),
        (Method::GET, "/v1/orders/ord_00000000000000000000000000000000"),
        (Method::GET, "/v1/orders?limit=0"),
        (Method::GET, "/health/live"),
        (Method::GET, "/nothing"),
        (Method::PUT, "/v1/orders"),
        (Method::GET, "/v1/tokens"),
        (Method::GET, "/docs"),
    ] {
        let answered = api.with_token(token, method, path).send().await;
        let request = answered.header("x-request-id");
        assert!(seen.insert(request.to_owned()), "{path}: {request} again");
        // A conversation that nobody named is named after its first request.
        assert_eq!(answered.header("x-correlation-id"), request, "{path}");
    }
    let stranger = api.anonymous(Method::GET, "/v1/orders").header("x-correlation-id", "talk").send().await;
    let stranger = stranger.expect_problem(401, "unauthenticated");
    assert_eq!(stranger.header("x-correlation-id"), "talk");
    assert_eq!(stranger.header("cache-control"), "no-store");
    engine.stop().await;
}

#[tokio::test]
async fn a_header_that_is_too_long_or_not_printable_is_malformed() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["malformed-header"]);
    api.stocked("A", 250, 10).await;
    let (long_talk, long_key) = ("x".repeat(129), "x".repeat(256));
    for (name, header, value) in [
        ("X-Correlation-Id", "x-correlation-id", ""),
        ("X-Correlation-Id", "x-correlation-id", "a\tb"),
        ("X-Correlation-Id", "x-correlation-id", &long_talk),
    ] {
        let call = api.post("/v1/orders", &order(&[("A", 1)])).header(header, value);
        let refused = shop::refused(&engine, call, 400, "malformed-header").await.expect_fault("header", name);
        assert_eq!(refused.header("x-correlation-id"), refused.header("x-request-id"));
    }
    let place = |key: &str| {
        let call = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders").key(key);
        call.json(&order(&[("A", 1)]))
    };
    for key in ["", "a\tb", &long_key] {
        let refused = shop::refused(&engine, place(key), 400, "malformed-header").await;
        refused.expect_fault("header", "Idempotency-Key");
    }
    place(&long_key[1..]).send().await.expect_status(201);
    let longest = api.with_token(&api.tokens().back_office, Method::GET, "/v1/orders");
    longest.header("x-correlation-id", &long_talk[1..]).send().await.expect_status(200);
    engine.stop().await;
}

#[tokio::test]
async fn a_method_that_a_path_does_not_know_is_told_those_that_it_does() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["method-not-allowed", "no-such-route"]);
    let token = &api.tokens().operator;
    for (method, path, allowed) in [
        (Method::PUT, "/v1/orders", "GET,HEAD,POST"),
        (Method::DELETE, "/v1/orders/ord_00000000000000000000000000000000", "GET,HEAD"),
        (Method::GET, "/v1/products/A/reprice", "POST"),
        (Method::PATCH, "/v1/tokens/tok_00000000000000000000000000000000", "DELETE"),
        (Method::POST, "/health/live", "GET,HEAD"),
    ] {
        let refused = api.with_token(token, method, path).send().await.expect_problem(405, "method-not-allowed");
        let mut known: Vec<&str> = refused.header("allow").split(',').map(str::trim).collect();
        known.sort_unstable();
        assert_eq!(known.join(","), allowed, "{path}");
    }
    for path in ["/", "/v1", "/v1/order", "/v1/orders/", "/v2/orders", "/v1/orders/a/b/c", "/admin"] {
        let missing = api.with_token(token, Method::GET, path).send().await;
        let missing = missing.expect_problem(404, "no-such-route");
        // Whoever looks at the address in a browser finds the way.
        let detail = missing.body["detail"].as_str().unwrap();
        assert!(detail.contains("/openapi.json") && detail.contains("/docs"), "{detail}");
    }
    engine.stop().await;
}
