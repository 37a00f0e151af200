//! Stock: pieces by SKU and location.

use chrono::TimeDelta;
use purser_tests::{shop, shop::product};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn received_pieces_are_counted_at_their_location() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/stock/{sku}/receive", "GET /v1/stock/{sku}", "not-found"]);
    let merchant = &api.tokens().merchant;
    api.post("/v1/products", &product("demo-merchant", "A", "goods", 250)).send().await.expect_status(201);
    api.with_token(merchant, Method::GET, "/v1/stock/A?min_position=1").send().await.expect_problem(404, "not-found");
    let received = api.post_as(merchant, "/v1/stock/A/receive", &json!({"quantity": 10})).send().await;
    let counted = json!({"sku": "A", "location": "main", "on_hand": 10, "reserved": 0, "available": 10, "waiting": 0,
        "position": 2});
    assert_eq!(received.expect_status(200).body, counted);
    engine.clock().advance(TimeDelta::hours(1));
    let elsewhere = json!({"quantity": 5, "location": "shop", "at": "2026-01-14T09:00:00+01:00"});
    api.post("/v1/stock/A/receive", &elsewhere).send().await.expect_status(200);
    let (_, position) = api.placed(&[("A", 12)]).await;
    let stock = api.get_as(merchant, &format!("/v1/stock/A?min_position={position}")).await;
    assert_eq!((&stock["on_hand"], &stock["reserved"], &stock["available"]), (&json!(15), &json!(12), &json!(3)));
    assert_eq!(stock["position"], position);
    assert_eq!(shop::locations(&stock), [("main".to_owned(), 10, 10), ("shop".to_owned(), 5, 2)]);
    engine.stop().await;
}

#[tokio::test]
async fn a_count_is_corrected_with_its_reason() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/stock/{sku}/adjust", "adjustment-too-low", "stock-full", "invalid-value"]);
    api.stocked("A", 250, 10).await;
    let (_, position) = api.placed(&[("A", 4)]).await;
    let adjust = |change: i64| {
        let body = json!({"change": change, "reason": "damaged in transit"});
        api.post_as(&api.tokens().merchant, "/v1/stock/A/adjust", &body)
    };
    // More than ten cannot be missing of ten.
    let too_low = shop::refused(&engine, adjust(-11), 409, "adjustment-too-low").await;
    too_low.expect_fault("pointer", "/change");
    let adjusted = adjust(-6).send().await.expect_status(200);
    let counted = json!({"sku": "A", "location": "main", "on_hand": 4, "reserved": 4, "available": 0, "waiting": 0,
            "position": position + 1});
    assert_eq!(adjusted.body, counted);
    let seen = api.get(&format!("/v1/stock/A?min_position={}", position + 1)).await;
    assert_eq!(shop::locations(&seen), [("main".to_owned(), 4, 4)]);
    let history = api.get("/v1/products/A/history").await;
    let last = shop::items(&history).pop().unwrap();
    assert_eq!(last["payload"]["StockAdjusted"]["reason"], "damaged in transit");
    for change in [0, 1_000_000_000_001, -1_000_000_000_001, i64::MIN] {
        shop::refused(&engine, adjust(change), 422, "invalid-value").await.expect_fault("pointer", "/change");
    }
    adjust(1_000_000_000_000 - 4).send().await.expect_status(200);
    shop::refused(&engine, adjust(1), 409, "stock-full").await;
    let one_more = api.post("/v1/stock/A/receive", &json!({"quantity": 1}));
    shop::refused(&engine, one_more, 409, "stock-full").await;
    engine.stop().await;
}

#[tokio::test]
async fn stock_of_services_of_others_and_of_the_future_is_refused() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["keeps-no-stock", "field-not-allowed", "future-time", "not-found"]);
    api.post("/v1/products", &product("demo-merchant", "POST", "service", 250)).send().await.expect_status(201);
    api.post("/v1/products", &product("another", "X", "goods", 250)).send().await.expect_status(201);
    api.stocked("A", 250, 10).await;
    let merchant = &api.tokens().merchant;
    let receipt = json!({"quantity": 1});
    let correction = json!({"change": 1, "reason": "found"});
    for (step, body) in [("receive", &receipt), ("adjust", &correction)] {
        let path = |sku: &str| format!("/v1/stock/{sku}/{step}");
        shop::refused(&engine, api.post(&path("POST"), body), 409, "keeps-no-stock").await;
        shop::refused(&engine, api.post(&path("NONE"), body), 404, "not-found").await;
        shop::refused(&engine, api.post_as(merchant, &path("X"), body), 404, "not-found").await;
        let mut dated = body.clone();
        dated["at"] = json!("2026-01-15T12:01:00.000001Z");
        let by_merchant = shop::refused(&engine, api.post_as(merchant, &path("A"), &dated), 403, "field-not-allowed");
        by_merchant.await.expect_fault("pointer", "/at");
        let by_staff = shop::refused(&engine, api.post(&path("A"), &dated), 422, "future-time").await;
        by_staff.expect_fault("pointer", "/at");
    }
    engine.stop().await;
}

#[tokio::test]
async fn the_list_of_stock_is_narrowed_by_merchant_location_and_time() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["GET /v1/stock"]);
    shop::stocked(&api, "m-1", "A", 250, 10).await;
    shop::stocked(&api, "m-2", "B", 250, 20).await;
    engine.clock().advance(TimeDelta::hours(1));
    let elsewhere = json!({"quantity": 5, "location": "shop"});
    let head = api.post("/v1/stock/A/receive", &elsewhere).send().await.expect_status(200).position();
    for (query, skus) in [
        ("", "A B"),
        ("merchant=m-2", "B"),
        ("location=shop", "A"),
        ("location=main", "A B"),
        ("changed_from=2026-01-15T12:30:00Z", "A"),
        // One of its locations is as it was then.
        ("changed_until=2026-01-15T12:30:00Z", "A B"),
        ("changed_from=2026-01-15T12:30:00Z&merchant=m-2", ""),
        ("merchant=m-3", ""),
    ] {
        let found = api.get(&format!("/v1/stock?min_position={head}&{query}")).await;
        assert_eq!(shop::field(&found, "sku").join(" "), skus, "{query}");
    }
    let all = api.get("/v1/stock?location=shop").await;
    assert_eq!(all["items"][0]["on_hand"], 15);
    assert_eq!(shop::locations(&all["items"][0]), [("main".to_owned(), 10, 0), ("shop".to_owned(), 5, 0)]);
    engine.stop().await;
}
