//! What was just done is there when it is read by its id, without a stated position.

use purser_tests::{Api, api::order, shop};
use reqwest::Method;
use serde_json::{Value, json};

/// One look, which does not wait by itself.
async fn look(api: &Api, path: &str) -> Value {
    api.with_token(&api.tokens().back_office, Method::GET, path).send().await.expect_status(200).body
}

#[tokio::test]
async fn an_order_is_there_when_its_placement_is_answered_and_as_each_step_left_it() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 100).await;
    for number in 0..20 {
        let placed = api.post("/v1/orders", &order(&[("A", 1)])).send().await.expect_status(201);
        let location = placed.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(look(&api, &location).await["status"], "pending_payment");
        assert_eq!(look(&api, "/v1/stock/A").await["available"], 99 - number);
        let id = placed.body["id"].as_str().unwrap();
        shop::pay(&api, id, 250, &format!("tx-{number}")).await;
        let paid = look(&api, &location).await;
        assert!(paid["payments"].as_array().is_some_and(|payments| payments.len() == 1), "{paid}");
    }
    engine.stop().await;
}

#[tokio::test]
async fn so_is_everything_else_that_has_an_id() {
    let (engine, api) = shop::open().await;
    for number in 0..10 {
        let sku = format!("SKU-{number}");
        api.post("/v1/products", &shop::product("demo-merchant", &sku, "goods", 250)).send().await.expect_status(201);
        assert_eq!(look(&api, &format!("/v1/products/{sku}")).await["price"]["amount"], 250);
        shop::receive(&api, &sku, "main", 5).await;
        shop::receive(&api, &sku, "north", 7).await;
        assert_eq!(look(&api, &format!("/v1/stock/{sku}")).await["on_hand"], 12);
        let code = format!("CODE-{number}");
        let offer = json!({"kind": "percentage_off_order", "rate": 100_000});
        shop::issue(&api, &code, &offer, &json!({})).await;
        assert_eq!(look(&api, &format!("/v1/coupons/{code}")).await["code"], code.as_str());
        shop::set(&api, "policies", &json!({"return_window_days": number})).await;
        assert_eq!(look(&api, "/v1/merchants/demo-merchant").await["policies"]["return_window_days"], number);
    }
    // What is stated is held to its bounds, though more than that is waited for.
    let refused =
        api.with_token(&api.tokens().back_office, Method::GET, "/v1/products/SKU-0?min_position=-1").send().await;
    refused.expect_problem(400, "malformed-parameter");
    engine.stop().await;
}
