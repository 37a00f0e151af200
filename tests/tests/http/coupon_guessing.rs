//! Whoever tries coupon codes at one shop learns nothing of another shop's.

use purser_tests::{Answered, Api, shop, shop::coupon};
use reqwest::Method;
use serde_json::{Value, json};

/// A coupon for each state in which a coupon answers otherwise to its own customers.
const THEIRS: [&str; 6] = ["VALID", "WITHDRAWN", "SOON", "OVER", "USED-UP", "ONE-EACH"];

async fn issue_theirs(api: &Api) {
    let offer = |more: Value| {
        let mut offer = json!({"kind": "percentage_off_order", "rate": 100_000});
        offer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        offer
    };
    let limits = |more: Value| {
        let mut limits = json!({"merchant": "m-2"});
        limits.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        limits
    };
    shop::issue(api, "VALID", &offer(json!({})), &limits(json!({}))).await;
    shop::issue(api, "WITHDRAWN", &offer(json!({})), &limits(json!({}))).await;
    let reason = json!({"reason": "over"});
    api.post("/v1/coupons/WITHDRAWN/withdraw", &reason).send().await.expect_status(200);
    let from = json!({"valid": {"from": "2026-02-01T00:00:00Z"}});
    shop::issue(api, "SOON", &offer(from), &limits(json!({}))).await;
    let until = json!({"valid": {"until": "2026-01-15T12:00:00Z"}});
    shop::issue(api, "OVER", &offer(until), &limits(json!({}))).await;
    shop::issue(api, "USED-UP", &offer(json!({})), &limits(json!({"uses_max": 1}))).await;
    shop::place(api, &shop::order_with(&[("B", 1)], &json!({"coupons": ["USED-UP"]}))).await;
    shop::issue(api, "ONE-EACH", &offer(json!({})), &limits(json!({"uses_per_customer_max": 1}))).await;
}

/// An answer without the code that it repeats and without what differs in every answer.
fn told(answered: &Answered, code: &str) -> (u16, Value) {
    let mut body = answered.body.clone();
    body.as_object_mut().unwrap().remove("instance");
    (answered.status.as_u16(), serde_json::from_str(&body.to_string().replace(code, "CODE")).unwrap())
}

#[tokio::test]
async fn a_code_of_another_merchant_is_answered_as_one_that_nobody_has() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["unknown-coupon"]);
    shop::stocked(&api, "demo-merchant", "A", 1_000, 100).await;
    shop::stocked(&api, "m-2", "B", 1_000, 100).await;
    issue_theirs(&api).await;
    shop::at_rest(&api).await;
    let (customer, merchant) = (api.tokens().customer.clone(), api.tokens().merchant.clone());
    let guess = async |token: &str, path: &str, buyer: &Value, code: &str| {
        let body = shop::order_with(&[("A", 1)], &json!({"customer": buyer, "coupons": [code]}));
        let call = api.post_as(token, path, &body);
        told(&shop::refused(&engine, call, 422, "unknown-coupon").await.expect_fault("pointer", "/coupons/0"), code)
    };
    for path in ["/v1/orders", "/v1/quotes"] {
        for (token, buyer) in
            [(&customer, json!("demo-customer")), (&merchant, json!("demo-customer")), (&merchant, json!(null))]
        {
            let unknown = guess(token, path, &buyer, "NOBODYS").await;
            for code in THEIRS {
                assert_eq!(guess(token, path, &buyer, code).await, unknown, "{code} at {path}");
            }
        }
    }
    // Where they belong they say what is the matter.
    let body = shop::order_with(&[("B", 1)], &json!({"coupons": ["WITHDRAWN"]}));
    api.post("/v1/quotes", &body).send().await.expect_problem(422, "coupon-not-valid");
    engine.stop().await;
}

#[tokio::test]
async fn a_merchant_learns_of_a_taken_code_that_it_is_taken_and_nothing_more() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["coupon-conflict", "not-found"]);
    shop::stocked(&api, "m-2", "B", 1_000, 100).await;
    issue_theirs(&api).await;
    shop::at_rest(&api).await;
    let merchant = api.tokens().merchant.clone();
    let offer = json!({"kind": "percentage_off_order", "rate": 100_000});
    let mut answers = Vec::new();
    for code in THEIRS {
        let issuing = api.post_as(&merchant, "/v1/coupons", &coupon(code, &offer, &json!({})));
        let refused = shop::refused(&engine, issuing, 409, "coupon-conflict").await;
        answers.push(told(&refused.expect_fault("pointer", "/code"), code));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let mut answers = Vec::new();
    for code in THEIRS.into_iter().chain(["NOBODYS"]) {
        let path = format!("/v1/coupons/{code}");
        let look = api.with_token(&merchant, Method::GET, &path).send().await.expect_problem(404, "not-found");
        answers.push(told(&look, code));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    engine.stop().await;
}
