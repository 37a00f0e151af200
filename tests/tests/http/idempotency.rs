//! The same request under the same key has one effect and one answer.

use std::sync::Arc;

use purser_tests::{Answered, Api, TestEngine, api::order, shop};
use reqwest::Method;
use serde_json::{Value, json};

async fn post(api: &Api, token: &str, key: &str, path: &str, body: &Value) -> Answered {
    api.with_token(token, Method::POST, path).key(key).json(body).send().await
}

/// Status, place and body.
type Whole = (u16, Option<String>, String);

/// An answer to the byte.
fn whole(answered: &Answered) -> Whole {
    let location = answered.headers.get("location").map(|place| place.to_str().unwrap().to_owned());
    (answered.status.as_u16(), location, answered.text.clone())
}

/// Whether it says that it was answered before.
fn replayed(answered: &Answered) -> bool {
    let said = answered.headers.get("idempotent-replayed");
    assert!(said.is_none_or(|said| said == "true"), "{said:?}");
    said.is_some()
}

/// Sends every request under a key of its own, the same at every call.
async fn ask_all(api: &Api, token: &str, requests: &[(String, Value)], again: bool) -> Vec<Whole> {
    let mut answers = Vec::new();
    for (index, (path, body)) in requests.iter().enumerate() {
        let answered = post(api, token, &format!("key {index}"), path, body).await;
        assert_eq!(replayed(&answered), again, "{path}");
        answers.push(whole(&answered));
    }
    answers
}

#[tokio::test]
async fn a_repeat_is_answered_to_the_byte_also_by_an_engine_started_since() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    api.stocked("OLD", 250, 10).await;
    let (order_id, _) = api.placed(&[("A", 1)]).await;
    let (unpaid, _) = api.placed(&[("A", 1)]).await;
    let money = json!({"amount": 250, "currency": "GBP"});
    let requests = [
        ("/v1/orders".to_owned(), order(&[("A", 2)])),
        ("/v1/products".to_owned(), shop::product("demo-merchant", "NEW", "goods", 100)),
        ("/v1/products/A/reprice".to_owned(), json!({"price": {"amount": 300, "currency": "GBP"}})),
        ("/v1/stock/A/receive".to_owned(), json!({"quantity": 5})),
        ("/v1/stock/A/adjust".to_owned(), json!({"change": -1, "reason": "broken"})),
        (format!("/v1/orders/{order_id}/pay"), json!({"reference": "tx-1", "amount": money})),
        (format!("/v1/orders/{unpaid}/cancel"), json!({"reason": "changed my mind"})),
        ("/v1/products/OLD/delist".to_owned(), json!({})),
    ];
    let token = &api.tokens().back_office.clone();
    let first = ask_all(&api, token, &requests, false).await;
    assert!(first.iter().all(|(status, ..)| [200, 201].contains(status)), "{first:?}");
    let head = shop::at_rest(&api).await;
    assert_eq!(ask_all(&api, token, &requests, true).await, first);
    let clock = Arc::clone(engine.clock());
    let engine = TestEngine::start_on(engine.stop().await, clock).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    assert_eq!(ask_all(&api, token, &requests, true).await, first);
    assert_eq!(shop::at_rest(&api).await, head);
    engine.stop().await;
}

#[tokio::test]
async fn a_key_is_for_one_request_only() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["key-reused"]);
    api.stocked("A", 250, 10).await;
    let token = &api.tokens().back_office;
    let place =
        |quantity: i64| api.with_token(token, Method::POST, "/v1/orders").key("k").json(&order(&[("A", quantity)]));
    place(1).send().await.expect_status(201);
    let receive = |sku: &str| {
        api.with_token(token, Method::POST, &format!("/v1/stock/{sku}/receive")).key("k").json(&json!({"quantity": 1}))
    };
    for other in [place(2), receive("A"), receive("B")] {
        let refused = shop::refused(&engine, other, 422, "key-reused").await;
        assert!(!replayed(&refused.expect_fault("header", "Idempotency-Key")));
    }
    place(1).send().await.expect_status(201);
    engine.stop().await;
}

/// The shop's order page sends the request anew, put together by other code than the first time.
#[tokio::test]
async fn a_request_is_the_same_however_it_is_written() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["key-reused"]);
    let product = shop::product("demo-merchant", "A/B", "goods", 250);
    api.post("/v1/products", &product).send().await.expect_status(201);
    api.post("/v1/stock/A%2FB/receive", &json!({"quantity": 10})).send().await.expect_status(200);
    let ask = async |path: &str, body: &str| {
        let call =
            api.with_token(&api.tokens().back_office, Method::POST, path).key(path.split('/').next_back().unwrap());
        call.body("application/json", body.to_owned()).send().await
    };
    let place = r#"{"customer":"c-1","currency":"GBP","lines":[{"sku":"A/B","quantity":1}],
        "ship_to":{"recipient":"Ada","country":"GB"}}"#;
    let placed = ask("/v1/orders", place).await.expect_status(201);
    for same in [
        r#"{"ship_to":{"country":"GB","recipient":"Ada"},"lines":[{"quantity":1,"sku":"A/B"}],"currency":"GBP","customer":"c-1"}"#,
        r#"{"\u0063ustomer":"c-1","currency":"GBP","lines":[{"sku":"A\/B","quantity":1}],"ship_to":{"recipient":"\u0041da","country":"GB"}}"#,
        r#"{"customer":"c-1","reference":null,"currency":"GBP","lines":[{"sku":"A/B","quantity":1,"unit_price":null}],"coupons":[],
            "points":null,"ship_to":{"recipient":"Ada","lines":[],"city":null,"country":"GB"},"shipping_method":null}"#,
        r#"{"customer":"c-1","currency":"GBP","lines":[{"sku":"A/B","quantity":10e-1}],"ship_to":{"recipient":"Ada","country":"GB"}}"#,
    ] {
        let again = ask("/v1/orders", same).await;
        assert!(replayed(&again), "{same}: {}", again.text);
        assert_eq!(whole(&again), whole(&placed), "{same}");
    }
    for other in [
        place.replace(":1}", ":2}"),
        place.replace("Ada", "ada"),
        place.replace(r#""c-1""#, "null"),
        place.replace(r#""recipient""#, r#""lines":["Attic"],"recipient""#),
        place.replace("}]", r#"},{"sku":"A/B","quantity":1}]"#),
    ] {
        ask("/v1/orders", &other).await.expect_problem(422, "key-reused");
    }
    assert_eq!(shop::events(engine.database(), "OrderPlaced").await, 1);
    // A path is what its segments say, and no body is one without fields.
    let received = ask("/v1/stock/A%2FB/receive", r#"{"quantity":1}"#).await.expect_status(200);
    assert_eq!(whole(&ask("/v1/stock/%41%2fB/receive", r#"{"quantity":1}"#).await), whole(&received));
    let delisted = ask("/v1/products/A%2FB/delist", "").await.expect_status(200);
    assert_eq!(whole(&ask("/v1/products/A%2fB/delist", "{}").await), whole(&delisted));
    engine.stop().await;
}

#[tokio::test]
async fn two_keys_are_no_key_and_one_said_twice_is_one() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["malformed-header"]);
    api.stocked("A", 250, 10).await;
    let place = |keys: [&str; 2]| {
        let call = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders").json(&order(&[("A", 1)]));
        call.key(keys[0]).key(keys[1])
    };
    for keys in [["k", "l"], ["k", ""], ["", "k"], ["k", "K"]] {
        let refused = shop::refused(&engine, place(keys), 400, "malformed-header").await;
        refused.expect_fault("header", "Idempotency-Key");
    }
    let placed = place(["k", "k"]).send().await.expect_status(201);
    let once = post(&api, &api.tokens().back_office, "k", "/v1/orders", &order(&[("A", 1)])).await;
    assert!(!replayed(&placed) && replayed(&once));
    assert_eq!(whole(&once), whole(&placed));
    engine.stop().await;
}

/// What is worked out anew each time was never answered before.
#[tokio::test]
async fn a_quote_takes_a_key_and_does_not_keep_to_it() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/quotes"]);
    api.stocked("A", 250, 10).await;
    let quote = async || post(&api, &api.tokens().back_office, "k", "/v1/quotes", &order(&[("A", 1)])).await;
    assert_eq!(quote().await.expect_status(200).body["total"]["amount"], 250);
    api.post("/v1/products/A/reprice", &json!({"price": {"amount": 300, "currency": "GBP"}})).send().await;
    let anew = quote().await.expect_status(200);
    assert_eq!(anew.body["total"]["amount"], 300);
    assert!(!replayed(&anew));
    engine.stop().await;
}

/// Money, units and points: whoever presses twice means once.
#[tokio::test]
async fn what_would_count_twice_needs_a_key() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["missing-idempotency-key"]);
    api.stocked("A", 250, 10).await;
    let (id, _) = api.placed(&[("A", 3)]).await;
    shop::pay(&api, &id, 750, "tx-1").await;
    shop::reaches(&api, &id, "processing").await;
    let token = &api.tokens().back_office;
    let cancel = format!("/v1/orders/{id}/cancel");
    let units = json!({"reason": "one is enough", "lines": [{"line": 0, "quantity": 1}]});
    let nothing = "00000000000000000000000000000000";
    let money = json!({"amount": {"amount": 250, "currency": "GBP"}});
    for (path, body) in [
        ("/v1/orders", &order(&[("A", 1)])),
        (
            &*format!("/v1/orders/{id}/returns"),
            &json!({"kind": "return", "lines": [{"line": 0, "quantity": 1, "reason": "r"}]}),
        ),
        (&*format!("/v1/orders/{id}/payments"), &json!({"gateway": "sandbox"})),
        (&*format!("/v1/payments/pay_{nothing}/captures"), &money),
        ("/v1/customers/c-1/points", &json!({"points": 1, "reason": "sorry"})),
        (&cancel, &units),
    ] {
        let keyless = api.with_token(token, Method::POST, path).json(body);
        let refused = shop::refused(&engine, keyless, 400, "missing-idempotency-key").await;
        refused.expect_fault("header", "Idempotency-Key");
    }
    for _ in 0..2 {
        post(&api, token, "r", "/v1/stock/A/receive", &json!({"quantity": 1})).await.expect_status(200);
        post(&api, token, "c", &cancel, &units).await.expect_status(200);
    }
    assert_eq!(shop::events(engine.database(), "OrderLinesCancelled").await, 1);
    // Of ten and one more, two of three are still the order's.
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 9, reserved: 0 });
    // What ends a thing, or says how it is from now on, finds it so the second time.
    let (unpaid, _) = api.placed(&[("A", 1)]).await;
    for (path, body) in [
        ("/v1/products/A/reprice", &json!({"price": {"amount": 300, "currency": "GBP"}})),
        (&*format!("/v1/orders/{id}/pay"), &json!({"reference": "tx-1", "amount": {"amount": 750, "currency": "GBP"}})),
        (&*format!("/v1/orders/{id}/ship"), &json!({})),
        (&*format!("/v1/orders/{unpaid}/cancel"), &json!({"reason": "changed my mind", "lines": []})),
    ] {
        let keyless = || api.with_token(token, Method::POST, path).json(body).send();
        keyless().await.expect_status(200);
        let head = shop::at_rest(&api).await;
        let again = keyless().await.expect_status(200);
        assert!(!replayed(&again));
        assert_eq!(shop::at_rest(&api).await, head, "{path}");
    }
    engine.stop().await;
}

/// What the log knows nothing of is kept beside it: in the same place, for all nodes.
#[tokio::test]
async fn what_is_done_beside_the_log_is_done_once_for_each_key() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/reconciliations", "POST /v1/clock/confirm", "key-reused"]);
    api.stocked("A", 250, 10).await;
    let (staff, operator) = (api.tokens().back_office.clone(), api.tokens().operator.clone());
    let press = async |api: &Api, token: &str, path: &str, key: &str| {
        api.with_token(token, Method::POST, path).key(key).send().await
    };
    let reconciled = press(&api, &staff, "/v1/reconciliations", "k").await.expect_status(200);
    let confirmed = press(&api, &operator, "/v1/clock/confirm", "k").await.expect_status(200);
    assert!(!replayed(&reconciled) && !replayed(&confirmed));
    // Later there is more to be told, and it is told to whoever asks anew.
    api.stocked("B", 250, 10).await;
    shop::at_rest(&api).await;
    engine.clock().advance(chrono::TimeDelta::minutes(1));
    let anew = press(&api, &staff, "/v1/reconciliations", "l").await.expect_status(200);
    assert_ne!(anew.text, reconciled.text);
    let clock = Arc::clone(engine.clock());
    let engine = TestEngine::start_on(engine.stop().await, clock).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    for (token, path, first) in
        [(&staff, "/v1/reconciliations", &reconciled), (&operator, "/v1/clock/confirm", &confirmed)]
    {
        let again = press(&api, token, path, "k").await;
        assert!(replayed(&again), "{path}");
        assert_eq!(whole(&again), whole(first));
    }
    // There is one book of keys.
    post(&api, &staff, "k", "/v1/orders", &order(&[("A", 1)])).await.expect_problem(422, "key-reused");
    post(&api, &staff, "m", "/v1/orders", &order(&[("A", 1)])).await.expect_status(201);
    press(&api, &staff, "/v1/reconciliations", "m").await.expect_problem(422, "key-reused");
    press(&api, &operator, "/v1/views/sales/rebuild", "k").await.expect_problem(422, "key-reused");
    engine.stop().await;
}

#[tokio::test]
async fn a_refusal_leaves_its_key_unused() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["out-of-stock", "invalid-value"]);
    api.stocked("A", 250, 1).await;
    let token = &api.tokens().back_office;
    let place = async |quantity: i64| post(&api, token, "k", "/v1/orders", &order(&[("A", quantity)])).await;
    place(0).await.expect_problem(422, "invalid-value");
    place(5).await.expect_problem(409, "out-of-stock");
    // The key is free for the same request and for another.
    api.post("/v1/stock/A/receive", &json!({"quantity": 4})).send().await.expect_status(200);
    let placed = place(5).await.expect_status(201);
    assert_eq!(whole(&place(5).await), whole(&placed));
    place(6).await.expect_problem(422, "key-reused");
    engine.stop().await;
}

#[tokio::test]
async fn keys_belong_to_who_asks_and_not_to_the_token() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 100).await;
    let mut body = order(&[("A", 1)]);
    body.as_object_mut().unwrap().remove("customer");
    let other_customer = shop::token(&api, "customer", "c-2").await;
    let tokens = api.tokens();
    let mut ids = std::collections::HashSet::new();
    for token in [&tokens.customer, &other_customer, &tokens.merchant, &tokens.back_office] {
        let placed = post(&api, token, "k", "/v1/orders", &body).await.expect_status(201);
        assert!(ids.insert(placed.body["id"].as_str().unwrap().to_owned()), "an answer of somebody else's");
    }
    // A customer's new token knows what the old one asked.
    let replaced = shop::token(&api, "customer", "demo-customer").await;
    let again = post(&api, &replaced, "k", "/v1/orders", &body).await.expect_status(201);
    assert!(ids.contains(again.body["id"].as_str().unwrap()));
    assert_eq!(shop::events(engine.database(), "OrderPlaced").await, 4);
    engine.stop().await;
}

/// Two systems of the back office number their orders alike; a system whose token is replaced goes on as before, also at an
/// engine that has read the tokens from the database.
#[tokio::test]
async fn systems_of_the_back_office_do_not_share_their_keys_and_keep_them_when_their_tokens_are_replaced() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 100).await;
    let issued = async |api: &Api, owner: Option<&str>| {
        let mut wish = json!({"role": "back_office"});
        if let Some(owner) = owner {
            wish["owner"] = json!(owner);
        }
        let issued = api.post_as(&api.tokens().operator, "/v1/tokens", &wish).send().await.expect_status(201).body;
        (issued["id"].as_str().unwrap().to_owned(), issued["token"].as_str().unwrap().to_owned())
    };
    let place = async |api: &Api, token: &str| {
        let placed = post(api, token, "1001", "/v1/orders", &order(&[("A", 1)])).await.expect_status(201);
        placed.body["id"].as_str().unwrap().to_owned()
    };
    let (till, web) = (issued(&api, Some("till")).await, issued(&api, Some("web-shop")).await);
    let (nameless, other) = (issued(&api, None).await, issued(&api, None).await);
    let tokens = [&till.1, &web.1, &nameless.1, &other.1, &api.tokens().back_office];
    let mut orders = Vec::new();
    for token in tokens {
        orders.push(place(&api, token).await);
    }
    let distinct: std::collections::HashSet<&String> = orders.iter().collect();
    assert_eq!(distinct.len(), tokens.len(), "an answer of somebody else's");
    // A token without an owner is its own, and is replaced by one that names it.
    for (old, owner, before) in [(&till.0, "till", &orders[0]), (&nameless.0, nameless.0.as_str(), &orders[2])] {
        let replaced = issued(&api, Some(owner)).await;
        let revoked = api.with_token(&api.tokens().operator, Method::DELETE, &format!("/v1/tokens/{old}")).send().await;
        revoked.expect_status(204);
        assert_eq!(place(&api, &replaced.1).await, *before);
    }
    let newest = issued(&api, Some("till")).await;
    let clock = Arc::clone(engine.clock());
    let engine = TestEngine::start_on(engine.stop().await, clock).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    assert_eq!(place(&api, &newest.1).await, orders[0]);
    assert_eq!(place(&api, &web.1).await, orders[1]);
    // An owner has keys of their own for each role.
    let wish = json!({"role": "operator"});
    let ask = |token: String| api.with_token(&token, Method::POST, "/v1/tokens").key("rotate").json(&wish).send();
    let operators = [api.tokens().operator.clone(), shop::owned_token(&api, "operator", "till").await];
    for operator in operators {
        ask(operator.clone()).await.expect_status(201);
        ask(operator).await.expect_problem(409, "token-issued");
    }
    engine.stop().await;
}

/// A client that finds another engine at its retry hears what the first one would have said.
#[tokio::test]
async fn a_repeat_at_an_engine_that_stands_by_is_answered_by_the_one_that_writes() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/orders", "out-of-stock"]);
    api.stocked("A", 250, 10).await;
    let standby = TestEngine::start_on(engine.database().clone(), Arc::clone(engine.clock())).await;
    let there = api.at(standby.engine().address());
    assert_eq!(shop::role(&there).await, "standby");
    let token = &api.tokens().back_office;
    let place = async |api: &Api, key: &str| post(api, token, key, "/v1/orders", &order(&[("A", 6)])).await;
    let placed = place(&there, "k").await.expect_status(201);
    assert!(!replayed(&placed));
    for api in [&api, &there] {
        let again = place(api, "k").await;
        assert!(replayed(&again));
        assert_eq!(whole(&again), whole(&placed));
        let short = place(api, "another").await.expect_problem(409, "out-of-stock");
        assert_eq!(short.body["errors"][0]["available"], 4);
    }
    let seen = there.get(&format!("{}?min_position={}", placed.header("location"), placed.position())).await;
    assert_eq!(seen["id"], placed.body["id"]);
    assert_eq!(shop::events(engine.database(), "OrderPlaced").await, 1);
    standby.stop().await;
    engine.stop().await;
}

/// The caller who asks again does not ask anew: what was placed is placed, though nothing is left to place now.
#[tokio::test]
async fn a_repeat_hears_the_first_answer_where_the_request_would_now_be_refused() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (shipped, _) = api.placed(&[("A", 1)]).await;
    shop::pay(&api, &shipped, 250, "tx-1").await;
    shop::reaches(&api, &shipped, "processing").await;
    let token = &api.tokens().back_office.clone();
    let requests = [
        ("/v1/orders".to_owned(), order(&[("A", 9)])),
        (format!("/v1/orders/{shipped}/ship"), json!({})),
        ("/v1/products/A/reprice".to_owned(), json!({"price": {"amount": 300, "currency": "GBP"}})),
    ];
    let first = ask_all(&api, token, &requests, false).await;
    assert!(first.iter().all(|(status, ..)| [200, 201].contains(status)), "{first:?}");
    api.post(&format!("/v1/orders/{shipped}/deliver"), &json!({})).send().await.expect_status(200);
    api.post("/v1/products/A/delist", &json!({})).send().await.expect_status(200);
    assert_eq!(ask_all(&api, token, &requests, true).await, first);
    let clock = Arc::clone(engine.clock());
    let engine = TestEngine::start_on(engine.stop().await, clock).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    assert_eq!(ask_all(&api, token, &requests, true).await, first);
    // Another request under the key is told so, whatever else is wrong with it.
    post(&api, token, "key 0", "/v1/orders", &order(&[("A", 8)])).await.expect_problem(422, "key-reused");
    engine.stop().await;
}
