//! Steps that an order refuses.

use chrono::TimeDelta;
use purser_tests::{Api, shop};
use serde_json::{Value, json};

fn payment(amount: i64, currency: &str) -> Value {
    json!({"reference": "tx-1", "amount": {"amount": amount, "currency": currency}})
}

fn path(id: &str, step: &str) -> String {
    format!("/v1/orders/{id}/{step}")
}

/// A body with which each step could be taken.
fn body(step: &str) -> Value {
    match step {
        "pay" => payment(500, "GBP"),
        "cancel" => json!({"reason": "changed my mind"}),
        _ => json!({}),
    }
}

async fn paid(api: &Api) -> String {
    let (id, _) = api.placed(&[("A", 2)]).await;
    shop::pay(api, &id, 500, "tx-1").await;
    shop::reaches(api, &id, "processing").await;
    shop::at_rest(api).await;
    id
}

#[tokio::test]
async fn a_step_out_of_order_is_told_where_the_order_stands() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["wrong-status"]);
    api.stocked("A", 250, 10).await;
    let (pending, _) = api.placed(&[("A", 2)]).await;
    let (cancelled, _) = api.placed(&[("A", 2)]).await;
    shop::cancel(&api, &cancelled).await;
    let working = paid(&api).await;
    for (id, status, steps) in [
        (&pending, "pending_payment", &["ship", "deliver", "complete"][..]),
        (&cancelled, "cancelled", &["ship", "deliver", "complete"]),
        (&working, "processing", &["deliver", "complete"]),
    ] {
        for step in steps {
            let call = api.post(&path(id, step), &body(step));
            let refused = shop::refused(&engine, call, 409, "wrong-status").await;
            assert_eq!(refused.body["order_status"], status, "{step}");
        }
    }
    api.post(&path(&working, "ship"), &json!({})).send().await.expect_status(200);
    let too_late = api.post(&path(&working, "cancel"), &body("cancel"));
    assert_eq!(shop::refused(&engine, too_late, 409, "wrong-status").await.body["order_status"], "shipped");
    engine.stop().await;
}

#[tokio::test]
async fn a_payment_that_cannot_be_right_is_refused() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["amount-mismatch", "invalid-value", "future-time"]);
    api.stocked("A", 250, 10).await;
    let (id, _) = api.placed(&[("A", 2)]).await;
    let pay = |payment: &Value| api.post(&path(&id, "pay"), payment);
    for wrong in [payment(501, "GBP"), payment(500, "EUR")] {
        let refused = shop::refused(&engine, pay(&wrong), 422, "amount-mismatch").await;
        refused.expect_fault("pointer", "/amount");
    }
    let nothing = shop::refused(&engine, pay(&payment(0, "GBP")), 422, "invalid-value").await;
    nothing.expect_fault("pointer", "/amount/amount");
    let mut future = payment(500, "GBP");
    future["at"] = json!("2026-01-15T12:01:01Z");
    shop::refused(&engine, pay(&future), 422, "future-time").await.expect_fault("pointer", "/at");
    pay(&payment(500, "GBP")).send().await.expect_status(200);
    shop::at_rest(&api).await;
    // The same reference is the same money, and cannot have been another amount.
    let restated = shop::refused(&engine, pay(&payment(600, "GBP")), 422, "amount-mismatch").await;
    restated.expect_fault("pointer", "/amount");
    engine.stop().await;
}

#[tokio::test]
async fn the_time_of_a_step_is_the_back_offices_to_state_and_never_in_the_future() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["field-not-allowed", "future-time"]);
    api.stocked("A", 250, 10).await;
    let id = paid(&api).await;
    engine.clock().advance(TimeDelta::minutes(2));
    let (past, future) = (json!({"at": "2026-01-15T12:01:00Z"}), json!({"at": "2026-01-15T12:03:01Z"}));
    for step in ["ship", "deliver", "complete"] {
        let by_merchant = api.post_as(&api.tokens().merchant, &path(&id, step), &past);
        shop::refused(&engine, by_merchant, 403, "field-not-allowed").await.expect_fault("pointer", "/at");
        let by_staff = api.post(&path(&id, step), &future);
        shop::refused(&engine, by_staff, 422, "future-time").await.expect_fault("pointer", "/at");
        let taken = api.post(&path(&id, step), &past).send().await.expect_status(200);
        let seen = api.get(&format!("/v1/orders/{id}?min_position={}", taken.position())).await;
        let last = seen["history"].as_array().unwrap().last().unwrap();
        assert_eq!(last["at"], "2026-01-15T12:01:00.000000Z");
        assert_eq!(last["recorded_at"], "2026-01-15T12:02:00.000000Z");
    }
    engine.stop().await;
}

#[tokio::test]
async fn an_id_that_is_none_is_malformed_and_one_that_is_nobodys_is_not_found() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["malformed-id", "not-found"]);
    let (upper_case, other_kind, nobodys) = (
        "ord_0193ABCD0193ABCD0193ABCD0193ABCD",
        "rfd_0193abcd0193abcd0193abcd0193abcd",
        "ord_0193abcd0193abcd0193abcd0193abcd",
    );
    for step in ["pay", "cancel", "ship", "deliver", "complete"] {
        for malformed in ["1", upper_case, other_kind, "ord_", "%00"] {
            let call = api.post(&path(malformed, step), &body(step));
            shop::refused(&engine, call, 400, "malformed-id").await.expect_fault("parameter", "id");
        }
        shop::refused(&engine, api.post(&path(nobodys, step), &body(step)), 404, "not-found").await;
    }
    for (path, parameter) in [
        ("/v1/orders/1", "id"),
        ("/v1/orders/1/history", "id"),
        ("/v1/orders/1/as-of?position=1", "id"),
        ("/v1/products/A@main", "sku"),
        ("/v1/products/A@main/history", "sku"),
        ("/v1/products/A@main/as-of?position=1", "sku"),
        ("/v1/stock/%20A", "sku"),
        ("/v1/refunds/1", "id"),
    ] {
        let refused = api.with_token(&api.tokens().back_office, reqwest::Method::GET, path).send().await;
        refused.expect_problem(400, "malformed-id").expect_fault("parameter", parameter);
    }
    // Bytes that are no text name nothing at all.
    let no_text = api.with_token(&api.tokens().back_office, reqwest::Method::GET, "/v1/products/%FF").send().await;
    no_text.expect_problem(400, "malformed-id");
    engine.stop().await;
}
