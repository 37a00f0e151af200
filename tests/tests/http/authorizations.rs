//! Money that a gateway has set aside is released when its reason is gone.

use chrono::TimeDelta;
use purser_tests::{Till, shop, wait::until};
use serde_json::{Value, json};

fn money(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// An order whose money is set aside: the order, the payment, and the payment's name at the gateway.
async fn authorized(till: &Till) -> [String; 3] {
    let [order, payment, link] = till.payable("manual").await;
    let name = authorize(till, &payment, &link).await;
    [order, payment, name]
}

async fn authorize(till: &Till, payment: &str, link: &str) -> String {
    till.sandbox.pay(link, "succeed").await;
    let authorized = till.reaches(payment, "authorized").await;
    authorized["gateway_reference"].as_str().expect("a name").to_owned()
}

async fn is_released(till: &Till, payment: &str, name: &str) {
    till.reaches(payment, "voided").await;
    assert_eq!(till.sandbox.payment(name).await["status"], "voided");
}

#[tokio::test]
async fn what_is_set_aside_for_a_cancelled_order_is_released_and_never_taken() {
    let till = Till::connected().await;
    let (api, engine) = (&till.api, &till.engine);
    let _telling = api.tells(&["wrong-status"]);
    let [order, payment, name] = authorized(&till).await;
    shop::cancel(api, &order).await;
    let capture = || api.post(&format!("/v1/payments/{payment}/captures"), &json!({"amount": money(250)}));
    let refused = capture().send().await;
    assert_eq!(refused.expect_problem(409, "wrong-status").body["order_status"], "cancelled");
    is_released(&till, &payment, &name).await;
    shop::at_rest(api).await;
    shop::refused(engine, capture(), 409, "wrong-status").await;
    assert_eq!(shop::events(engine.database(), "CaptureRequested").await, 0);
    assert_eq!(shop::refunds(api, &order).await, Vec::<Value>::new());
    till.close().await;
}

/// Expired, or paid in another way.
#[tokio::test]
async fn what_is_set_aside_is_released_however_the_order_stops_waiting() {
    let till = Till::connected().await;
    let api = &till.api;
    let [order, payment, name] = authorized(&till).await;
    shop::pay(api, &order, 250, "bank-1").await;
    is_released(&till, &payment, &name).await;

    let [order, first, first_name] = authorized(&till).await;
    let second = till.begin(&order, "manual").await;
    let link = till.link(&second).await;
    let second_name = authorize(&till, &second, &link).await;
    api.post(&format!("/v1/payments/{first}/captures"), &json!({"amount": money(250)})).send().await.expect_status(200);
    shop::reaches(api, &order, "processing").await;
    is_released(&till, &second, &second_name).await;
    assert_eq!(till.sandbox.payment(&first_name).await["status"], "captured");

    let [order, payment, name] = authorized(&till).await;
    till.engine.clock().advance(TimeDelta::minutes(31));
    shop::reaches(api, &order, "expired").await;
    is_released(&till, &payment, &name).await;
    till.close().await;
}

#[tokio::test]
async fn what_is_set_aside_after_the_end_of_the_order_is_released_at_once() {
    let till = Till::connected().await;
    let [order, payment, link] = till.payable("manual").await;
    shop::cancel(&till.api, &order).await;
    till.sandbox.pay(&link, "succeed").await;
    let voided = till.reaches(&payment, "voided").await;
    assert_eq!((&voided["authorized"], &voided["captured"]), (&money(250), &money(0)));
    till.close().await;
}

#[tokio::test]
async fn a_final_capture_of_less_releases_the_rest() {
    let till = Till::connected().await;
    let (api, engine) = (&till.api, &till.engine);
    let _telling = api.tells(&["POST /v1/payments/{id}/captures", "payment-conflict"]);
    let [order, payment, name] = authorized(&till).await;
    let path = format!("/v1/payments/{payment}/captures");
    api.post(&path, &json!({"amount": money(100), "final": true})).send().await.expect_status(200);
    let there = until("the rest is released", async || {
        let there = till.sandbox.payment(&name).await;
        (there["status"] == "voided").then_some(there)
    })
    .await;
    assert_eq!(there["captures"][0]["amount"], 100);
    until("nothing is asked", async || {
        let payment = till.payment(&payment).await;
        (payment["asked"] == Value::Null && payment["captured"] == money(100)).then_some(())
    })
    .await;
    shop::at_rest(api).await;
    shop::refused(engine, api.post(&path, &json!({"amount": money(150)})), 409, "payment-conflict").await;
    assert_eq!(shop::order(api, &order).await["status"], "pending_payment");
    // The rest never came: what was taken goes back when the window closes.
    till.engine.clock().advance(TimeDelta::minutes(31));
    shop::reaches(api, &order, "expired").await;
    until("the part is back", async || {
        let refund = shop::refunds(api, &order).await.pop()?;
        (refund["status"] == "succeeded" && refund["amount"] == money(100)).then_some(())
    })
    .await;
    till.close().await;
}

#[tokio::test]
async fn a_gateway_that_is_away_releases_it_when_it_is_back_and_is_found_out_meanwhile() {
    let till = Till::connected().await;
    let api = &till.api;
    let _telling = api.tells(&["POST /v1/reconciliations"]);
    let [order, payment, name] = authorized(&till).await;
    till.sandbox.misbehave(&json!({"unavailable_percent": 100})).await;
    shop::cancel(api, &order).await;
    until("a void is asked for", async || (till.payment(&payment).await["asked"] == "void").then_some(())).await;
    till.engine.clock().advance(TimeDelta::minutes(5));
    let found = async || {
        let report = api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200).body;
        let kinds = report["found"].as_array().expect("findings").iter();
        kinds
            .map(|found| (found["kind"].clone(), found["subject"].clone(), found["outcome"].clone()))
            .collect::<Vec<_>>()
    };
    let finding = |outcome: &str| vec![(json!("authorization_not_released"), json!(payment), json!(outcome))];
    assert_eq!(found().await, finding("queued"));
    till.sandbox.misbehave(&json!({})).await;
    till.reaches_in_time(&payment, "voided").await;
    assert_eq!(till.sandbox.payment(&name).await["status"], "voided");
    assert_eq!(found().await, finding("gone"));
    till.close().await;
}
