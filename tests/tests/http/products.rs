//! The catalogue: what is sold, by whom, at which price.

use chrono::TimeDelta;
use purser_tests::{shop, shop::product};
use serde_json::json;

#[tokio::test]
async fn a_listed_product_is_found_where_the_answer_says() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/products", "GET /v1/products/{sku}"]);
    let listing = product("demo-merchant", "BANK CHARGES", "service", 1_500);
    let listed = api.post("/v1/products", &listing).send().await.expect_status(201);
    assert_eq!(listed.header("location"), "/v1/products/BANK%20CHARGES");
    assert_eq!(listed.body, json!({"sku": "BANK CHARGES", "position": 1}));
    let path = format!("{}?min_position=1", listed.header("location"));
    for token in [&api.tokens().customer, &api.tokens().merchant, &api.tokens().back_office] {
        let found = api.get_as(token, &path).await;
        let expected = json!({"sku": "BANK CHARGES", "title": "Title of BANK CHARGES", "kind": "service",
            "price": {"amount": 1_500, "currency": "GBP"}, "merchant": "demo-merchant", "backorder": "refused", "status": "listed",
            "since": "2026-01-15T12:00:00.000000Z", "position": 1});
        assert_eq!(found, expected);
    }
    // The same again changes nothing, whoever says it under whatever key.
    let again = api.post("/v1/products", &listing).send().await.expect_status(201);
    assert_eq!((again.body, again.headers["location"].clone()), (listed.body, listed.headers["location"].clone()));
    assert_eq!(shop::head(engine.database()).await, 1);
    engine.stop().await;
}

#[tokio::test]
async fn a_merchant_lists_for_themselves_and_the_back_office_says_for_whom() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["field-not-allowed", "invalid-value"]);
    let merchant = &api.tokens().merchant;
    let mut listing = product("demo-merchant", "A", "goods", 250);
    listing.as_object_mut().unwrap().remove("merchant");
    let nobodys = shop::refused(&engine, api.post("/v1/products", &listing), 422, "invalid-value").await;
    nobodys.expect_fault("pointer", "/merchant");
    let listed = api.post_as(merchant, "/v1/products", &listing).send().await.expect_status(201);
    let found = api.get(&format!("/v1/products/A?min_position={}", listed.position())).await;
    assert_eq!(found["merchant"], "demo-merchant");
    let others = api.post_as(merchant, "/v1/products", &product("another", "B", "goods", 250));
    shop::refused(&engine, others, 403, "field-not-allowed").await.expect_fault("pointer", "/merchant");
    engine.stop().await;
}

#[tokio::test]
async fn a_new_price_holds_for_new_orders_and_leaves_old_ones_alone() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/products/{sku}/reprice", "other-currency", "not-found"]);
    api.stocked("A", 250, 10).await;
    let (before, _) = api.placed(&[("A", 2)]).await;
    let price = json!({"price": {"amount": 300, "currency": "GBP"}});
    let repriced = api.post_as(&api.tokens().merchant, "/v1/products/A/reprice", &price).send().await;
    let repriced = repriced.expect_status(200);
    assert_eq!(repriced.body, json!({"sku": "A", "position": repriced.position()}));
    let found = api.get(&format!("/v1/products/A?min_position={}", repriced.position())).await;
    assert_eq!(found["price"], price["price"]);
    let (after, position) = api.placed(&[("A", 2)]).await;
    assert_eq!(api.get(&format!("/v1/orders/{after}?min_position={position}")).await["total"]["amount"], 600);
    assert_eq!(shop::order(&api, &before).await["total"]["amount"], 500);
    let euros = json!({"price": {"amount": 300, "currency": "EUR"}});
    let other_currency = api.post("/v1/products/A/reprice", &euros);
    let refused = shop::refused(&engine, other_currency, 422, "other-currency").await;
    refused.expect_fault("pointer", "/price/currency");
    shop::refused(&engine, api.post("/v1/products/NONE/reprice", &price), 404, "not-found").await;
    engine.stop().await;
}

#[tokio::test]
async fn a_delisted_product_keeps_its_stock_and_may_be_listed_again() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/products/{sku}/delist", "product-delisted", "other-kind"]);
    api.stocked("A", 250, 10).await;
    engine.clock().advance(TimeDelta::hours(1));
    // There is nothing to say, so that nothing need be said.
    let delist = || api.with_token(&api.tokens().merchant, reqwest::Method::POST, "/v1/products/A/delist").send();
    let delisted = delist().await.expect_status(200);
    let found = api.get(&format!("/v1/products/A?min_position={}", delisted.position())).await;
    assert_eq!((&found["status"], &found["since"]), (&json!("delisted"), &json!("2026-01-15T13:00:00.000000Z")));
    delist().await.expect_status(200);
    assert_eq!(shop::head(engine.database()).await, delisted.position());
    assert_eq!(shop::stock(&api, "A").await.on_hand, 10);
    let price = json!({"price": {"amount": 300, "currency": "GBP"}});
    shop::refused(&engine, api.post("/v1/products/A/reprice", &price), 409, "product-delisted").await;
    let service = product("demo-merchant", "A", "service", 250);
    shop::refused(&engine, api.post("/v1/products", &service), 409, "other-kind").await;
    let listed = api.post("/v1/products", &product("demo-merchant", "A", "goods", 275)).send().await.expect_status(201);
    let found = api.get(&format!("/v1/products/A?min_position={}", listed.position())).await;
    assert_eq!((&found["status"], &found["price"]["amount"]), (&json!("listed"), &json!(275)));
    engine.stop().await;
}

#[tokio::test]
async fn a_sku_is_one_product_of_one_merchant() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["already-listed", "sku-taken"]);
    api.post("/v1/products", &product("demo-merchant", "A", "goods", 250)).send().await.expect_status(201);
    let dearer = product("demo-merchant", "A", "goods", 300);
    shop::refused(&engine, api.post("/v1/products", &dearer), 409, "already-listed").await;
    assert_eq!(api.get("/v1/products/A?min_position=1").await["price"]["amount"], 250);
    // Off sale it is still its merchant's.
    api.post("/v1/products/A/delist", &json!({})).send().await.expect_status(200);
    let others = product("another", "A", "goods", 250);
    shop::refused(&engine, api.post("/v1/products", &others), 409, "sku-taken").await;
    engine.stop().await;
}

#[tokio::test]
async fn the_catalogue_is_searched_by_whatever_is_known_of_a_product() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["GET /v1/products"]);
    for (merchant, sku, kind, title) in [
        ("m-1", "A", "goods", "WHITE HANGING HEART"),
        ("m-1", "B", "service", "POSTAGE"),
        ("m-2", "C", "goods", "RED HANGING LANTERN"),
    ] {
        let mut listing = product(merchant, sku, kind, 250);
        listing["title"] = json!(title);
        api.post("/v1/products", &listing).send().await.expect_status(201);
        engine.clock().advance(TimeDelta::hours(1));
    }
    let delisted = api.post("/v1/products/C/delist", &json!({})).send().await.expect_status(200).position();
    for (query, skus) in [
        ("", "A B C"),
        ("merchant=m-1", "A B"),
        ("kind=service", "B"),
        ("status=delisted", "C"),
        ("status=listed&kind=goods", "A"),
        ("text=hanging", "A C"),
        ("text=hanging%20hea", "A"),
        ("since_from=2026-01-15T13:00:00Z", "B C"),
        ("since_from=2026-01-15T13:00:00Z&since_until=2026-01-15T15:00:00Z", "B"),
        ("merchant=m-3", ""),
    ] {
        let found = api.get(&format!("/v1/products?min_position={delisted}&{query}")).await;
        assert_eq!(shop::field(&found, "sku").join(" "), skus, "{query}");
        assert!(found.get("next_cursor").is_none(), "{query}");
    }
    engine.stop().await;
}
