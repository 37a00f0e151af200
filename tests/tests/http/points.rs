//! Customers' points, as they are granted by hand and looked at.

use futures_util::{StreamExt, stream};
use purser_tests::shop;
use reqwest::Method;
use serde_json::json;

/// The account with the platform.
const PATH: &str = "/v1/customers/demo-customer/points";

#[tokio::test]
async fn points_that_somebody_grants_are_the_customers_to_see() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/customers/{customer}/points", "GET /v1/customers/{customer}/points"]);
    let none = api.get_as(&api.tokens().customer, PATH).await;
    let account = |balance: i64, position: i64| json!({"customer": "demo-customer", "balance": balance, "frozen": 0, "available": balance, "position": position});
    assert_eq!(none, account(0, 0));
    let grant = json!({"points": 500, "reason": "a welcome"});
    let token = &api.tokens().back_office;
    for _ in 0..2 {
        let granted = api.with_token(token, Method::POST, PATH).key("k").json(&grant).send().await;
        assert_eq!(granted.expect_status(200).body, account(500, 1));
    }
    let more = api.post(PATH, &json!({"points": 20, "reason": "sorry"})).send().await.expect_status(200);
    assert_eq!(more.body, account(520, 2));
    for token in [&api.tokens().customer, token] {
        assert_eq!(api.get_as(token, &format!("{PATH}?min_position=2")).await, account(520, 2));
    }
    engine.stop().await;
}

#[tokio::test]
async fn the_points_of_others_are_not_there() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["not-found"]);
    shop::grant(&api, "c-2", 500).await;
    shop::at_rest(&api).await;
    for customer in ["c-2", "nobody"] {
        let path = format!("/v1/customers/{customer}/points");
        let refused = api.with_token(&api.tokens().customer, Method::GET, &path).send().await;
        refused.expect_problem(404, "not-found");
    }
    engine.stop().await;
}

#[tokio::test]
async fn grants_of_nothing_and_of_too_much_are_refused() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["points-full", "invalid-value"]);
    for (body, pointer) in [
        (json!({"points": 0, "reason": "none"}), "/points"),
        (json!({"points": -5, "reason": "a fine"}), "/points"),
        (json!({"points": 1_000_000_000_001_i64, "reason": "all"}), "/points"),
        (json!({"points": 1}), "/reason"),
        (json!({"points": 1, "reason": "why", "order": "x"}), "/order"),
    ] {
        let refused = shop::refused(&engine, api.post(PATH, &body), 422, "invalid-value").await;
        refused.expect_fault("pointer", pointer);
    }
    // An account earns a quadrillion at most: a thousand of the largest grants.
    let most = json!({"points": 1_000_000_000_000_i64, "reason": "a welcome"});
    let grants = stream::iter(0..1_000).for_each_concurrent(64, |_| async {
        api.post(PATH, &most).send().await.expect_status(200);
    });
    grants.await;
    let one_more = api.post(PATH, &json!({"points": 1, "reason": "one more"}));
    shop::refused(&engine, one_more, 409, "points-full").await.expect_fault("pointer", "/points");
    engine.stop().await;
}
