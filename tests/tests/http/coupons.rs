//! Coupons, as they are issued, withdrawn and looked at.

use chrono::TimeDelta;
use purser_tests::{shop, shop::coupon};
use reqwest::Method;
use serde_json::{Value, json};

fn offer() -> Value {
    json!({"kind": "percentage_off_order", "rate": 100_000, "cap": {"amount": 2_000, "currency": "GBP"},
        "minimum_spend": {"amount": 1_000, "currency": "GBP"},
        "valid": {"from": "2026-01-01T00:00:00.000000Z", "until": "2026-02-01T00:00:00.000000Z"},
        "combines_with": ["product", "shipping"]})
}

#[tokio::test]
async fn an_issued_coupon_is_found_where_the_answer_says_until_it_is_withdrawn_and_after() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&[
        "POST /v1/coupons",
        "GET /v1/coupons/{code}",
        "POST /v1/coupons/{code}/withdraw",
        "coupon-conflict",
        "not-found",
    ]);
    let body = coupon("TEN-OFF", &offer(), &json!({"uses_max": 100, "uses_per_customer_max": 2}));
    let issued = api.post("/v1/coupons", &body).send().await.expect_status(201);
    assert_eq!(issued.header("location"), "/v1/coupons/TEN-OFF");
    assert_eq!(issued.body, json!({"code": "TEN-OFF", "position": 1}));
    // The same again changes nothing.
    let again = api.post("/v1/coupons", &body).send().await.expect_status(201);
    assert_eq!(again.body, issued.body);
    let mut expected = json!({"code": "TEN-OFF", "title": "Coupon TEN-OFF", "offer": offer(), "uses_max": 100,
        "uses_per_customer_max": 2, "status": "issued", "frozen": 0, "redeemed": 0, "remaining": 100,
        "issued_at": "2026-01-15T12:00:00.000000Z", "position": 1});
    assert_eq!(api.get("/v1/coupons/TEN-OFF?min_position=1").await, expected);
    // Other terms are another coupon.
    let other = coupon("TEN-OFF", &offer(), &json!({"uses_max": 101, "uses_per_customer_max": 2}));
    let refused = shop::refused(&engine, api.post("/v1/coupons", &other), 409, "coupon-conflict").await;
    refused.expect_fault("pointer", "/code");
    engine.clock().advance(TimeDelta::hours(1));
    let reason = json!({"reason": "a typing mistake"});
    let withdraw = || api.post("/v1/coupons/TEN-OFF/withdraw", &reason);
    let withdrawn = withdraw().send().await.expect_status(200);
    assert_eq!(withdrawn.body, json!({"code": "TEN-OFF", "position": 2}));
    assert_eq!(withdraw().send().await.expect_status(200).body, withdrawn.body);
    for (field, value) in [
        ("status", json!("withdrawn")),
        ("remaining", json!(0)),
        ("withdrawn_at", json!("2026-01-15T13:00:00.000000Z")),
        ("position", json!(2)),
    ] {
        expected[field] = value;
    }
    assert_eq!(api.get("/v1/coupons/TEN-OFF?min_position=2").await, expected);
    // What was withdrawn does not come back.
    shop::refused(&engine, api.post("/v1/coupons", &body), 409, "coupon-conflict").await;
    shop::refused(&engine, api.post("/v1/coupons/NONE/withdraw", &reason), 404, "not-found").await;
    let unknown = api.with_token(&api.tokens().back_office, Method::GET, "/v1/coupons/NONE").send().await;
    unknown.expect_problem(404, "not-found");
    engine.stop().await;
}

#[tokio::test]
async fn coupons_are_listed_by_merchant_and_status_page_by_page() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["GET /v1/coupons", "malformed-cursor", "malformed-parameter"]);
    for number in 0..7 {
        let merchant = ["demo-merchant", "m-2"][number % 2];
        shop::issue(&api, &format!("C-{number}"), &offer(), &json!({"merchant": merchant})).await;
    }
    shop::issue(&api, "PLATFORM", &offer(), &json!({})).await;
    for code in ["C-1", "C-2"] {
        let reason = json!({"reason": "over"});
        api.post(&format!("/v1/coupons/{code}/withdraw"), &reason).send().await.expect_status(200);
    }
    shop::at_rest(&api).await;
    let (office, merchant) = (&api.tokens().back_office, &api.tokens().merchant);
    for (token, query, expected) in [
        (office, "", vec!["C-0", "C-1", "C-2", "C-3", "C-4", "C-5", "C-6", "PLATFORM"]),
        (office, "merchant=m-2", vec!["C-1", "C-3", "C-5"]),
        (office, "status=withdrawn", vec!["C-1", "C-2"]),
        (office, "merchant=m-2&status=issued", vec!["C-3", "C-5"]),
        (merchant, "", vec!["C-0", "C-2", "C-4", "C-6"]),
        (merchant, "status=issued", vec!["C-0", "C-4", "C-6"]),
        (merchant, "merchant=m-2", vec![]),
    ] {
        for limit in [1, 3, 100] {
            let found = shop::pages(&api, token, &format!("/v1/coupons?{query}&limit={limit}")).await;
            let codes: Vec<&str> = found.iter().map(|coupon| coupon["code"].as_str().unwrap()).collect();
            assert_eq!(codes, expected, "{query} by {limit}");
        }
    }
    let page = api.get("/v1/coupons?limit=2").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    for (query, kind, parameter) in [
        (format!("status=issued&cursor={cursor}"), "malformed-cursor", "cursor"),
        ("status=used".to_owned(), "malformed-parameter", "status"),
        ("customer=c-2".to_owned(), "malformed-parameter", "customer"),
    ] {
        let refused = api.with_token(office, Method::GET, &format!("/v1/coupons?{query}")).send().await;
        refused.expect_problem(400, kind).expect_fault("parameter", parameter);
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_merchant_issues_for_its_own_orders_and_reaches_no_other_coupon() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["field-not-allowed", "not-found"]);
    let merchant = &api.tokens().merchant;
    let own = api.post_as(merchant, "/v1/coupons", &coupon("OWN", &offer(), &json!({}))).send().await;
    let position = own.expect_status(201).position();
    let found = api.get_as(merchant, &format!("/v1/coupons/OWN?min_position={position}")).await;
    assert_eq!(found["merchant"], "demo-merchant");
    let for_others = coupon("THEIRS", &offer(), &json!({"merchant": "m-2"}));
    let call = api.post_as(merchant, "/v1/coupons", &for_others);
    shop::refused(&engine, call, 403, "field-not-allowed").await.expect_fault("pointer", "/merchant");
    shop::issue(&api, "THEIRS", &offer(), &json!({"merchant": "m-2"})).await;
    shop::issue(&api, "PLATFORM", &offer(), &json!({})).await;
    shop::at_rest(&api).await;
    let reason = json!({"reason": "not mine"});
    let mut told = Vec::new();
    for code in ["THEIRS", "PLATFORM", "NONE"] {
        let path = format!("/v1/coupons/{code}");
        let withdrawal = api.post_as(merchant, &format!("{path}/withdraw"), &reason);
        let withdrawal = shop::refused(&engine, withdrawal, 404, "not-found").await;
        let look = api.with_token(merchant, Method::GET, &path).send().await.expect_problem(404, "not-found");
        told.push((withdrawal.body["detail"].clone(), look.body["detail"].clone()));
    }
    assert!(told.iter().all(|of_one| *of_one == told[0]), "{told:?}");
    api.post_as(merchant, "/v1/coupons/OWN/withdraw", &reason).send().await.expect_status(200);
    engine.stop().await;
}

#[tokio::test]
async fn a_coupon_that_makes_no_sense_is_refused_where_it_does_not() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["invalid-value"]);
    let gbp = |amount: i64| json!({"amount": amount, "currency": "GBP"});
    let good = || json!({"kind": "amount_off_order", "amount": gbp(100)});
    for (code, offer, limits, pointer) in [
        ("lower", good(), json!({}), "/code"),
        ("ABC", good(), json!({"uses_max": 0}), "/uses_max"),
        ("ABC", good(), json!({"uses_per_customer_max": 4_294_967_296_i64}), "/uses_per_customer_max"),
        ("ABC", good(), json!({"uses": 1}), "/uses"),
        ("ABC", json!({"kind": "free_lunch"}), json!({}), "/offer/kind"),
        ("ABC", json!({"kind": "amount_off_order", "amount": gbp(0)}), json!({}), "/offer/amount"),
        ("ABC", json!({"kind": "amount_off_order", "amount": gbp(1), "rate": 1}), json!({}), "/offer/rate"),
        ("ABC", json!({"kind": "amount_off_order"}), json!({}), "/offer/amount"),
        ("ABC", json!({"kind": "percentage_off_order", "rate": 0}), json!({}), "/offer/rate"),
        ("ABC", json!({"kind": "percentage_off_order", "rate": 1_000_001}), json!({}), "/offer/rate"),
        ("ABC", json!({"kind": "percentage_off_order", "rate": 1, "percent": 10}), json!({}), "/offer/percent"),
        ("ABC", json!({"kind": "percentage_off_lines", "rate": 1, "skus": []}), json!({}), "/offer/skus"),
        ("ABC", json!({"kind": "percentage_off_lines", "rate": 1, "skus": ["A", "b@"]}), json!({}), "/offer/skus/1"),
        (
            "ABC",
            json!({"kind": "volume_tiers", "tiers": [{"from": 5, "rate": 2}, {"from": 5, "rate": 3}]}),
            json!({}),
            "/offer/tiers",
        ),
        (
            "ABC",
            json!({"kind": "shipping_off", "rate": 1, "valid": {"from": "2026-02-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}}),
            json!({}),
            "/offer/valid",
        ),
        (
            "ABC",
            json!({"kind": "amount_off_order", "amount": gbp(1), "minimum_spend": {"amount": 1, "currency": "EUR"}}),
            json!({}),
            "/offer/minimum_spend",
        ),
        (
            "ABC",
            json!({"kind": "shipping_off", "rate": 1, "combines_with": ["order", "all"]}),
            json!({}),
            "/offer/combines_with/1",
        ),
    ] {
        let call = api.post("/v1/coupons", &coupon(code, &offer, &limits));
        shop::refused(&engine, call, 422, "invalid-value").await.expect_fault("pointer", pointer);
    }
    engine.stop().await;
}
