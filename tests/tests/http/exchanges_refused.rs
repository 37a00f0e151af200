//! What cannot be asked for in exchange.

use purser_tests::shop;
use serde_json::{Value, json};

#[tokio::test]
async fn an_exchange_asks_for_goods_of_the_seller_that_are_worth_no_more_than_what_comes_back() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["uneven-exchange", "unknown-sku", "purchase-limit", "invalid-value"]);
    api.stocked("A", 250, 10).await;
    for (sku, price) in [("EVEN", 250), ("DEAR", 251)] {
        let product = shop::product("demo-merchant", sku, "goods", price);
        api.post("/v1/products", &product).send().await.expect_status(201);
    }
    let mut rare = shop::product("demo-merchant", "RARE", "goods", 1);
    rare["purchase_limit"] = json!(5);
    api.post("/v1/products", &rare).send().await.expect_status(201);
    shop::stocked(&api, "others", "THEIRS", 1, 10).await;
    let (order, _) = api.placed(&[("A", 2)]).await;
    shop::pay(&api, &order, 500, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    api.post(&format!("/v1/orders/{order}/ship"), &json!({})).send().await.expect_status(200);
    shop::at_rest(&api).await;
    let path = format!("/v1/orders/{order}/returns");
    let ask = |kind: &str, replacement: Value| {
        let lines = json!([{"line": 0, "quantity": 1, "reason": "too small"}]);
        api.post(&path, &json!({"kind": kind, "lines": lines, "replacement": replacement}))
    };
    let goods = |sku: &str, quantity: i64| json!({"sku": sku, "quantity": quantity});
    for (kind, replacement, problem, pointer) in [
        ("exchange", json!([goods("DEAR", 1)]), "uneven-exchange", "/replacement"),
        ("exchange", json!([goods("EVEN", 2)]), "uneven-exchange", "/replacement"),
        ("exchange", json!([goods("A", 2)]), "uneven-exchange", "/replacement"),
        ("exchange", json!([goods("EVEN", 1), goods("NOWHERE", 1)]), "unknown-sku", "/replacement/1/sku"),
        ("exchange", json!([goods("THEIRS", 1)]), "unknown-sku", "/replacement/0/sku"),
        ("exchange", json!([goods("EVEN", 1), goods("EVEN", 1)]), "invalid-value", "/replacement/1/sku"),
        ("exchange", json!([]), "invalid-value", "/replacement"),
        ("return", json!([goods("EVEN", 1)]), "invalid-value", "/replacement"),
    ] {
        shop::refused(&engine, ask(kind, replacement), 422, problem).await.expect_fault("pointer", pointer);
    }
    let limited = shop::refused(&engine, ask("exchange", json!([goods("RARE", 1)])), 409, "purchase-limit").await;
    limited.expect_fault("pointer", "/replacement/0/quantity");
    ask("exchange", json!([goods("EVEN", 1)])).send().await.expect_status(201);
    // The same piece, after its price has risen, is still even.
    api.post("/v1/products/A/reprice", &json!({"price": {"amount": 999, "currency": "GBP"}})).send().await;
    ask("exchange", json!([goods("A", 1)])).send().await.expect_status(201);
    engine.stop().await;
}

/// One of `X` at 10 and one of `Y` at 990 pence, and one of `Z` that was given away, all with their customer; then `X` costs
/// 100,000 pence, and `Z` is off sale.
#[tokio::test]
async fn a_cheap_unit_goes_for_one_of_its_own_and_for_no_more() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["uneven-exchange", "unknown-sku"]);
    for (sku, price) in [("X", 10), ("Y", 990), ("Z", 5_000)] {
        api.stocked(sku, price, 200).await;
    }
    let lines = json!([
        {"sku": "X", "quantity": 1}, {"sku": "Y", "quantity": 1}, {"sku": "Z", "quantity": 1, "unit_price": 0},
    ]);
    let order = shop::place(&api, &shop::order_with(&[], &json!({"lines": lines}))).await;
    shop::pay(&api, &order, 1_000, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    for step in ["ship", "deliver"] {
        api.post(&format!("/v1/orders/{order}/{step}"), &json!({})).send().await.expect_status(200);
    }
    let price = json!({"price": {"amount": 100_000, "currency": "GBP"}});
    api.post("/v1/products/X/reprice", &price).send().await.expect_status(200);
    shop::at_rest(&api).await;
    let path = format!("/v1/orders/{order}/returns");
    let ask = |lines: &[u32], goods: &[(&str, i64)]| {
        let lines: Vec<Value> =
            lines.iter().map(|line| json!({"line": line, "quantity": 1, "reason": "too small"})).collect();
        let goods: Vec<Value> = goods.iter().map(|(sku, units)| json!({"sku": sku, "quantity": units})).collect();
        let body = json!({"kind": "exchange", "lines": lines, "replacement": goods});
        api.post_as(&api.tokens().customer, &path, &body)
    };
    for (lines, goods) in [
        (&[1][..], &[("X", 1)][..]),
        (&[0, 1], &[("X", 100)]),
        (&[0, 1], &[("X", 2)]),
        (&[2], &[("Z", 100)]),
        (&[1, 2], &[("Z", 2)]),
        (&[0, 2], &[("X", 2)]),
    ] {
        shop::refused(&engine, ask(lines, goods), 422, "uneven-exchange").await;
    }
    api.post("/v1/products/Z/delist", &json!({})).send().await.expect_status(200);
    let refused = shop::refused(&engine, ask(&[1, 2], &[("Z", 2)]), 422, "unknown-sku").await;
    refused.expect_fault("pointer", "/replacement/0/sku");
    ask(&[0, 1, 2], &[("X", 1), ("Y", 1), ("Z", 1)]).send().await.expect_status(201);
    engine.stop().await;
}
