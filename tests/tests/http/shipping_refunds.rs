//! The fee for the delivery goes back with all that was delivered, unless its seller keeps it.

use purser_tests::{Api, TestEngine, shop};
use serde_json::{Value, json};

fn gbp(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// `A` at ten pounds, three pounds for delivery, tax in both.
async fn open() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 1_000, 100).await;
    let standard = json!({"method": "standard", "countries": ["GB"], "fee": gbp(300)});
    shop::set(&api, "shipping-rates", &json!({"rates": [standard]})).await;
    let tax = json!({"country": "GB", "category": "standard", "rate": 200_000});
    shop::set(&api, "tax-rates", &json!({"prices": "included", "rates": [tax]})).await;
    shop::set(&api, "policies", &shop::points_policy()).await;
    shop::grant(&api, "demo-customer", 1_000).await;
    (engine, api)
}

async fn delivered(api: &Api, fields: &Value, total: i64, reference: &str) -> String {
    let id = shop::place(api, &shop::order_with(&[("A", 3)], fields)).await;
    shop::pay(api, &id, total, reference).await;
    shop::reaches(api, &id, "processing").await;
    for step in ["ship", "deliver"] {
        api.post(&format!("/v1/orders/{id}/{step}"), &json!({})).send().await.expect_status(200);
    }
    shop::at_rest(api).await;
    id
}

/// So many of `A` come to nothing, and their money goes back.
async fn back(api: &Api, order: &str, units: i64) -> i64 {
    let body = json!({"kind": "refund_only", "lines": [{"line": 0, "quantity": units, "reason": "broken"}]});
    let asked = api.post(&format!("/v1/orders/{order}/returns"), &body).send().await.expect_status(201);
    let id = asked.body["id"].as_str().unwrap();
    api.post(&format!("/v1/returns/{id}/approve"), &json!({})).send().await.expect_status(200);
    shop::at_rest(api).await;
    let order = shop::order(api, order).await;
    let returns = order["returns"].as_array().unwrap();
    let this = returns.iter().find(|back| back["id"] == id).unwrap();
    this["refund"]["amount"].as_i64().unwrap()
}

/// What is owed of an order in all.
async fn owed(api: &Api, order: &str) -> i64 {
    shop::refunds(api, order).await.iter().map(|refund| refund["amount"]["amount"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn the_last_return_of_an_order_brings_the_shipping_fee_back_once() {
    let (engine, api) = open().await;
    assert_eq!(api.get("/v1/merchants/demo-merchant").await["policies"]["shipping_refund"], "with_full_return");
    let order = delivered(&api, &json!({}), 3_300, "tx-1").await;
    assert_eq!(back(&api, &order, 1).await, 1_000);
    assert_eq!(api.get("/v1/sales/days").await["items"][0]["gross"], gbp(2_300));
    assert_eq!(back(&api, &order, 2).await, 2_300, "two pieces and the fee");
    assert_eq!(owed(&api, &order).await, 3_300);
    assert_eq!(api.get("/v1/sales/days").await["items"], json!([]));
    shop::verified(engine.database()).await.expect("a whole log and true views");
    engine.stop().await;
}

/// Points that paid the fee are points again.
#[tokio::test]
async fn what_points_paid_of_the_fee_goes_back_as_points() {
    let (engine, api) = open().await;
    let order = delivered(&api, &json!({"points": 1_000}), 2_300, "tx-1").await;
    assert_eq!(shop::points(&api, "demo-customer").await, (0, 0));
    back(&api, &order, 3).await;
    assert_eq!(owed(&api, &order).await, 2_300);
    assert_eq!(shop::points(&api, "demo-customer").await, (1_000, 0));
    shop::verified(engine.database()).await.expect("a whole log and true views");
    engine.stop().await;
}

#[tokio::test]
async fn a_seller_who_keeps_the_fee_keeps_that_of_the_orders_that_were_placed_by_that_policy() {
    let (engine, api) = open().await;
    let before = delivered(&api, &json!({}), 3_300, "tx-1").await;
    let mut policies = shop::points_policy();
    policies["shipping_refund"] = json!("never");
    shop::set(&api, "policies", &policies).await;
    let after = delivered(&api, &json!({}), 3_300, "tx-2").await;
    assert_eq!(shop::order(&api, &after).await["pricing"]["delivery"]["kept_on_return"], true);
    assert_eq!((back(&api, &before, 3).await, back(&api, &after, 3).await), (3_300, 3_000));
    shop::verified(engine.database()).await.expect("a whole log and true views");
    engine.stop().await;
}
