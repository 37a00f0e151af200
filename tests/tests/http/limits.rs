//! Limits under a rush: however many ask at the same time, no more get it than there is.

use futures_util::future::join_all;
use purser_tests::{Answered, Api, TestEngine, shop, shop::order_with};
use serde_json::{Value, json};

async fn sale() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 1_000, 1_000).await;
    (engine, api)
}

fn pound_off() -> Value {
    json!({"kind": "amount_off_order", "amount": {"amount": 100, "currency": "GBP"}})
}

/// Asks all of it at once. Returns how many were accepted; all others must be refused in this way.
async fn accepted(asked: impl Iterator<Item = impl Future<Output = Answered>>, kind: &str) -> usize {
    let answers = join_all(asked).await;
    let (accepted, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    for refusal in refused {
        refusal.expect_problem(409, kind);
    }
    accepted.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_customers_rush_for_a_coupon_of_ten_uses_and_ten_get_it() {
    let (engine, api) = sale().await;
    shop::issue(&api, "RUSH", &pound_off(), &json!({"uses_max": 10})).await;
    let mut customers = Vec::new();
    for number in 0..40 {
        customers.push(shop::token(&api, "customer", &format!("c-{number}")).await);
    }
    let mut body = order_with(&[("A", 1)], &json!({"coupons": ["RUSH"]}));
    body.as_object_mut().unwrap().remove("customer");
    let asked = customers.iter().map(|token| api.post_as(token, "/v1/orders", &body).send());
    assert_eq!(accepted(asked, "coupon-used-up").await, 10);
    assert_eq!(shop::uses(&api, "RUSH").await, (10, 0));
    assert_eq!(api.get("/v1/coupons/RUSH").await["remaining"], 0);
    assert_eq!(shop::events(engine.database(), "OrderPlaced").await, 10);
    // Whoever was refused holds no stock either.
    assert_eq!(shop::stock(&api, "A").await.reserved, 10);
    shop::at_rest(&api).await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_tries_five_times_at_once_uses_a_coupon_once() {
    let (engine, api) = sale().await;
    shop::issue(&api, "ONCE-EACH", &pound_off(), &json!({"uses_max": 100, "uses_per_customer_max": 1})).await;
    let body = order_with(&[("A", 1)], &json!({"coupons": ["ONCE-EACH"]}));
    let asked = (0..5).map(|_| api.post("/v1/orders", &body).send());
    assert_eq!(accepted(asked, "coupon-used-up").await, 1);
    assert_eq!(shop::uses(&api, "ONCE-EACH").await, (1, 0));
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_point_is_spent_on_two_orders() {
    let (engine, api) = sale().await;
    shop::set(&api, "policies", &shop::points_policy()).await;
    shop::grant(&api, "demo-customer", 250).await;
    let body = order_with(&[("A", 1)], &json!({"points": 100}));
    let asked = (0..5).map(|_| api.post("/v1/orders", &body).send());
    assert_eq!(accepted(asked, "not-enough-points").await, 2);
    assert_eq!(shop::points(&api, "demo-customer").await, (250, 200));
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_buys_no_more_than_the_purchase_limit_over_all_orders() {
    let (engine, api) = sale().await;
    let _telling = api.tells(&["purchase-limit"]);
    let mut rare = shop::product("demo-merchant", "RARE", "goods", 500);
    rare["purchase_limit"] = json!(2);
    let listed = api.post("/v1/products", &rare).send().await.expect_status(201);
    api.post("/v1/stock/RARE/receive", &json!({"quantity": 100})).send().await.expect_status(200);
    let found = api.get(&format!("/v1/products/RARE?min_position={}", listed.position())).await;
    assert_eq!(found["purchase_limit"], 2);
    shop::at_rest(&api).await;
    let of = |lines: &[(&str, i64)], customer: Value| order_with(lines, &json!({"customer": customer}));
    // Both lines together are too many; the first one is named.
    for customer in [json!("c-2"), json!(null)] {
        let two_lines = of(&[("A", 1), ("RARE", 1), ("RARE", 2)], customer);
        for path in ["/v1/quotes", "/v1/orders"] {
            let refused = shop::refused(&engine, api.post(path, &two_lines), 409, "purchase-limit").await;
            refused.expect_fault("pointer", "/lines/1/quantity");
        }
    }
    let one = of(&[("RARE", 1)], json!("demo-customer"));
    let asked = (0..5).map(|_| api.post("/v1/orders", &one).send());
    assert_eq!(accepted(asked, "purchase-limit").await, 2);
    // What is cancelled may be bought again.
    let orders = shop::items(&api.get(&format!("/v1/orders?sku=RARE&min_position={}", api.furthest())).await);
    shop::cancel(&api, orders[0]["id"].as_str().unwrap()).await;
    shop::at_rest(&api).await;
    shop::place(&api, &one).await;
    shop::at_rest(&api).await;
    shop::refused(&engine, api.post("/v1/orders", &one), 409, "purchase-limit").await;
    engine.stop().await;
}
