//! What one merchant gives away, no other pays for; and what is a customer's, no merchant spends.

use purser_tests::{Answered, Api, TestEngine, shop};
use reqwest::Method;
use serde_json::{Value, json};

fn gbp(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// `demo-merchant` sells `PENNY`, `m-2` sells `B` at ten pounds; both take points of their own.
async fn market() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    shop::stocked(&api, "demo-merchant", "PENNY", 1, 100).await;
    shop::stocked(&api, "demo-merchant", "A", 1_000, 100).await;
    shop::stocked(&api, "m-2", "B", 1_000, 100).await;
    for merchant in ["demo-merchant", "m-2"] {
        policies(&api, merchant, 100, 10).await.expect_status(200);
    }
    (engine, api)
}

/// What 100 points are worth, and how many 100 pence earn.
async fn policies(api: &Api, merchant: &str, value: i64, granted: i64) -> Answered {
    let body = json!({"points": {"value_per_100": gbp(value), "granted_per_100": granted}});
    api.put(&format!("/v1/merchants/{merchant}/policies"), &body).send().await
}

async fn balances(api: &Api) -> [i64; 3] {
    let mut balances = [0; 3];
    for (balance, merchant) in balances.iter_mut().zip([Some("demo-merchant"), Some("m-2"), None]) {
        *balance = shop::points_with(api, "demo-customer", merchant).await.0;
    }
    balances
}

fn spending(sku: &str, points: i64, fields: &Value) -> Value {
    let mut body = shop::order_with(&[(sku, 1)], fields);
    body["points"] = json!(points);
    body
}

/// The most generous policy earns for a penny what is worth a penny, at the merchant who grants it and nowhere else.
#[tokio::test]
async fn a_merchant_mints_no_points_that_pay_another_merchants_order() {
    let (engine, api) = market().await;
    let _telling = api.tells(&["invalid-value", "not-enough-points"]);
    for granted in [2_147_483_647, 10_001] {
        let refused = policies(&api, "demo-merchant", 1, granted).await.expect_problem(422, "invalid-value");
        refused.expect_fault("pointer", "/points/granted_per_100");
    }
    policies(&api, "demo-merchant", 1, 10_000).await.expect_status(200);
    let penny = shop::place(&api, &shop::order_with(&[("PENNY", 1)], &json!({}))).await;
    shop::pay(&api, &penny, 1, "tx-1").await;
    shop::complete(&api, &penny).await;
    assert_eq!(balances(&api).await, [100, 0, 0]);
    shop::at_rest(&api).await;
    for of in [json!({}), json!({"points_of": "merchant"})] {
        let elsewhere = api.post("/v1/orders", &spending("B", 100, &of));
        shop::refused(&engine, elsewhere, 409, "not-enough-points").await.expect_fault("pointer", "/points");
    }
    // At home they are the penny that they were earned by.
    let quoted = api.post("/v1/quotes", &spending("A", 100, &json!({}))).send().await.expect_status(200).body;
    assert_eq!((&quoted["total"], &quoted["pricing"]["points_of"]), (&gbp(999), &json!("merchant")));
    engine.stop().await;
}

/// Each account moves by its own orders alone, through placement, payment, completion, return and cancellation.
#[tokio::test]
async fn points_go_back_to_the_account_that_they_came_from() {
    let (engine, api) = market().await;
    shop::grant(&api, "demo-customer", 500).await;
    let by_office = |merchant: Value| json!({"merchant": merchant, "points": 300, "reason": "a welcome"});
    for merchant in [json!("m-2"), json!(null)] {
        let path = "/v1/customers/demo-customer/points";
        api.post(path, &by_office(merchant)).send().await.expect_status(200);
    }
    assert_eq!(balances(&api).await, [500, 300, 300]);
    let platform = json!({"points": {"value_per_100": gbp(200)}});
    api.put("/v1/merchants/m-2/platform-points", &platform).send().await.expect_status(200);
    // A hundred of each kind: a pound of the merchant's, two pounds of the platform's.
    let own = shop::place(&api, &spending("B", 100, &json!({}))).await;
    let platforms = shop::place(&api, &spending("B", 100, &json!({"points_of": "platform"}))).await;
    assert_eq!(shop::points_with(&api, "demo-customer", Some("m-2")).await, (300, 100));
    assert_eq!(shop::points_with(&api, "demo-customer", None).await, (300, 100));
    shop::pay(&api, &own, 900, "tx-1").await;
    shop::pay(&api, &platforms, 800, "tx-2").await;
    for order in [&own, &platforms] {
        shop::complete(&api, order).await;
    }
    // Nine and eight pounds earn 170 points of the merchant's, whoever paid the rest.
    assert_eq!(balances(&api).await, [500, 300 - 100 + 90 + 80, 200]);
    for (order, of) in [(&own, "merchant"), (&platforms, "platform")] {
        let seen = api.get(&format!("/v1/orders/{order}?min_position={}", api.furthest())).await;
        assert_eq!(seen["pricing"]["points_of"], of);
    }
    // What comes back brings its own points back and loses what it had earned.
    let wish = json!({"kind": "refund_only", "lines": [{"line": 0, "quantity": 1, "reason": "broken"}]});
    for order in [&own, &platforms] {
        let asked = api.post(&format!("/v1/orders/{order}/returns"), &wish).send().await.expect_status(201);
        let path = format!("/v1/returns/{}/approve", asked.body["id"].as_str().unwrap());
        api.post(&path, &json!({})).send().await.expect_status(200);
    }
    assert_eq!(balances(&api).await, [500, 300, 300]);
    // So does what is cancelled.
    let cancelled = shop::place(&api, &spending("B", 50, &json!({"points_of": "platform"}))).await;
    assert_eq!(shop::points_with(&api, "demo-customer", None).await, (300, 50));
    shop::cancel(&api, &cancelled).await;
    shop::at_rest(&api).await;
    assert_eq!(balances(&api).await, [500, 300, 300]);
    assert_eq!(shop::points_with(&api, "demo-customer", None).await, (300, 0));
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn the_platforms_points_are_taken_where_the_platform_says_so() {
    let (engine, api) = market().await;
    let _telling = api.tells(&["points-not-usable", "forbidden"]);
    let path = "/v1/customers/demo-customer/points";
    api.post(path, &json!({"points": 300, "reason": "a welcome"})).send().await.expect_status(200);
    shop::at_rest(&api).await;
    let order = spending("A", 100, &json!({"points_of": "platform"}));
    let refused = shop::refused(&engine, api.post("/v1/orders", &order), 422, "points-not-usable").await;
    refused.expect_fault("pointer", "/points");
    let terms = json!({"points": {"value_per_100": gbp(50)}});
    let own = "/v1/merchants/demo-merchant/platform-points";
    shop::refused(&engine, api.put_as(&api.tokens().merchant, own, &terms), 403, "forbidden").await;
    api.put(own, &terms).send().await.expect_status(200);
    let quoted = api.post("/v1/quotes", &order).send().await.expect_status(200).body;
    assert_eq!(quoted["total"], gbp(950));
    api.put(own, &json!({})).send().await.expect_status(200);
    shop::at_rest(&api).await;
    shop::refused(&engine, api.post("/v1/orders", &order), 422, "points-not-usable").await;
    engine.stop().await;
}

#[tokio::test]
async fn a_merchant_spends_no_customers_points_and_sees_those_that_it_issued() {
    let (engine, api) = market().await;
    let _telling = api.tells(&["field-not-allowed", "not-found", "GET /v1/customers/{customer}/points"]);
    shop::grant(&api, "demo-customer", 500).await;
    shop::at_rest(&api).await;
    let merchant = api.tokens().merchant.clone();
    for path in ["/v1/orders", "/v1/quotes"] {
        for customer in ["demo-customer", "nobody"] {
            for of in ["merchant", "platform"] {
                let body = spending("A", 100, &json!({"customer": customer, "points_of": of}));
                let refused =
                    shop::refused(&engine, api.post_as(&merchant, path, &body), 403, "field-not-allowed").await;
                refused.expect_fault("pointer", "/points");
            }
        }
    }
    // Without points it places for whom it likes.
    let plain = shop::order_with(&[("A", 1)], &json!({}));
    api.post_as(&merchant, "/v1/orders", &plain).send().await.expect_status(201);
    let path = "/v1/customers/demo-customer/points";
    for query in ["", "?merchant=demo-merchant"] {
        let seen = api.get_as(&merchant, &format!("{path}{query}")).await;
        assert_eq!((&seen["merchant"], &seen["balance"]), (&json!("demo-merchant"), &json!(500)));
    }
    let other = shop::token(&api, "merchant", "m-2").await;
    assert_eq!(api.get_as(&other, path).await["balance"], 0);
    for (token, query) in [(&merchant, "?merchant=m-2"), (&other, "?merchant=demo-merchant")] {
        let look = api.with_token(token, Method::GET, &format!("{path}{query}")).send().await;
        look.expect_problem(404, "not-found");
    }
    let customer = &api.tokens().customer;
    assert_eq!(api.get_as(customer, &format!("{path}?merchant=demo-merchant")).await["balance"], 500);
    assert_eq!(api.get_as(customer, path).await["balance"], 0);
    engine.stop().await;
}

#[tokio::test]
async fn a_refusal_does_not_tell_how_many_points_there_are() {
    let (engine, api) = market().await;
    let _telling = api.tells(&["not-enough-points"]);
    shop::at_rest(&api).await;
    let told = async || {
        let call = api.post("/v1/orders", &spending("A", 900, &json!({})));
        shop::refused(&engine, call, 409, "not-enough-points").await.body["detail"].clone()
    };
    let none = told().await;
    shop::grant(&api, "demo-customer", 899).await;
    shop::at_rest(&api).await;
    assert_eq!(told().await, none);
    engine.stop().await;
}

/// What the platform gives to customers is no merchant's to take, nor to use up in a customer's name.
#[tokio::test]
async fn a_merchant_presents_no_coupon_of_the_platform() {
    let (engine, api) = market().await;
    let _telling = api.tells(&["unknown-coupon"]);
    let offer = json!({"kind": "amount_off_order", "amount": gbp(100)});
    shop::issue(&api, "PLATFORMS", &offer, &json!({"uses_per_customer_max": 1})).await;
    shop::issue(&api, "OWN", &offer, &json!({"merchant": "demo-merchant", "uses_per_customer_max": 1})).await;
    shop::at_rest(&api).await;
    let with = |code: &str| shop::order_with(&[("A", 1)], &json!({"coupons": [code]}));
    let merchant = api.tokens().merchant.clone();
    for path in ["/v1/orders", "/v1/quotes"] {
        let refused =
            shop::refused(&engine, api.post_as(&merchant, path, &with("PLATFORMS")), 422, "unknown-coupon").await;
        refused.expect_fault("pointer", "/coupons/0");
    }
    api.post_as(&merchant, "/v1/orders", &with("OWN")).send().await.expect_status(201);
    api.post_as(&api.tokens().customer, "/v1/orders", &with("PLATFORMS")).send().await.expect_status(201);
    engine.stop().await;
}
