//! Nobody pays another price than they saw.

use purser_tests::{Answered, Api, shop, shop::order_with};
use reqwest::Method;
use serde_json::{Value, json};

fn gbp(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

async fn place(api: &Api, key: &str, body: &Value) -> Answered {
    api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders").key(key).json(body).send().await
}

/// The faults of a refusal, as pointer and detail.
fn faults(refused: &Answered) -> Vec<(String, String)> {
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    let faults = refused.body["errors"].as_array().unwrap();
    faults.iter().map(|fault| (text(fault, "pointer"), text(fault, "detail"))).collect()
}

fn fault(pointer: &str, detail: &str) -> (String, String) {
    (pointer.to_owned(), detail.to_owned())
}

#[tokio::test]
async fn an_order_that_costs_something_else_by_now_is_refused_and_its_key_stays_free() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["total-changed"]);
    api.stocked("A", 1_000, 50).await;
    let seen = api.post("/v1/quotes", &order_with(&[("A", 1)], &json!({}))).send().await.expect_status(200);
    assert_eq!(seen.body["total"], gbp(1_000));
    api.post("/v1/products/A/reprice", &json!({"price": gbp(2_500)})).send().await.expect_status(200);
    let head = shop::at_rest(&api).await;
    let expecting = |total: i64| order_with(&[("A", 1)], &json!({"expected_total": gbp(total)}));
    let quoted = api.post("/v1/quotes", &expecting(1_000)).send().await;
    for refused in [place(&api, "mine", &expecting(1_000)).await, quoted] {
        let refused = refused.expect_problem(409, "total-changed");
        assert_eq!((&refused.body["expected_total"], &refused.body["total"]), (&gbp(1_000), &gbp(2_500)));
        assert_eq!(refused.body["detail"], "the order costs 25.00 GBP, not 10.00 GBP");
        assert_eq!(faults(&refused), [fault("/expected_total", "it is 25.00 GBP")]);
    }
    assert_eq!(shop::at_rest(&api).await, head, "a refusal left something in the log");
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 50, reserved: 0 });
    let placed = place(&api, "mine", &expecting(2_500)).await.expect_status(201);
    assert_eq!(placed.body["total"], gbp(2_500));
    // The key is taken now, and a repeat is an echo at whatever price.
    api.post("/v1/products/A/reprice", &json!({"price": gbp(9_999)})).send().await.expect_status(200);
    assert_eq!(place(&api, "mine", &expecting(2_500)).await.expect_status(201).body, placed.body);
    engine.stop().await;
}

#[tokio::test]
async fn what_changed_is_told_as_far_as_the_customer_says_what_they_saw() {
    let (engine, api) = shop::open().await;
    for (sku, price) in [("A", 1_000), ("B", 500)] {
        api.stocked(sku, price, 100).await;
    }
    let tenth = json!({"kind": "percentage_off_order", "rate": 100_000, "combines_with": ["shipping"]});
    shop::promote(&api, "tenth", &tenth).await;
    let standard = |fee: i64| json!({"rates": [{"method": "standard", "fee": gbp(fee)}]});
    shop::set(&api, "shipping-rates", &standard(300)).await;
    let rate = |rate: i64| json!({"prices": "added", "rates": [{"country": "GB", "rate": rate}]});
    shop::set(&api, "tax-rates", &rate(200_000)).await;
    let seen = api.post("/v1/quotes", &order_with(&[("A", 1), ("B", 2)], &json!({}))).send().await.expect_status(200);
    let sums = |quote: &Value| {
        let names = ["subtotal", "discount", "shipping", "tax", "tax_added", "points"];
        Value::Object(names.into_iter().map(|name| (name.to_owned(), quote["pricing"][name].clone())).collect())
    };
    let mut body = order_with(&[("A", 1), ("B", 2)], &json!({}));
    body["expected_total"] = seen.body["total"].clone();
    body["expected_sums"] = sums(&seen.body);
    for (number, price) in [1_000, 500].into_iter().enumerate() {
        body["lines"][number]["expected_unit_price"] = json!(price);
    }
    place(&api, "unchanged", &body).await.expect_status(201);
    // The price of one line, the promotion, the fee and the tax, one after the other.
    api.post("/v1/products/B/reprice", &json!({"price": gbp(600)})).send().await.expect_status(200);
    let end = "/v1/merchants/demo-merchant/promotions/tenth/end";
    api.post(end, &json!({})).send().await.expect_status(200);
    shop::set(&api, "shipping-rates", &standard(400)).await;
    shop::set(&api, "tax-rates", &rate(100_000)).await;
    let refused = place(&api, "changed", &body).await.expect_problem(409, "total-changed");
    let expected = [
        fault("/expected_total", "it is 28.20 GBP"),
        fault("/lines/1/expected_unit_price", "the price of B is 6.00 GBP, not 5.00 GBP"),
        fault("/expected_sums/subtotal", "the sum of the lines is 22.00 GBP, not 20.00 GBP"),
        fault("/expected_sums/discount", "what promotions and coupons take off is 0.00 GBP, not 2.00 GBP"),
        fault("/expected_sums/shipping", "the shipping fee is 4.00 GBP, not 3.00 GBP"),
        fault("/expected_sums/tax", "the tax is 2.20 GBP, not 3.60 GBP"),
        fault("/expected_sums/tax_added", "the tax on top of the prices is 2.20 GBP, not 3.60 GBP"),
    ];
    assert_eq!(faults(&refused), expected);
    engine.stop().await;
}

#[tokio::test]
async fn what_was_seen_needs_a_total_in_the_orders_currency() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 1_000, 50).await;
    shop::at_rest(&api).await;
    let mut priced = order_with(&[("A", 1)], &json!({}));
    priced["lines"][0]["expected_unit_price"] = json!(1_000);
    let euros = json!({"expected_total": {"amount": 1_000, "currency": "EUR"}});
    for (body, pointer) in [
        (order_with(&[("A", 1)], &euros), "/expected_total/currency"),
        (order_with(&[("A", 1)], &json!({"expected_sums": {"subtotal": 1_000}})), "/expected_sums"),
        (priced, "/lines/0/expected_unit_price"),
    ] {
        let refused = shop::refused(&engine, api.post("/v1/orders", &body), 422, "invalid-value").await;
        refused.expect_fault("pointer", pointer);
    }
    engine.stop().await;
}
