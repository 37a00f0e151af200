//! Payments through a gateway, as customers, sellers and the back office see them.

use purser_tests::{Till, shop, wait::until};
use reqwest::Method;
use serde_json::{Value, json};

fn money(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// The whole way of a customer: order, attempt, link, money, goods.
#[tokio::test]
async fn an_order_is_paid_at_the_link_of_its_payment() {
    let till = Till::connected().await;
    let api = &till.api;
    let _telling = api.tells(&["POST /v1/orders/{id}/payments", "GET /v1/payments/{id}", "GET /v1/payments"]);
    let customer = &api.tokens().customer;
    let mut wish = purser_tests::api::order(&[("A", 2)]);
    wish.as_object_mut().unwrap().remove("customer");
    let placed = api.post_as(customer, "/v1/orders", &wish).send().await.expect_status(201);
    let order = placed.body["id"].as_str().unwrap();
    let begin = api.post_as(customer, &format!("/v1/orders/{order}/payments"), &json!({"gateway": "sandbox"}));
    let begun = begin.send().await.expect_status(201);
    let id = begun.body["id"].as_str().unwrap();
    assert_eq!(begun.header("location"), format!("/v1/payments/{id}"));
    let expected = json!({"id": id, "order": order, "status": "initiated", "amount": money(500),
        "expires_at": "2026-01-15T12:30:00.000000Z", "position": begun.position()});
    assert_eq!(begun.body, expected);

    let link = till.link(id).await;
    let pending = api.get_as(customer, &format!("/v1/payments/{id}")).await;
    let expected = json!({"id": id, "order": order, "merchant": "demo-merchant", "customer": "demo-customer",
        "gateway": "sandbox", "capture": "automatic", "status": "pending", "amount": money(500), "authorized": money(0),
        "captured": money(0), "captures": [], "next_action": {"redirect_url": link},
        "initiated_at": "2026-01-15T12:00:00.000000Z", "expires_at": "2026-01-15T12:30:00.000000Z",
        "position": pending["position"]});
    assert_eq!(pending, expected);
    till.sandbox.pay(&link, "succeed").await;
    let paid = shop::reaches(api, order, "processing").await;
    let captured = till.reaches(id, "captured").await;
    let reference = &captured["captures"][0]["reference"];
    assert_eq!(
        captured["captures"],
        json!([{"reference": reference, "amount": money(500),
        "at": "2026-01-15T12:00:00.000000Z"}])
    );
    assert_eq!((&captured["captured"], &captured["next_action"]), (&money(500), &Value::Null));
    assert_eq!(
        paid["payments"],
        json!([{"role": "settlement", "reference": reference, "amount": money(500),
        "at": "2026-01-15T12:00:00.000000Z"}])
    );
    assert_eq!(api.get_as(customer, &format!("/v1/payments?order={order}")).await["items"][0]["status"], "captured");
    till.close().await;
}

#[tokio::test]
async fn an_attempt_is_one_for_each_key_and_only_for_an_order_that_waits_for_its_payment() {
    let till = Till::open().await;
    let (api, engine) = (&till.api, &till.engine);
    let _telling = api.tells(&["missing-idempotency-key", "unknown-gateway", "not-found", "wrong-status"]);
    let (order, _) = api.placed(&[("A", 1)]).await;
    let path = format!("/v1/orders/{order}/payments");
    let through = |gateway: &str| json!({"gateway": gateway});
    shop::at_rest(api).await;
    let staff = &api.tokens().back_office;
    let keyless = api.with_token(staff, Method::POST, &path).json(&through("sandbox"));
    shop::refused(engine, keyless, 400, "missing-idempotency-key").await.expect_fault("header", "Idempotency-Key");
    let elsewhere = api.post(&path, &through("elsewhere"));
    shop::refused(engine, elsewhere, 422, "unknown-gateway").await.expect_fault("pointer", "/gateway");
    let stranger = shop::token(api, "customer", "c-2").await;
    shop::refused(engine, api.post_as(&stranger, &path, &through("sandbox")), 404, "not-found").await;

    let begin = || api.with_token(staff, Method::POST, &path).key("one").json(&through("sandbox"));
    let (first, again) = (begin().send().await.expect_status(201), begin().send().await.expect_status(201));
    assert_eq!(first.text, again.text);
    let second = till.begin(&order, "automatic").await;
    let id = first.body["id"].as_str().unwrap();
    let listed = api.get(&format!("/v1/payments?order={order}&min_position={}", api.furthest())).await;
    let mut ids = shop::field(&listed, "id");
    ids.sort_unstable();
    let mut expected = vec![id.to_owned(), second];
    expected.sort_unstable();
    assert_eq!(ids, expected);
    let others = api.with_token(&stranger, Method::GET, &format!("/v1/payments/{id}")).send().await;
    others.expect_problem(404, "not-found");
    assert_eq!(api.get_as(&stranger, "/v1/payments").await["items"], json!([]));

    shop::pay(api, &order, 250, "tx-1").await;
    shop::at_rest(api).await;
    let late = shop::refused(engine, api.post(&path, &through("sandbox")), 409, "wrong-status").await;
    assert_eq!(late.body["order_status"], "processing");
    till.close().await;
}

#[tokio::test]
async fn authorised_money_is_captured_in_parts_and_the_rest_is_set_free() {
    let till = Till::connected().await;
    let (api, engine) = (&till.api, &till.engine);
    let _telling = api.tells(&[
        "POST /v1/payments/{id}/captures",
        "POST /v1/payments/{id}/void",
        "payment-conflict",
        "other-currency",
        "not-found",
    ]);
    let [order, payment, link] = till.payable("manual").await;
    let capture = |amount: Value| api.post(&format!("/v1/payments/{payment}/captures"), &json!({"amount": amount}));
    shop::at_rest(api).await;
    shop::refused(engine, capture(money(100)), 409, "payment-conflict").await;
    till.sandbox.pay(&link, "succeed").await;
    let authorized = till.reaches(&payment, "authorized").await;
    assert_eq!((&authorized["authorized"], &authorized["next_action"]), (&money(250), &Value::Null));
    shop::at_rest(api).await;
    let yen = json!({"amount": 100, "currency": "JPY"});
    shop::refused(engine, capture(yen), 422, "other-currency").await.expect_fault("pointer", "/amount/currency");
    shop::refused(engine, capture(money(251)), 409, "payment-conflict").await.expect_fault("pointer", "/amount");
    shop::refused(engine, capture(money(0)), 422, "invalid-value").await.expect_fault("pointer", "/amount/amount");
    let stranger = shop::token(api, "merchant", "m-2").await;
    let path = format!("/v1/payments/{payment}/captures");
    let foreign = api.post_as(&stranger, &path, &json!({"amount": money(100)}));
    shop::refused(engine, foreign, 404, "not-found").await;

    let seller = &api.tokens().merchant;
    api.post_as(seller, &path, &json!({"amount": money(100)})).send().await.expect_status(200);
    let part = till.reaches(&payment, "partially_captured").await;
    assert_eq!((&part["captured"], &part["asked"]), (&money(100), &Value::Null));
    assert!(part["gateway_reference"].is_string(), "{part}");
    capture(money(50)).send().await.expect_status(200);
    until("the second part", async || (till.payment(&payment).await["captured"] == money(150)).then_some(())).await;
    assert_eq!(shop::order(api, &order).await["status"], "pending_payment");
    capture(money(100)).send().await.expect_status(200);
    shop::reaches(api, &order, "processing").await;
    assert_eq!(till.payment(&payment).await["status"], "captured");

    let [order, payment, link] = till.payable("manual").await;
    till.sandbox.pay(&link, "succeed").await;
    till.reaches(&payment, "authorized").await;
    api.post(&format!("/v1/payments/{payment}/void"), &json!({})).send().await.expect_status(200);
    till.reaches(&payment, "voided").await;
    assert_eq!(shop::order(api, &order).await["status"], "pending_payment");
    till.close().await;
}

#[tokio::test]
async fn an_attempt_that_failed_is_followed_by_one_that_succeeds() {
    let till = Till::connected().await;
    let [order, first, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "fail").await;
    let failed = till.reaches(&first, "failed").await;
    assert!(failed["failure_code"].is_string(), "{failed}");
    assert_eq!(shop::order(&till.api, &order).await["status"], "pending_payment");
    let second = till.begin(&order, "automatic").await;
    let link = till.link(&second).await;
    till.sandbox.pay(&link, "succeed").await;
    shop::reaches(&till.api, &order, "processing").await;
    assert_eq!(till.payment(&first).await["status"], "failed");
    till.close().await;
}

#[tokio::test]
async fn the_list_of_payments_is_narrowed_and_comes_in_pages() {
    let till = Till::open().await;
    let api = &till.api;
    let _telling = api.tells(&["field-not-allowed"]);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (order, _) = api.placed(&[("A", 1)]).await;
        ids.push(till.begin(&order, "automatic").await);
        till.reaches(ids.last().unwrap(), "pending").await;
        till.engine.clock().advance(chrono::TimeDelta::seconds(1));
    }
    let staff = api.tokens().back_office.clone();
    let newest_first: Vec<&String> = ids.iter().rev().collect();
    let paged = shop::pages(api, &staff, "/v1/payments?limit=1").await;
    assert_eq!(paged.iter().map(|payment| payment["id"].as_str().unwrap()).collect::<Vec<_>>(), newest_first);
    for (query, expected) in [
        ("direction=ascending", ids.iter().collect()),
        ("merchant=demo-merchant&gateway=sandbox&status=pending&needs_review=false", newest_first.clone()),
        ("merchant=m-2", vec![]),
        ("gateway=elsewhere", vec![]),
        ("status=captured", vec![]),
        ("needs_review=true", vec![]),
        ("initiated_from=2026-01-15T12:00:01Z&initiated_until=2026-01-15T12:00:02Z", vec![&ids[1]]),
    ] {
        let found = api.get(&format!("/v1/payments?{query}")).await;
        assert_eq!(shop::field(&found, "id").iter().collect::<Vec<_>>(), expected, "{query}");
    }
    let curious = api.with_token(&api.tokens().merchant, Method::GET, "/v1/payments?needs_review=true").send().await;
    curious.expect_problem(403, "field-not-allowed").expect_fault("parameter", "needs_review");
    till.close().await;
}
