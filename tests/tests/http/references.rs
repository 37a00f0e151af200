//! One payment reference pays one order of a merchant.

use std::sync::Arc;

use futures_util::future::join_all;
use purser_tests::{Api, TestEngine, Till, api::Call, shop};
use serde_json::{Value, json};

fn slip(reference: &str, amount: i64) -> Value {
    json!({"reference": reference, "amount": {"amount": amount, "currency": "GBP"}})
}

fn pay<'a>(api: &'a Api, order: &str, reference: &str) -> Call<'a> {
    api.post(&format!("/v1/orders/{order}/pay"), &slip(reference, 500))
}

/// A payment that must be told which order its reference has paid.
async fn taken(engine: &TestEngine, api: &Api, order: &str, paid: &str) {
    let refused = shop::refused(engine, pay(api, order, "tx-1"), 409, "payment-reference-used").await;
    assert_eq!(refused.body["paid_order"], paid);
    refused.expect_fault("pointer", "/reference");
}

#[tokio::test]
async fn a_reference_that_paid_an_order_pays_no_other_of_the_merchant() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["payment-reference-used", "POST /v1/orders/{id}/pay"]);
    api.stocked("A", 250, 10).await;
    shop::stocked(&api, "m-2", "B", 500, 10).await;
    let ((first, _), (second, _)) = (api.placed(&[("A", 2)]).await, api.placed(&[("A", 2)]).await);
    let (elsewhere, _) = api.placed(&[("B", 1)]).await;
    shop::pay(&api, &first, 500, "tx-1").await;
    shop::at_rest(&api).await;
    taken(&engine, &api, &second, &first).await;
    // The same once more for the order that it paid is the same payment.
    pay(&api, &first, "tx-1").send().await.expect_status(200);
    assert_eq!(shop::order(&api, &first).await["payments"].as_array().unwrap().len(), 1);
    assert_eq!(shop::order(&api, &second).await["status"], "pending_payment");
    // Another seller's bank names its transfers as it likes.
    pay(&api, &elsewhere, "tx-1").send().await.expect_status(200);

    // Money that comes late or on top of the rest is money as well.
    shop::cancel(&api, &second).await;
    shop::at_rest(&api).await;
    taken(&engine, &api, &second, &first).await;
    pay(&api, &second, "tx-2").send().await.expect_status(200);
    shop::at_rest(&api).await;
    let surplus = pay(&api, &first, "tx-2");
    let refused = shop::refused(&engine, surplus, 409, "payment-reference-used").await;
    assert_eq!(refused.body["paid_order"], second.as_str());
    shop::verified(engine.database()).await.expect("a whole log and true views");

    // What the log says is known after a restart.
    let clock = Arc::clone(engine.clock());
    let engine = Box::pin(TestEngine::start_on(engine.stop().await, clock)).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    shop::at_rest(&api).await;
    let (third, _) = api.placed(&[("A", 2)]).await;
    shop::at_rest(&api).await;
    taken(&engine, &api, &third, &first).await;
    engine.stop().await;
}

#[tokio::test]
async fn of_many_orders_that_are_paid_at_once_by_one_reference_one_is_paid() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 100).await;
    let mut orders = Vec::new();
    for _ in 0..12 {
        orders.push(api.placed(&[("A", 2)]).await.0);
    }
    let answers = join_all(orders.iter().map(|order| pay(&api, order, "tx-1").send())).await;
    let (paid, refused): (Vec<_>, Vec<_>) =
        orders.iter().zip(answers).partition(|(_, answer)| answer.status.is_success());
    let [(paid, _)] = paid.as_slice() else { panic!("{} orders were paid by one transfer", paid.len()) };
    for (_, answer) in refused {
        let refused = answer.expect_problem(409, "payment-reference-used");
        assert_eq!(refused.body["paid_order"], paid.as_str());
    }
    engine.stop().await;
}

#[tokio::test]
async fn what_a_gateway_took_is_not_booked_by_hand_for_another_order() {
    let till = Till::connected().await;
    let api = &till.api;
    let [order, payment, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    shop::reaches(api, &order, "processing").await;
    let captured = till.reaches(&payment, "captured").await;
    let reference = captured["captures"][0]["reference"].as_str().unwrap();
    let (other, _) = api.placed(&[("A", 1)]).await;
    shop::at_rest(api).await;
    let by_hand = api.post(&format!("/v1/orders/{other}/pay"), &slip(reference, 250));
    let refused = shop::refused(&till.engine, by_hand, 409, "payment-reference-used").await;
    assert_eq!(refused.body["paid_order"], order.as_str());
    till.close().await;
}
