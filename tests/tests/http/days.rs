//! Days and times: whose day it is, which times can be stated, and sums that have no bound.

use chrono::{DateTime, TimeDelta, Utc};
use purser_domain::clock::Clock;
use purser_tests::{Api, api::order, shop};
use serde_json::{Value, json};

/// The rows of a day list as days and what was paid on them.
fn days(list: &Value, amount: &str) -> Vec<(String, i64)> {
    let day = |row: &Value| {
        let paid = row.pointer(amount).and_then(Value::as_i64).unwrap_or_else(|| panic!("no {amount} in {row}"));
        (row["day"].as_str().unwrap().to_owned(), paid)
    };
    shop::items(list).iter().map(day).collect()
}

fn named(days: &[(&str, i64)]) -> Vec<(String, i64)> {
    days.iter().map(|(day, amount)| ((*day).to_owned(), *amount)).collect()
}

async fn sold(api: &Api, sku: &str, price: i64) -> String {
    let (id, _) = api.placed(&[(sku, 1)]).await;
    shop::pay(api, &id, price, &format!("tx-{id}")).await;
    id
}

#[tokio::test]
async fn a_day_is_counted_by_the_time_zone_that_its_merchant_had_when_the_order_was_placed() {
    let (engine, api) = shop::open().await;
    for (merchant, sku, price) in [("m-east", "A", 100), ("m-utc", "B", 1)] {
        shop::stocked(&api, merchant, sku, price, 100).await;
    }
    let east = "/v1/merchants/m-east/policies";
    api.put(east, &json!({"time_zone": "Asia/Tokyo"})).send().await.expect_status(200);
    assert_eq!(api.get("/v1/merchants/m-east").await["policies"]["time_zone"], "Asia/Tokyo");
    // It is 21:00 in Tokyo on the 15th, and three hours later the 16th there and the 15th in UTC.
    sold(&api, "A", 100).await;
    engine.clock().advance(TimeDelta::hours(3));
    sold(&api, "A", 100).await;
    let last = sold(&api, "A", 100).await;
    sold(&api, "B", 1).await;
    // What is placed from now on is counted by UTC; what was placed before stays where it was.
    api.put(east, &json!({})).send().await.expect_status(200);
    sold(&api, "A", 100).await;
    shop::cancel(&api, &last).await;
    shop::at_rest(&api).await;
    let expected = named(&[("2026-01-15", 200), ("2026-01-16", 100)]);
    assert_eq!(days(&api.get("/v1/sales/days?merchant=m-east").await, "/gross/amount"), expected);
    let expected = named(&[("2026-01-15", 201), ("2026-01-16", 100)]);
    assert_eq!(days(&api.get("/v1/sales/days").await, "/gross/amount"), expected);
    let expected = named(&[("2026-01-15", 201), ("2026-01-16", 200)]);
    assert_eq!(days(&api.get("/v1/statistics/days").await, "/sales/paid"), expected);
    let cancelled = named(&[("2026-01-15", 0), ("2026-01-16", 1)]);
    assert_eq!(days(&api.get("/v1/statistics/days").await, "/orders/cancelled"), cancelled);
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_time_zone_is_one_of_the_iana_database() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["invalid-value"]);
    for zone in ["Berlin", "+01:00", "europe/berlin", ""] {
        let call = api.put("/v1/merchants/demo-merchant/policies", &json!({"time_zone": zone}));
        shop::refused(&engine, call, 422, "invalid-value").await.expect_fault("pointer", "/time_zone");
    }
    engine.stop().await;
}

#[tokio::test]
async fn sums_pass_what_a_bigint_holds() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    sold(&api, "A", 250).await;
    shop::at_rest(&api).await;
    let mut owner = engine.database().owner().await;
    let most = i64::MAX;
    let statements = [
        format!("update views.sales_day set gross = {most}"),
        format!("update views.sales_day_sku set gross = {most}"),
        format!("update views.statistics_day set gross = {most}, paid = {most}"),
        format!("update views.statistics_minute set gross = {most}, paid = {most}"),
    ];
    for statement in statements {
        sqlx::query(&statement).execute(&mut owner).await.unwrap();
    }
    sold(&api, "A", 250).await;
    shop::at_rest(&api).await;
    let sum = json!(9_223_372_036_854_776_057_u64);
    for path in ["/v1/sales/days", "/v1/sales/skus", "/v1/sales/day-skus"] {
        assert_eq!(shop::items(&api.get(path).await)[0]["gross"]["amount"], sum, "{path}");
    }
    for path in ["/v1/statistics/days", "/v1/statistics/minutes"] {
        let row = shop::items(&api.get(path).await)[0].clone();
        assert_eq!((&row["sales"]["gross"], &row["net"]), (&sum, &sum), "{path}");
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_a_minute_ahead_says_now() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["future-time"]);
    api.stocked("A", 250, 10).await;
    let ahead = |seconds: i64| engine.clock().now() + TimeDelta::seconds(seconds);
    let placed = |at: DateTime<Utc>| {
        let mut body = order(&[("A", 1)]);
        body["placed_at"] = json!(at);
        body
    };
    let call = api.post("/v1/orders", &placed(ahead(61)));
    shop::refused(&engine, call, 422, "future-time").await.expect_fault("pointer", "/placed_at");
    let id = shop::place(&api, &placed(ahead(60))).await;
    let stated: DateTime<Utc> = shop::order(&api, &id).await["placed_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(stated, ahead(0));
    engine.stop().await;
}

#[tokio::test]
async fn nothing_is_delivered_before_it_is_shipped_or_shipped_before_it_is_placed() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["time-too-early", "invalid-value"]);
    api.stocked("A", 250, 10).await;
    let mut body = order(&[("A", 1)]);
    body["placed_at"] = json!("2026-01-10T00:00:00Z");
    let id = shop::place(&api, &body).await;
    let path = |step: &str| format!("/v1/orders/{id}/{step}");
    let pay = |at: &str| json!({"reference": "tx-1", "amount": {"amount": 250, "currency": "GBP"}, "at": at});
    let at = |at: &str| json!({"at": at});
    let early = "2026-01-09T23:59:59Z";
    shop::refused(&engine, api.post(&path("pay"), &pay(early)), 422, "time-too-early")
        .await
        .expect_fault("pointer", "/at");
    let leap = api.post(&path("pay"), &pay("2016-12-31T23:59:60Z"));
    shop::refused(&engine, leap, 422, "invalid-value").await.expect_fault("pointer", "/at");
    api.post(&path("pay"), &pay("2026-01-10T00:00:00Z")).send().await.expect_status(200);
    shop::reaches(&api, &id, "processing").await;
    shop::refused(&engine, api.post(&path("ship"), &at(early)), 422, "time-too-early").await;
    api.post(&path("ship"), &at("2026-01-11T00:00:00Z")).send().await.expect_status(200);
    let deliver = api.post(&path("deliver"), &at("2026-01-10T23:59:59Z"));
    shop::refused(&engine, deliver, 422, "time-too-early").await;
    api.post(&path("deliver"), &at("2026-01-11T00:00:00Z")).send().await.expect_status(200);
    let complete = api.post(&path("complete"), &at("2026-01-10T23:59:59Z"));
    shop::refused(&engine, complete, 422, "time-too-early").await;
    api.post(&path("complete"), &at("2026-01-11T00:00:00Z")).send().await.expect_status(200);
    engine.stop().await;
}
