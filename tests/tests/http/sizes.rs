//! Orders of many lines.

use futures_util::{StreamExt, stream};
use purser_tests::{Api, api::order, shop, shop::product};
use serde_json::{Value, json};

/// As many goods, each with a hundred pieces.
async fn goods(api: &Api, count: usize) -> Vec<String> {
    let skus: Vec<String> = (0..count).map(|number| format!("SKU-{number:04}")).collect();
    let stocked = stream::iter(&skus).for_each_concurrent(64, |sku| async move {
        api.post("/v1/products", &product("demo-merchant", sku, "goods", 100)).send().await.expect_status(201);
        let receipt = json!({"quantity": 100});
        api.post(&format!("/v1/stock/{sku}/receive"), &receipt).send().await.expect_status(200);
    });
    stocked.await;
    skus
}

fn lines(skus: &[String], count: usize) -> Value {
    order(&skus.iter().cycle().take(count).map(|sku| (sku.as_str(), 1)).collect::<Vec<_>>())
}

#[tokio::test]
async fn an_order_of_hundreds_of_products_reserves_each_of_them() {
    let (engine, api) = shop::open().await;
    let skus = goods(&api, 675).await;
    let placed = api.post("/v1/orders", &lines(&skus, 675)).send().await.expect_status(201);
    assert_eq!(placed.body["total"]["amount"], 67_500);
    let id = placed.body["id"].as_str().unwrap();
    let seen = api.get(&format!("/v1/orders/{id}?min_position={}", placed.position())).await;
    assert_eq!(seen["lines"].as_array().unwrap().len(), 675);
    assert_eq!(shop::events(engine.database(), "StockReserved").await, 675);
    let found = api.get(&format!("/v1/orders?min_position={}&sku=SKU-0674", placed.position())).await;
    assert_eq!((&found["items"][0]["line_count"], &found["items"][0]["units"]), (&json!(675), &json!(675)));
    shop::pay(&api, id, 67_500, "tx-1").await;
    shop::reaches(&api, id, "processing").await;
    engine.stop().await;
}

#[tokio::test]
async fn an_order_has_a_thousand_lines_at_most() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/orders", "invalid-value"]);
    let skus = goods(&api, 10).await;
    let placed = api.post("/v1/orders", &lines(&skus, 1_000)).send().await.expect_status(201);
    assert_eq!(placed.body["total"]["amount"], 100_000);
    let refused = shop::refused(&engine, api.post("/v1/orders", &lines(&skus, 1_001)), 422, "invalid-value").await;
    refused.expect_fault("pointer", "/lines");
    // One that is short everywhere says so on every line.
    let short = shop::refused(&engine, api.post("/v1/orders", &lines(&skus, 1_000)), 409, "out-of-stock").await;
    assert_eq!(short.body["errors"].as_array().unwrap().len(), 1_000);
    engine.stop().await;
}
