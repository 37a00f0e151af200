//! What cannot be given back, by whom not, and what cannot be done with a return.

use chrono::TimeDelta;
use purser_tests::{Api, TestEngine, shop};
use serde_json::{Value, json};

/// Two of `A` at 250 pence, shipped, and when asked to, delivered.
async fn sold(steps: &[&str]) -> (TestEngine, Api, String) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (id, _) = api.placed(&[("A", 2)]).await;
    shop::pay(&api, &id, 500, "tx-1").await;
    shop::reaches(&api, &id, "processing").await;
    for step in steps {
        api.post(&format!("/v1/orders/{id}/{step}"), &json!({})).send().await.expect_status(200);
    }
    shop::at_rest(&api).await;
    (engine, api, id)
}

fn wish(kind: &str, units: i64) -> Value {
    json!({"kind": kind, "lines": [{"line": 0, "quantity": units, "reason": "broken"}]})
}

async fn asked(api: &Api, order: &str, kind: &str) -> String {
    let path = format!("/v1/orders/{order}/returns");
    let answered = api.post(&path, &wish(kind, 1)).send().await.expect_status(201);
    answered.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn units_are_asked_back_once_they_have_left_and_no_longer_than_the_window_is_open() {
    let (engine, api, order) = sold(&[]).await;
    let _telling = api.tells(&["wrong-status", "return-window-closed", "units-not-there", "missing-idempotency-key"]);
    let path = format!("/v1/orders/{order}/returns");
    let customer = &api.tokens().customer;
    let early = shop::refused(&engine, api.post_as(customer, &path, &wish("return", 1)), 409, "wrong-status").await;
    assert_eq!(early.body["order_status"], "processing");
    for step in ["ship", "deliver"] {
        api.post(&format!("/v1/orders/{order}/{step}"), &json!({})).send().await.expect_status(200);
    }
    shop::at_rest(&api).await;
    let keyless = api.with_token(customer, reqwest::Method::POST, &path).json(&wish("return", 1));
    shop::refused(&engine, keyless, 400, "missing-idempotency-key").await;
    let many = api.post_as(customer, &path, &wish("return", 3));
    shop::refused(&engine, many, 422, "units-not-there").await.expect_fault("pointer", "/lines/0/quantity");
    let nothing = api.post_as(customer, &path, &json!({"kind": "return", "lines": []}));
    shop::refused(&engine, nothing, 422, "invalid-value").await.expect_fault("pointer", "/lines");
    engine.clock().advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    let late = api.post_as(customer, &path, &wish("return", 1));
    shop::refused(&engine, late, 409, "return-window-closed").await;
    shop::set(&api, "policies", &json!({"return_window_days": 31})).await;
    api.post_as(customer, &path, &wish("return", 1)).send().await.expect_status(201);
    shop::at_rest(&api).await;
    shop::set(&api, "policies", &json!({"return_window_days": 0})).await;
    shop::at_rest(&api).await;
    shop::refused(&engine, api.post_as(customer, &path, &wish("return", 1)), 409, "return-window-closed").await;
    engine.stop().await;
}

#[tokio::test]
async fn a_return_of_others_is_as_unknown_as_one_that_never_was() {
    let (engine, api, order) = sold(&["ship"]).await;
    let _telling = api.tells(&["not-found", "field-not-allowed", "future-time"]);
    let id = asked(&api, &order, "return").await;
    shop::at_rest(&api).await;
    let (customer, merchant) = (shop::token(&api, "customer", "c-2").await, shop::token(&api, "merchant", "m-2").await);
    let found = json!({"lines": [{"line": 0, "restock": 1}]});
    for (token, step, body) in [
        (&merchant, "approve", json!({})),
        (&merchant, "decline", json!({"reason": "x"})),
        (&customer, "cancel", json!({})),
        (&customer, "send", json!({})),
        (&merchant, "send", json!({})),
        (&merchant, "receive", json!({})),
        (&merchant, "inspect", found),
    ] {
        for id in [id.as_str(), "ret_00000000000000000000000000000000"] {
            let call = api.post_as(token, &format!("/v1/returns/{id}/{step}"), &body);
            shop::refused(&engine, call, 404, "not-found").await;
        }
    }
    let path = format!("/v1/orders/{order}/returns");
    for token in [&customer, &merchant] {
        shop::refused(&engine, api.post_as(token, &path, &wish("return", 1)), 404, "not-found").await;
        let call = api.with_token(token, reqwest::Method::GET, &format!("/v1/returns/{id}"));
        shop::refused(&engine, call, 404, "not-found").await;
    }
    let mut earlier = wish("return", 1);
    earlier["at"] = json!("2026-01-15T11:00:00Z");
    let stated = api.post_as(&api.tokens().customer, &path, &earlier);
    shop::refused(&engine, stated, 403, "field-not-allowed").await.expect_fault("pointer", "/at");
    earlier["at"] = json!("2036-01-15T11:00:00Z");
    shop::refused(&engine, api.post(&path, &earlier), 422, "future-time").await.expect_fault("pointer", "/at");
    engine.stop().await;
}

#[tokio::test]
async fn no_step_of_a_return_comes_before_the_one_that_it_needs() {
    let (engine, api, order) = sold(&["ship", "deliver"]).await;
    let _telling = api.tells(&["return-conflict", "inspection-mismatch", "invalid-value"]);
    let merchant = &api.tokens().merchant;
    let id = asked(&api, &order, "return").await;
    shop::at_rest(&api).await;
    let call = |step: &str, body: &Value| api.post_as(merchant, &format!("/v1/returns/{id}/{step}"), body);
    let nowhere = shop::refused(&engine, call("approve", &json!({})), 422, "invalid-value").await;
    nowhere.expect_fault("pointer", "/return_address");
    let found = |found: Value| json!({"lines": [found]});
    let all = found(json!({"line": 0, "restock": 1}));
    for (step, body) in [("send", json!({})), ("receive", json!({})), ("inspect", all.clone())] {
        shop::refused(&engine, call(step, &body), 409, "return-conflict").await;
    }
    let address = json!({"return_address": {"recipient": "Returns", "country": "GB"}});
    for (step, body) in [("approve", address), ("send", json!({})), ("receive", json!({}))] {
        call(step, &body).send().await.expect_status(200);
    }
    shop::at_rest(&api).await;
    for wrong in [json!({"line": 0, "restock": 2}), json!({"line": 0}), json!({"line": 1, "restock": 1})] {
        let refused = shop::refused(&engine, call("inspect", &found(wrong)), 422, "inspection-mismatch").await;
        refused.expect_fault("pointer", "/lines");
    }
    shop::refused(&engine, api.post(&format!("/v1/returns/{id}/cancel"), &json!({})), 409, "return-conflict").await;
    call("inspect", &all).send().await.expect_status(200);
    shop::at_rest(&api).await;
    shop::refused(&engine, call("inspect", &all), 409, "return-conflict").await;
    // Where the goods stay where they are, nothing is sent.
    let kept = asked(&api, &order, "refund_only").await;
    shop::at_rest(&api).await;
    shop::refused(&engine, api.post(&format!("/v1/returns/{kept}/send"), &json!({})), 409, "return-conflict").await;
    engine.stop().await;
}

#[tokio::test]
async fn a_return_that_is_asked_for_again_under_its_key_is_the_same_return() {
    let (engine, api, order) = sold(&["ship"]).await;
    let path = format!("/v1/orders/{order}/returns");
    let call = |units: i64| {
        let call = api.with_token(&api.tokens().customer, reqwest::Method::POST, &path);
        call.key("back-1").json(&wish("refund_only", units))
    };
    let first = call(1).send().await.expect_status(201);
    let again = call(1).send().await.expect_status(201);
    assert_eq!(again.body, first.body);
    call(2).send().await.expect_problem(422, "key-reused");
    shop::at_rest(&api).await;
    assert_eq!(shop::events(engine.database(), "ReturnRequested").await, 1);
    engine.stop().await;
}
