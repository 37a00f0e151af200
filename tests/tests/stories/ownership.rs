//! What is not theirs does not exist for them, and cannot be touched.

use purser_tests::{api::order, shop};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_merchant_cannot_sell_the_products_of_another() {
    let (engine, api) = shop::open().await;
    let product = json!({"sku": "X", "title": "Of another", "kind": "goods",
        "price": {"amount": 100, "currency": "GBP"}, "merchant": "another-merchant"});
    api.post("/v1/products", &product).send().await.expect_status(201);
    api.post("/v1/stock/X/receive", &json!({"quantity": 5})).send().await.expect_status(200);
    api.stocked("Y", 100, 5).await;
    let place = |sku: &'static str| {
        api.with_token(&api.tokens().merchant, Method::POST, "/v1/orders").fresh_key().json(&order(&[(sku, 1)])).send()
    };
    let refused = place("X").await.expect_problem(403, "field-not-allowed");
    assert_eq!(refused.body["errors"][0]["pointer"], "/lines/0/sku");
    let placed = place("Y").await.expect_status(201);
    let stock = api.get(&format!("/v1/stock/X?min_position={}", placed.position())).await;
    assert_eq!(stock["reserved"], 0);
    engine.stop().await;
}
