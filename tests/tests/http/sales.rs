//! What was sold: orders that were paid and not cancelled, by the UTC day of their placement.

use chrono::TimeDelta;
use purser_tests::{Api, TestEngine, api::order, shop};
use serde_json::{Value, json};

/// Two days of two merchants: on the first an order of one `A` and two `B`, on the second one of three `A`, one of a `C`,
/// and one that was cancelled.
async fn sold() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    for (merchant, sku, price) in [("m-1", "A", 100), ("m-1", "B", 250), ("m-2", "C", 1_000)] {
        shop::stocked(&api, merchant, sku, price, 100).await;
    }
    let paid = async |lines: &[(&str, i64)]| {
        let placed = api.post("/v1/orders", &order(lines)).send().await.expect_status(201);
        let id = placed.body["id"].as_str().unwrap().to_owned();
        shop::pay(&api, &id, placed.body["total"]["amount"].as_i64().unwrap(), &format!("tx-{id}")).await;
        id
    };
    paid(&[("A", 1), ("B", 2)]).await;
    engine.clock().advance(TimeDelta::days(1));
    paid(&[("A", 3)]).await;
    paid(&[("C", 1)]).await;
    let cancelled = paid(&[("A", 50)]).await;
    shop::cancel(&api, &cancelled).await;
    api.placed(&[("A", 7)]).await;
    shop::at_rest(&api).await;
    (engine, api)
}

fn row(key: Value, orders: i64, units: i64, gross: i64) -> Value {
    let mut row = key;
    (row["orders"], row["units"]) = (json!(orders), json!(units));
    row["gross"] = json!({"amount": gross, "currency": "GBP"});
    row
}

#[tokio::test]
async fn sales_add_up_by_day_by_sku_and_by_both() {
    let (engine, api) = Box::pin(sold()).await;
    let _telling = api.tells(&["GET /v1/sales/days", "GET /v1/sales/skus", "GET /v1/sales/day-skus"]);
    let (first, second) = ("2026-01-15", "2026-01-16");
    let days = json!([row(json!({"day": first}), 1, 3, 600), row(json!({"day": second}), 2, 4, 1_300)]);
    assert_eq!(api.get("/v1/sales/days").await, json!({"items": days}));
    let skus = json!([
        row(json!({"sku": "A"}), 2, 4, 400),
        row(json!({"sku": "B"}), 1, 2, 500),
        row(json!({"sku": "C"}), 1, 1, 1_000),
    ]);
    assert_eq!(api.get("/v1/sales/skus").await, json!({"items": skus}));
    let both = json!([
        row(json!({"day": first, "sku": "A"}), 1, 1, 100),
        row(json!({"day": first, "sku": "B"}), 1, 2, 500),
        row(json!({"day": second, "sku": "A"}), 1, 3, 300),
        row(json!({"day": second, "sku": "C"}), 1, 1, 1_000),
    ]);
    assert_eq!(api.get("/v1/sales/day-skus").await, json!({"items": both}));
    engine.stop().await;
}

#[tokio::test]
async fn sales_are_narrowed_by_days_merchant_currency_and_sku() {
    let (engine, api) = Box::pin(sold()).await;
    let _telling = api.tells(&["malformed-parameter"]);
    for (query, gross) in [
        ("from=2026-01-16", vec![1_300]),
        ("to=2026-01-15", vec![600]),
        ("from=2026-01-15&to=2026-01-16", vec![600, 1_300]),
        ("from=2026-01-17", vec![]),
        ("merchant=m-2", vec![1_000]),
        ("currency=EUR", vec![]),
        ("sku=A", vec![100, 300]),
    ] {
        let found = api.get(&format!("/v1/sales/days?{query}")).await;
        let found: Vec<i64> = shop::items(&found).iter().map(|day| day["gross"]["amount"].as_i64().unwrap()).collect();
        assert_eq!(found, gross, "{query}");
    }
    for view in ["days", "skus", "day-skus"] {
        let path = format!("/v1/sales/{view}?from=yesterday");
        let refused = api.with_token(&api.tokens().back_office, reqwest::Method::GET, &path).send().await;
        refused.expect_problem(400, "malformed-parameter").expect_fault("parameter", "from");
    }
    engine.stop().await;
}

/// What is left of `A`, `B` and `C` in the sales of the first day: by SKU, and of the day.
async fn left(api: &Api) -> Vec<(String, i64, i64, i64)> {
    shop::at_rest(api).await;
    let number = |value: &Value| value.as_i64().unwrap();
    let row = |name: &Value, row: &Value| {
        let name = name.as_str().unwrap().to_owned();
        (name, number(&row["orders"]), number(&row["units"]), number(&row["gross"]["amount"]))
    };
    let skus = api.get("/v1/sales/skus").await;
    let days = api.get("/v1/sales/days").await;
    let skus = shop::items(&skus).into_iter().map(|sku| row(&sku["sku"], &sku));
    skus.chain(shop::items(&days).into_iter().map(|day| row(&day["day"], &day))).collect()
}

async fn cancel_units(api: &Api, order: &str, lines: Value) {
    let body = json!({"reason": "sold out", "lines": lines});
    api.post(&format!("/v1/orders/{order}/cancel"), &body).send().await.expect_status(200);
}

/// Three of `A` and two of `B`, in an order that is being worked on.
async fn in_work(api: &Api, key: &str, total: i64) -> String {
    let (order, _) = api.placed(&[("A", 3), ("B", 2)]).await;
    if total > 0 {
        shop::pay(api, &order, total, key).await;
    }
    shop::reaches(api, &order, "processing").await;
    order
}

/// Whether anything was paid for an order does not matter: the same units go.
#[tokio::test]
async fn what_goes_out_of_an_order_leaves_the_sales_paid_or_free() {
    let (engine, api) = shop::open().await;
    for (sku, price) in [("A", 100), ("B", 250)] {
        api.stocked(sku, price, 100).await;
    }
    let day = "2026-01-15".to_owned();
    for free in [false, true] {
        if free {
            let offer = json!({"kind": "percentage_off_order", "rate": 1_000_000});
            shop::promote(&api, "all-off", &offer).await.expect_status(200);
        }
        let total = if free { 0 } else { 800 };
        let gross = |paid: i64| if free { 0 } else { paid };
        // Of a SKU nothing is left, then of the order.
        let order = in_work(&api, "tx-1", total).await;
        assert_eq!(left(&api).await, [("A".into(), 1, 3, 300), ("B".into(), 1, 2, 500), (day.clone(), 1, 5, total)]);
        cancel_units(&api, &order, json!([{"line": 0, "quantity": 1}, {"line": 1, "quantity": 2}])).await;
        assert_eq!(left(&api).await, [("A".into(), 1, 2, 200), (day.clone(), 1, 2, gross(200))], "free: {free}");
        shop::cancel(&api, &order).await;
        assert_eq!(left(&api).await, [], "free: {free}");
        // All of it is cancelled at once; then some of it, and the rest comes back.
        let order = in_work(&api, "tx-2", total).await;
        shop::cancel(&api, &order).await;
        assert_eq!(left(&api).await, [], "free: {free}");
        let order = in_work(&api, "tx-3", total).await;
        cancel_units(&api, &order, json!([{"line": 0, "quantity": 1}])).await;
        for step in ["ship", "deliver"] {
            api.post(&format!("/v1/orders/{order}/{step}"), &json!({})).send().await.expect_status(200);
        }
        assert_eq!(
            left(&api).await,
            [("A".into(), 1, 2, 200), ("B".into(), 1, 2, 500), (day.clone(), 1, 4, gross(700))],
            "free: {free}"
        );
        let lines = [0, 1].map(|line| json!({"line": line, "quantity": 2, "reason": "broken"}));
        let path = format!("/v1/orders/{order}/returns");
        let asked = api.post(&path, &json!({"kind": "refund_only", "lines": lines})).send().await.expect_status(201);
        let path = format!("/v1/returns/{}/approve", asked.body["id"].as_str().unwrap());
        api.post(&path, &json!({})).send().await.expect_status(200);
        assert_eq!(left(&api).await, [], "free: {free}");
    }
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}
