//! What is no order: every refusal of a placement names its place and leaves nothing behind.

use purser_tests::{Api, TestEngine, api::order, shop, shop::product};
use serde_json::{Value, json};

/// An engine with goods `A` (ten pieces) and what else is needed for each refusal.
async fn stocked() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    api.stocked("GONE", 250, 10).await;
    shop::stocked(&api, "another", "X", 250, 10).await;
    api.post("/v1/products/GONE/delist", &json!({})).send().await.expect_status(200);
    for (sku, amount, currency) in [("EURO", 250, "EUR"), ("DEAR", 10_000_000_000_000_i64, "GBP")] {
        let mut listing = product("demo-merchant", sku, "service", amount);
        listing["price"]["currency"] = json!(currency);
        api.post("/v1/products", &listing).send().await.expect_status(201);
    }
    (engine, api)
}

#[tokio::test]
async fn a_placement_that_cannot_be_priced_names_the_line() {
    let (engine, api) = stocked().await;
    let _telling = api.tells(&[
        "unknown-sku",
        "delisted-sku",
        "other-currency",
        "other-merchant",
        "total-overflow",
        "quantity-overflow",
    ]);
    for (line, kind, pointer) in [
        (("NONE", 1), "unknown-sku", "/lines/1/sku"),
        (("GONE", 1), "delisted-sku", "/lines/1/sku"),
        (("EURO", 1), "other-currency", "/lines/1/sku"),
        (("X", 1), "other-merchant", "/lines/1/sku"),
        (("DEAR", 1), "total-overflow", "/lines/1/quantity"),
        (("A", 1_000_000), "quantity-overflow", "/lines/1/quantity"),
    ] {
        let call = api.post("/v1/orders", &order(&[("A", 1), line]));
        shop::refused(&engine, call, 422, kind).await.expect_fault("pointer", pointer);
    }
    // The greatest total that there is can be ordered.
    let dear = api.post("/v1/orders", &order(&[("DEAR", 1)])).send().await.expect_status(201);
    assert_eq!(dear.body["total"]["amount"], 10_000_000_000_000_i64);
    let twice = api.post("/v1/orders", &order(&[("DEAR", 2)]));
    shop::refused(&engine, twice, 422, "total-overflow").await.expect_fault("pointer", "/lines/0/quantity");
    engine.stop().await;
}

#[tokio::test]
async fn a_placement_beyond_the_stock_names_every_short_line_and_reserves_nothing() {
    let (engine, api) = stocked().await;
    let _telling = api.tells(&["out-of-stock"]);
    api.stocked("B", 250, 5).await;
    let call = api.post("/v1/orders", &order(&[("A", 7), ("B", 5), ("A", 4)]));
    let refused = shop::refused(&engine, call, 409, "out-of-stock").await;
    let fault = |line: usize| {
        json!({"pointer": format!("/lines/{line}/quantity"), "sku": "A", "asked": 11, "available": 10,
            "detail": "11 of sku A asked, 10 available"})
    };
    assert_eq!(refused.body["errors"], json!([fault(0), fault(2)]));
    assert_eq!(shop::stock(&api, "B").await.reserved, 0);
    api.post("/v1/orders", &order(&[("A", 6), ("B", 5), ("A", 4)])).send().await.expect_status(201);
    engine.stop().await;
}

#[tokio::test]
async fn a_placement_states_no_terms_that_are_not_the_callers_to_state() {
    let (engine, api) = stocked().await;
    let _telling = api.tells(&["field-not-allowed", "future-time"]);
    let (customer, merchant) = (&api.tokens().customer, &api.tokens().merchant);
    let mut price = order(&[("A", 1), ("A", 1)]);
    price["lines"][1]["unit_price"] = json!(1);
    let mut past = order(&[("A", 1)]);
    past["placed_at"] = json!("2026-01-15T11:00:00Z");
    let mut others = order(&[("A", 1)]);
    others["customer"] = json!("somebody-else");
    let not_theirs = order(&[("X", 1)]);
    for (token, body, pointer) in [
        (customer, &price, "/lines/1/unit_price"),
        (merchant, &price, "/lines/1/unit_price"),
        (customer, &past, "/placed_at"),
        (merchant, &past, "/placed_at"),
        (customer, &others, "/customer"),
        (merchant, &not_theirs, "/lines/0/sku"),
    ] {
        let call = api.post_as(token, "/v1/orders", body);
        shop::refused(&engine, call, 403, "field-not-allowed").await.expect_fault("pointer", pointer);
    }
    let mut future = order(&[("A", 1)]);
    future["placed_at"] = json!("2026-01-15T12:01:00.000001Z");
    let call = api.post("/v1/orders", &future);
    shop::refused(&engine, call, 422, "future-time").await.expect_fault("pointer", "/placed_at");
    engine.stop().await;
}

/// The body of a good placement with one place changed; null takes the place away.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = order(&[("A", 1), ("A", 1)]);
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).expect("a parent").as_object_mut().expect("an object");
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    body
}

#[tokio::test]
async fn a_placement_with_an_invalid_value_names_it() {
    let (engine, api) = stocked().await;
    let _telling = api.tells(&["invalid-value"]);
    let long = "x".repeat(201);
    let cases = [
        ("/lines/1/quantity", json!(0)),
        ("/lines/1/quantity", json!(-1)),
        ("/lines/1/quantity", json!(1_000_001)),
        ("/lines/1/quantity", json!(i64::MAX)),
        ("/lines/1/quantity", json!(u64::MAX)),
        ("/lines/1/quantity", json!(1e30)),
        ("/lines/1/quantity", json!(1.5)),
        ("/lines/1/quantity", json!("1")),
        ("/lines/1/quantity", json!([1])),
        ("/lines/1/quantity", Value::Null),
        ("/lines/1/sku", Value::Null),
        ("/lines/1/sku", json!("A@main")),
        ("/lines/1/sku", json!("x".repeat(65))),
        ("/lines/1/unit_price", json!(-1)),
        ("/lines/1/unit_price", json!(9_007_199_254_740_992_i64)),
        ("/lines/1/unit_price", json!({"amount": 1, "currency": "GBP"})),
        ("/lines/1/discount", json!(5)),
        ("/lines", json!([])),
        ("/lines", json!({})),
        ("/lines", Value::Null),
        ("/currency", json!("gbp")),
        ("/currency", json!("XAU")),
        ("/currency", Value::Null),
        ("/customer", json!("a b")),
        ("/reference", json!("with space")),
        ("/reference", json!("x".repeat(129))),
        ("/placed_at", json!("2026-01-15")),
        ("/placed_at", json!("0210-12-01T09:26:00Z")),
        ("/ship_to", Value::Null),
        ("/ship_to/recipient", Value::Null),
        ("/ship_to/recipient", json!("  ")),
        ("/ship_to/recipient", json!("Ada\u{0}Lovelace")),
        ("/ship_to/recipient", json!(long)),
        ("/ship_to/city", json!("Lon\ndon")),
        ("/ship_to/country", json!("UK1")),
        ("/ship_to/planet", json!("Mars")),
        ("/ship_to/lines", json!(vec!["x"; 11])),
        ("/status", json!("paid")),
        ("/total", json!({"amount": 1, "currency": "GBP"})),
    ];
    for (pointer, value) in cases {
        let call = api.post("/v1/orders", &with(pointer, value.clone()));
        let refused = shop::refused(&engine, call, 422, "invalid-value").await;
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{value}: {}", refused.text);
    }
    // Two hundred characters are two hundred characters, whatever they take in bytes.
    let wide = "é".repeat(200);
    api.post("/v1/orders", &with("/ship_to/recipient", json!(wide))).send().await.expect_status(201);
    engine.stop().await;
}

#[tokio::test]
async fn lines_of_one_sku_at_several_prices_stay_lines_of_their_own() {
    let (engine, api) = stocked().await;
    let mut body = order(&[("A", 2), ("A", 3), ("A", 1)]);
    body["lines"][0]["unit_price"] = json!(200);
    body["lines"][1]["unit_price"] = json!(0);
    let placed = api.post("/v1/orders", &body).send().await.expect_status(201);
    assert_eq!(placed.body["total"]["amount"], 650);
    let id = placed.body["id"].as_str().unwrap();
    let seen = api.get(&format!("/v1/orders/{id}?min_position={}", placed.position())).await;
    let totals: Vec<i64> =
        seen["lines"].as_array().unwrap().iter().map(|line| line["total"].as_i64().unwrap()).collect();
    assert_eq!(totals, [400, 0, 250]);
    assert_eq!(seen["allocations"], json!([{"sku": "A", "location": "main", "quantity": 6}]));
    engine.stop().await;
}
