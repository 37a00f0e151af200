//! Statistics: what happened, in the minute and on the day in which the engine recorded it.

use chrono::TimeDelta;
use purser_tests::{Api, TestEngine, shop, shop::order_with};
use serde_json::{Value, json};

fn gbp(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// `A` at ten pounds with tax in it, three pounds for delivery, five pounds off for whoever has the code, and points.
async fn shop_with_terms() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 1_000, 100).await;
    let five_off = json!({"kind": "amount_off_order", "amount": gbp(500)});
    shop::issue(&api, "FIVE-OFF", &five_off, &json!({})).await;
    let standard = json!({"method": "standard", "countries": ["GB"], "fee": gbp(300)});
    shop::set(&api, "shipping-rates", &json!({"rates": [standard]})).await;
    let tax = json!({"country": "GB", "category": "standard", "rate": 200_000});
    shop::set(&api, "tax-rates", &json!({"prices": "included", "rates": [tax]})).await;
    shop::set(&api, "policies", &shop::points_policy()).await;
    shop::grant(&api, "demo-customer", 500).await;
    (engine, api)
}

/// Brings back all that is owed for an order.
async fn refund(api: &Api, order: &str) {
    shop::at_rest(api).await;
    let due = shop::items(&api.get(&format!("/v1/refunds?status=due&order={order}")).await);
    assert!(!due.is_empty(), "nothing is owed for {order}");
    for refund in due {
        let id = refund["id"].as_str().unwrap();
        let done = json!({"reference": format!("bank-{id}")});
        api.post(&format!("/v1/refunds/{id}/done"), &done).send().await.expect_status(200);
    }
    shop::at_rest(api).await;
}

/// A row in which only this happened.
fn row(when: &Value, happened: &Value) -> Value {
    let mut row = json!({
        "currency": "GBP",
        "orders": {"placed": 0, "paid": 0, "cancelled": 0, "expired": 0},
        "sales": {"units": 0, "gross": 0, "discounts": 0, "shipping": 0, "tax": 0, "tax_added": 0, "points": 0, "paid": 0},
        "refunds": {"count": 0, "amount": 0, "unapplied_count": 0, "unapplied_amount": 0},
        "returns": {"count": 0, "units": 0},
        "net": 0,
    });
    for part in [when, happened] {
        for (name, value) in part.as_object().unwrap() {
            match value {
                Value::Object(fields) => fields.iter().for_each(|(field, value)| row[name][field] = value.clone()),
                _ => row[name] = value.clone(),
            }
        }
    }
    row
}

#[tokio::test]
async fn each_thing_counts_when_it_is_recorded_and_a_day_that_is_over_stays_as_it_is() {
    let (engine, api) = shop_with_terms().await;
    let _telling = api.tells(&["GET /v1/statistics/minutes", "GET /v1/statistics/days"]);
    let days = async || shop::items(&api.get(&format!("/v1/statistics/days?min_position={}", api.furthest())).await);
    // 20 pounds less 5, 2.50 of it tax, 3 for delivery, 2 by points; 30 pounds, 5 of it tax, and 3; 10 and 3, never paid.
    let with_coupon = order_with(&[("A", 2)], &json!({"coupons": ["FIVE-OFF"], "points": 200}));
    let first = shop::place(&api, &with_coupon).await;
    let second = shop::place(&api, &order_with(&[("A", 3)], &json!({}))).await;
    let unpaid = shop::place(&api, &order_with(&[("A", 1)], &json!({}))).await;
    shop::pay(&api, &first, 1_600, "tx-1").await;
    shop::pay(&api, &second, 3_300, "tx-2").await;
    shop::reaches(&api, &first, "processing").await;
    shop::reaches(&api, &second, "processing").await;
    shop::at_rest(&api).await;
    let sales = json!({"units": 5, "gross": 5_000, "discounts": 500, "shipping": 600, "tax": 750, "points": 200,
        "paid": 4_900});
    // One of three goes back, and its money a minute later.
    engine.clock().advance(TimeDelta::minutes(1));
    let one = json!({"reason": "out of fashion", "lines": [{"line": 0, "quantity": 1}]});
    api.post(&format!("/v1/orders/{second}/cancel"), &one).send().await.expect_status(200);
    shop::at_rest(&api).await;
    engine.clock().advance(TimeDelta::minutes(1));
    refund(&api, &second).await;
    engine.clock().advance(TimeDelta::minutes(30));
    shop::reaches(&api, &unpaid, "expired").await;
    shop::at_rest(&api).await;
    let first_day = row(
        &json!({"day": "2026-01-15"}),
        &json!({"orders": {"placed": 3, "paid": 2, "expired": 1, "cancellation_rate": 0}, "sales": sales,
            "refunds": {"count": 1, "amount": 1_000}, "returns": {"rate": 0}, "net": 3_900}),
    );
    assert_eq!(days().await, std::slice::from_ref(&first_day));
    let minute = |minute: &str| json!({"minute": format!("2026-01-15T{minute}:00.000000Z")});
    let minutes = [
        row(
            &minute("12:00"),
            &json!({"orders": {"placed": 3, "paid": 2, "cancellation_rate": 0}, "sales": sales,
                "returns": {"rate": 0}, "net": 4_900}),
        ),
        row(&minute("12:02"), &json!({"refunds": {"count": 1, "amount": 1_000}, "net": -1_000})),
        row(&minute("12:32"), &json!({"orders": {"expired": 1}})),
    ];
    assert_eq!(shop::items(&api.get("/v1/statistics/minutes").await), minutes);
    // What is taken back on the next day is the next day's, and so is money for an order that has expired.
    engine.clock().advance(TimeDelta::days(1));
    shop::cancel(&api, &first).await;
    refund(&api, &first).await;
    shop::pay(&api, &unpaid, 1_300, "tx-3").await;
    refund(&api, &unpaid).await;
    let taken_back = json!({"orders": {"cancelled": 1}, "net": -1_600,
        "refunds": {"count": 1, "amount": 1_600, "unapplied_count": 1, "unapplied_amount": 1_300}});
    assert_eq!(days().await, [first_day, row(&json!({"day": "2026-01-16"}), &taken_back)]);
    let last_hour = row(&json!({"minute": "2026-01-16T12:32:00.000000Z"}), &taken_back);
    assert_eq!(shop::items(&api.get("/v1/statistics/minutes").await), [last_hour]);
    let between = "/v1/statistics/minutes?from=2026-01-15T12:00:00Z&to=2026-01-15T12:02:00Z";
    assert_eq!(shop::items(&api.get(between).await), minutes[..2]);
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn statistics_are_narrowed_by_time_merchant_and_currency() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["malformed-parameter"]);
    for (merchant, sku, price) in [("m-1", "A", 100), ("m-2", "B", 250)] {
        shop::stocked(&api, merchant, sku, price, 100).await;
    }
    for (sku, price) in [("A", 100), ("B", 250), ("A", 100)] {
        let (id, _) = api.placed(&[(sku, 1)]).await;
        shop::pay(&api, &id, price, &format!("tx-{id}")).await;
        engine.clock().advance(TimeDelta::hours(13));
    }
    shop::at_rest(&api).await;
    for (query, paid) in [
        ("days?", vec![100, 350]),
        ("days?from=2026-01-16", vec![350]),
        ("days?to=2026-01-15", vec![100]),
        ("days?merchant=m-2", vec![250]),
        ("days?currency=EUR", vec![]),
        ("minutes?", vec![]),
        ("minutes?from=2026-01-15T12:00:00Z", vec![100, 250, 100]),
        ("minutes?from=2026-01-15T12:00:00.000001Z", vec![250, 100]),
        ("minutes?from=2026-01-15T12:00:00Z&to=2026-01-16T01:00:00Z", vec![100, 250]),
        ("minutes?to=2026-01-16T01:59:59Z&merchant=m-2", vec![250]),
        ("minutes?to=2026-01-16T01:59:59Z&merchant=m-1", vec![]),
    ] {
        let found = api.get(&format!("/v1/statistics/{query}")).await;
        let found: Vec<i64> = shop::items(&found).iter().map(|row| row["sales"]["paid"].as_i64().unwrap()).collect();
        assert_eq!(found, paid, "{query}");
    }
    for query in ["from=2026-01-01T00:00:00Z", "from=2026-01-08T00:00:00Z&to=2026-01-15T00:00:01Z", "from=today"] {
        let path = format!("/v1/statistics/minutes?{query}");
        let refused = api.with_token(&api.tokens().back_office, reqwest::Method::GET, &path).send().await;
        refused.expect_problem(400, "malformed-parameter").expect_fault("parameter", "from");
    }
    engine.stop().await;
}
