//! Gateways that are silent, late or down.

use chrono::TimeDelta;
use purser_tests::{
    Till,
    shop::{self, Counts},
    wait::until,
};
use serde_json::json;

#[tokio::test]
async fn money_whose_webhook_was_lost_is_found_by_the_next_question() {
    let till = Till::open().await;
    let [order, payment, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    till.postbox.holds(1).await;
    assert_eq!(shop::order(&till.api, &order).await["status"], "pending_payment");
    till.engine.clock().advance(TimeDelta::minutes(1));
    shop::reaches(&till.api, &order, "processing").await;
    assert_eq!(till.reaches(&payment, "captured").await["captured"]["amount"], 250);
    till.close().await;
}

/// The customer paid in time, and nobody heard of it before the order's time was over.
#[tokio::test]
async fn money_that_becomes_known_after_the_order_expired_is_owed_back() {
    let till = Till::open().await;
    let api = &till.api;
    let [order, payment, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    till.sandbox.misbehave(&json!({"unavailable_percent": 100})).await;
    till.engine.clock().advance(TimeDelta::minutes(31));
    shop::reaches(api, &order, "expired").await;
    till.sandbox.misbehave(&json!({})).await;
    till.reaches_in_time(&payment, "captured").await;
    let owed = until("a refund", async || shop::refunds(api, &order).await.pop()).await;
    assert_eq!((&owed["cause"], &owed["payment"]), (&json!("late_payment"), &json!(payment)));
    assert_eq!(owed["amount"], json!({"amount": 250, "currency": "GBP"}));
    assert_eq!(shop::order(api, &order).await["status"], "expired");
    shop::at_rest(api).await;
    assert_eq!(shop::stock(api, "A").await, Counts { on_hand: 100, reserved: 0 });
    till.close().await;
}

#[tokio::test]
async fn a_payment_that_nobody_makes_is_given_up_and_closed_at_the_gateway() {
    let till = Till::open().await;
    let [order, payment, _] = till.payable("automatic").await;
    till.engine.clock().advance(TimeDelta::minutes(31));
    shop::reaches(&till.api, &order, "expired").await;
    till.reaches(&payment, "voided").await;
    assert_eq!(till.sandbox.payments().await[0]["status"], "voided");
    till.close().await;
}

/// One failure opens it here.
#[tokio::test]
async fn orders_are_taken_while_the_gateway_is_down_and_can_be_paid_when_it_is_back() {
    let till = Till::open_with(|gateway| gateway.breaker.least_calls = 1).await;
    let api = &till.api;
    till.sandbox.misbehave(&json!({"unavailable_percent": 100})).await;
    let mut begun = Vec::new();
    for _ in 0..3 {
        let (order, _) = api.placed(&[("A", 1)]).await;
        begun.push((till.begin(&order, "automatic").await, order));
    }
    // Whoever asks is told that it is left alone, and it hears nothing of that: the clock stands still.
    until("the breaker opens", async || {
        let report = api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200).body;
        let error = report["gateways"][0]["error"].as_str().expect("the gateway is down").to_owned();
        error.starts_with("the gateway is not called before").then_some(())
    })
    .await;
    let called = till.sandbox.stats().await["calls"]["unavailable"].clone();
    assert_ne!(called, 0);
    api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200);
    assert_eq!(till.sandbox.stats().await["calls"]["unavailable"], called);
    for (payment, _) in &begun {
        assert_eq!(till.payment(payment).await["status"], "initiated");
    }
    till.sandbox.misbehave(&json!({})).await;
    till.postbox.carry_to(till.engine.engine().address());
    for (payment, order) in &begun {
        let pending = till.reaches_in_time(payment, "pending").await;
        till.sandbox.pay(pending["next_action"]["redirect_url"].as_str().unwrap(), "succeed").await;
        shop::reaches(api, order, "processing").await;
    }
    assert_eq!(till.sandbox.payments().await.len(), 3, "each was opened once");
    till.close().await;
}
