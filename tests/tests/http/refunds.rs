//! Money that is owed back, worked off by the back office.

use chrono::TimeDelta;
use purser_tests::{Api, TestEngine, shop};
use serde_json::json;

/// A cancelled order that was paid, one that was paid twice, and one that was paid too late; a minute between each.
async fn owing() -> (TestEngine, Api, [String; 3]) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (cancelled, _) = api.placed(&[("A", 1)]).await;
    let (surplus, _) = api.placed(&[("A", 2)]).await;
    let (late, _) = api.placed(&[("A", 3)]).await;
    shop::pay(&api, &cancelled, 250, "tx-1").await;
    shop::cancel(&api, &cancelled).await;
    shop::at_rest(&api).await;
    engine.clock().advance(TimeDelta::minutes(1));
    shop::pay(&api, &surplus, 500, "tx-2").await;
    shop::pay(&api, &surplus, 500, "tx-3").await;
    shop::at_rest(&api).await;
    engine.clock().advance(TimeDelta::minutes(1));
    shop::cancel(&api, &late).await;
    shop::pay(&api, &late, 750, "tx-4").await;
    shop::at_rest(&api).await;
    (engine, api, [cancelled, surplus, late])
}

#[tokio::test]
async fn what_is_owed_is_on_the_list_until_it_is_done() {
    let (engine, api, [cancelled, ..]) = Box::pin(owing()).await;
    let _telling = api.tells(&["GET /v1/refunds", "GET /v1/refunds/{id}", "POST /v1/refunds/{id}/done"]);
    let due = api.get(&format!("/v1/refunds?status=due&order={cancelled}")).await;
    let refund = due["items"][0].clone();
    let id = refund["id"].as_str().unwrap();
    let expected = json!([{"id": id, "order": cancelled, "merchant": "demo-merchant", "customer": "demo-customer",
        "amount": {"amount": 250, "currency": "GBP"}, "cause": "order_cancelled", "payment_reference": "tx-1",
        "status": "submitted", "channel": "back_office", "requested_at": "2026-01-15T12:00:00.000000Z",
        "submitted_at": "2026-01-15T12:00:00.000000Z", "position": refund["position"]}]);
    assert_eq!(due["items"], expected);
    assert_eq!(api.get(&format!("/v1/refunds/{id}")).await, refund);
    let transfer = json!({"reference": "bank-1", "note": "sent by hand"});
    let done = api.post(&format!("/v1/refunds/{id}/done"), &transfer).send().await.expect_status(200);
    assert_eq!(done.body, json!({"id": id, "position": done.position()}));
    let seen = api.get(&format!("/v1/refunds/{id}?min_position={}", done.position())).await;
    assert_eq!((&seen["status"], &seen["transfer_reference"]), (&json!("succeeded"), &json!("bank-1")));
    assert_eq!((&seen["note"], &seen["succeeded_at"]), (&json!("sent by hand"), &json!("2026-01-15T12:02:00.000000Z")));
    assert_eq!(api.get(&format!("/v1/refunds?status=due&order={cancelled}")).await["items"], json!([]));
    assert_eq!(api.get("/v1/refunds?status=done").await["items"], json!([seen]));
    engine.stop().await;
}

#[tokio::test]
async fn the_list_of_refunds_is_narrowed_by_order_merchant_and_time() {
    let (engine, api, [cancelled, surplus, late]) = Box::pin(owing()).await;
    let merchants = |name: &str| format!("merchant={name}");
    for (query, orders) in [
        (String::new(), vec![&cancelled, &surplus, &late]),
        ("direction=descending".to_owned(), vec![&late, &surplus, &cancelled]),
        (format!("order={surplus}"), vec![&surplus]),
        (merchants("demo-merchant"), vec![&cancelled, &surplus, &late]),
        (merchants("another"), vec![]),
        ("requested_from=2026-01-15T12:01:00Z".to_owned(), vec![&surplus, &late]),
        ("requested_from=2026-01-15T12:01:00Z&requested_until=2026-01-15T12:02:00Z".to_owned(), vec![&surplus]),
        ("status=done".to_owned(), vec![]),
    ] {
        let found = api.get(&format!("/v1/refunds?{query}")).await;
        assert_eq!(shop::field(&found, "order").iter().collect::<Vec<_>>(), orders, "{query}");
    }
    let causes = shop::field(&api.get("/v1/refunds").await, "cause");
    assert_eq!(causes, ["order_cancelled", "surplus_payment", "late_payment"]);
    engine.stop().await;
}

#[tokio::test]
async fn a_refund_is_done_once_by_one_transfer() {
    let (engine, api, [cancelled, ..]) = Box::pin(owing()).await;
    let _telling = api.tells(&["refund-conflict", "not-found", "invalid-value"]);
    let id = shop::refunds(&api, &cancelled).await[0]["id"].as_str().unwrap().to_owned();
    let done = |id: &str, transfer: serde_json::Value| api.post(&format!("/v1/refunds/{id}/done"), &transfer);
    let nobodys = "rfd_00000000000000000000000000000000";
    shop::refused(&engine, done(nobodys, json!({"reference": "bank-1"})), 404, "not-found").await;
    let nameless = shop::refused(&engine, done(&id, json!({"note": "sent"})), 422, "invalid-value").await;
    nameless.expect_fault("pointer", "/reference");
    let first = done(&id, json!({"reference": "bank-1"})).send().await.expect_status(200);
    let again = done(&id, json!({"reference": "bank-1"})).send().await.expect_status(200);
    assert_eq!(again.body, first.body);
    shop::refused(&engine, done(&id, json!({"reference": "bank-2"})), 409, "refund-conflict").await;
    engine.stop().await;
}
