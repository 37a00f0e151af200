//! What happened, by whom and why; how things stood at any time.

use chrono::TimeDelta;
use purser_tests::{Answered, Api, TestEngine, shop};
use reqwest::Method;
use serde_json::{Value, json};

/// An order of two `A` that was paid a minute after its placement and is worked on.
async fn worked_on() -> (TestEngine, Api, String, i64) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (id, placed) = api.placed(&[("A", 2)]).await;
    engine.clock().advance(TimeDelta::minutes(1));
    shop::pay(&api, &id, 500, "tx-1").await;
    shop::at_rest(&api).await;
    (engine, api, id, placed)
}

async fn asked(api: &Api, path: &str) -> Answered {
    api.with_token(&api.tokens().back_office, Method::GET, path).send().await
}

#[tokio::test]
async fn the_history_of_an_order_tells_who_did_what_and_why() {
    let (engine, api, id, _) = Box::pin(worked_on()).await;
    let _telling = api.tells(&["GET /v1/orders/{id}/history", "not-found"]);
    let history = api.get(&format!("/v1/orders/{id}/history")).await;
    assert_eq!(shop::field(&history, "event_type"), ["OrderPlaced", "OrderPaid", "ProcessingStarted"]);
    let items = shop::items(&history);
    for (index, item) in items.iter().enumerate() {
        assert_eq!((&item["aggregate_type"], &item["aggregate_id"]), (&json!("order"), &json!(id)));
        assert_eq!((&item["sequence"], &item["event_version"]), (&json!(index + 1), &json!("1.0")));
    }
    assert_eq!(items[0]["recorded_at"], "2026-01-15T12:00:00.000000Z");
    assert_eq!(items[1]["recorded_at"], "2026-01-15T12:01:00.000000Z");
    assert!(items[0]["actor"].as_str().unwrap().starts_with("back_office:tok_"));
    assert!(items[0]["causation_id"].as_str().unwrap().starts_with("request:req_"));
    assert_eq!(items[1]["payload"]["OrderPaid"]["settlement"]["captured"]["reference"], "tx-1");
    assert_eq!(items[2]["actor"], "saga:processing");
    assert_eq!(items[2]["causation_id"], format!("event:{}", items[1]["position"]));
    assert_eq!(items[2]["correlation_id"], items[1]["correlation_id"]);
    asked(&api, "/v1/orders/ord_00000000000000000000000000000000/history").await.expect_problem(404, "not-found");
    engine.stop().await;
}

#[tokio::test]
async fn an_order_stands_as_it_stood_then() {
    let (engine, api, id, placed) = Box::pin(worked_on()).await;
    let _telling = api.tells(&["GET /v1/orders/{id}/as-of", "malformed-parameter", "not-found"]);
    let then = api.get(&format!("/v1/orders/{id}/as-of?position={placed}")).await;
    let by_time = api.get(&format!("/v1/orders/{id}/as-of?time=2026-01-15T12:00:30Z")).await;
    assert_eq!(then, by_time);
    let at = "2026-01-15T12:00:00.000000Z";
    let expected = json!({"id": id, "position": then["position"], "recorded_at": at, "status": "pending_payment",
        "customer": "demo-customer", "merchant": "demo-merchant",
        "lines": [{"sku": "A", "title": "Title of A", "kind": "goods", "quantity": 2, "unit_price": 250, "total": 500}],
        "total": {"amount": 500, "currency": "GBP"}, "ship_to": then["ship_to"], "placed_at": at,
        "pay_by": "2026-01-15T12:30:00.000000Z", "payments": [], "owed_back": []});
    assert_eq!(then, expected);
    let now = api.get(&format!("/v1/orders/{id}/as-of?time=2026-01-15T12:01:00Z")).await;
    assert_eq!((&now["status"], &now["payments"]), (&json!("processing"), &json!(["tx-1"])));
    asked(&api, &format!("/v1/orders/{id}/as-of?position=1")).await.expect_problem(404, "not-found");
    for query in ["", "position=0", "position=-1", "position=1&time=2026-01-15T12:00:30Z"] {
        let refused = asked(&api, &format!("/v1/orders/{id}/as-of?{query}")).await;
        refused.expect_problem(400, "malformed-parameter").expect_fault("parameter", "position");
    }
    engine.stop().await;
}

#[tokio::test]
async fn the_history_of_a_product_is_that_of_its_stock_as_well() {
    let (engine, api, id, placed) = Box::pin(worked_on()).await;
    let _telling = api.tells(&["GET /v1/products/{sku}/history", "GET /v1/products/{sku}/as-of", "not-found"]);
    let history = api.get("/v1/products/A/history").await;
    let expected = ["ProductListed", "StockReceived", "StockReserved", "ReservationCommitted"];
    assert_eq!(shop::field(&history, "event_type"), expected);
    let items = shop::items(&history);
    assert_eq!((&items[0]["aggregate_id"], &items[1]["aggregate_id"]), (&json!("A"), &json!("A@main")));
    assert!(items[2]["payload"].to_string().contains(&id), "{}", items[2]);
    let stock = |then: &Value| then["stock"][0].clone();
    let listed = api.get("/v1/products/A/as-of?position=1").await;
    let product = json!({"listed": true, "title": "Title of A", "kind": "goods",
        "price": {"amount": 250, "currency": "GBP"}, "merchant": "demo-merchant"});
    let expected = json!({"sku": "A", "position": 1, "recorded_at": "2026-01-15T12:00:00.000000Z",
        "product": product, "stock": []});
    assert_eq!(listed, expected);
    let reserved = api.get(&format!("/v1/products/A/as-of?position={placed}")).await;
    assert_eq!(
        stock(&reserved),
        json!({"location": "main", "on_hand": 10, "reserved": 2, "available": 8, "waiting": 0})
    );
    let now = api.get("/v1/products/A/as-of?time=2026-01-15T12:01:00Z").await;
    assert_eq!(stock(&now), json!({"location": "main", "on_hand": 8, "reserved": 0, "available": 8, "waiting": 0}));
    asked(&api, "/v1/products/NONE/history").await.expect_problem(404, "not-found");
    asked(&api, "/v1/products/A/as-of?time=2026-01-15T11:59:59Z").await.expect_problem(404, "not-found");
    engine.stop().await;
}
