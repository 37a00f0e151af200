//! What the queries show.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use purser_tests::{Api, api, shop};
use reqwest::Method;
use serde_json::{Value, json};

/// A product of `demo-merchant` with 1,000 pieces.
async fn product(api: &Api, sku: &str, title: &str, price: i64) {
    let product = json!({"sku": sku, "title": title, "kind": "goods",
        "price": {"amount": price, "currency": "GBP"}, "merchant": "demo-merchant"});
    api.post("/v1/products", &product).send().await.expect_status(201);
    let receipt = json!({"quantity": 1_000});
    api.post(&format!("/v1/stock/{sku}/receive"), &receipt).send().await.expect_status(200);
}

/// A placement by the back office with other fields than [`api::order`] has.
async fn placed_with(api: &Api, lines: &[(&str, i64)], fields: &Value) -> String {
    let mut body = api::order(lines);
    for (name, value) in fields.as_object().expect("fields") {
        body[name] = value.clone();
    }
    let answered = api.post("/v1/orders", &body).send().await.expect_status(201);
    answered.body["id"].as_str().expect("an id").to_owned()
}

/// A token for a customer, by the operator.
async fn customer(api: &Api, name: &str) -> String {
    token(api, &json!({"role": "customer", "customer": name})).await
}

async fn token(api: &Api, wish: &Value) -> String {
    let issued = api.with_token(&api.tokens().operator, Method::POST, "/v1/tokens").json(wish).send().await;
    issued.expect_status(201).body["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_read_with_the_position_of_a_command_sees_that_command() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 1_000).await;
    for _ in 0..20 {
        engine.clock().advance(TimeDelta::milliseconds(1));
        let (order, position) = api.placed(&[("A", 1)]).await;
        let found = api.get(&format!("/v1/orders/{order}?min_position={position}")).await;
        assert_eq!(found["status"], "pending_payment");
        let position = shop::cancel(&api, &order).await.position();
        let newest = api.get(&format!("/v1/orders?limit=1&status=cancelled&min_position={position}")).await;
        assert_eq!(newest["items"][0]["id"], order);
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_read_beyond_the_end_of_the_log_is_refused_at_once() {
    let (engine, api) = shop::open().await;
    let head = api.stocked("A", 250, 10).await;
    let path = format!("/v1/orders?min_position={}", head + 1);
    let asked = Instant::now();
    let refused = api.with_token(&api.tokens().back_office, Method::GET, &path).send().await;
    refused.expect_problem(409, "position-ahead").expect_fault("parameter", "min_position");
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    engine.stop().await;
}

#[tokio::test]
async fn an_order_shows_its_lines_and_all_that_happened_to_it() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    api.stocked("B", 99, 10).await;
    let (id, _) = api.placed(&[("A", 2), ("B", 1), ("A", 1)]).await;
    shop::pay(&api, &id, 849, "tx-1").await;
    shop::reaches(&api, &id, "processing").await;
    // Later prices are nothing to an order that was placed.
    let price = json!({"price": {"amount": 300, "currency": "GBP"}});
    api.post("/v1/products/A/reprice", &price).send().await.expect_status(200);
    let step = async |name: &str, body: Value| {
        api.post(&format!("/v1/orders/{id}/{name}"), &body).send().await.expect_status(200).position()
    };
    step("ship", json!({"tracking": "T-1"})).await;
    step("deliver", json!({})).await;
    let position = step("complete", json!({})).await;
    let order = api.get(&format!("/v1/orders/{id}?min_position={position}")).await;
    let line = |sku: &str, quantity: i64, unit_price: i64| {
        json!({"sku": sku, "title": format!("Title of {sku}"), "kind": "goods", "quantity": quantity,
            "unit_price": unit_price, "total": quantity * unit_price})
    };
    assert_eq!(order["lines"], json!([line("A", 2, 250), line("B", 1, 99), line("A", 1, 250)]));
    assert_eq!(order["total"], json!({"amount": 849, "currency": "GBP"}));
    assert_eq!(order["ship_to"]["city"], "London");
    assert_eq!((&order["tracking"], &order["status"]), (&json!("T-1"), &json!("completed")));
    assert_eq!(order["payments"][0]["role"], "settlement");
    let history = order["history"].as_array().unwrap();
    let steps: Vec<(&str, &str)> =
        history.iter().map(|step| (step["event"].as_str().unwrap(), step["status"].as_str().unwrap())).collect();
    let expected = [
        ("OrderPlaced", "pending_payment"),
        ("OrderPaid", "paid"),
        ("ProcessingStarted", "processing"),
        ("ParcelShipped", "processing"),
        ("OrderShipped", "shipped"),
        ("ParcelDelivered", "shipped"),
        ("OrderDelivered", "delivered"),
        ("OrderCompleted", "completed"),
    ];
    assert_eq!(steps, expected);
    let positions: Vec<i64> = history.iter().map(|step| step["position"].as_i64().unwrap()).collect();
    assert!(positions.is_sorted_by(|earlier, later| earlier < later), "{positions:?}");
    assert_eq!(positions.last(), Some(&position));
    engine.stop().await;
}

#[tokio::test]
async fn stock_is_shown_by_location_and_in_all() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let receipt = json!({"quantity": 5, "location": "attic"});
    api.post("/v1/stock/A/receive", &receipt).send().await.expect_status(200);
    let adjustment = json!({"change": -2, "reason": "broken", "location": "attic"});
    api.post("/v1/stock/A/adjust", &adjustment).send().await.expect_status(200);
    let (_, position) = api.placed(&[("A", 12)]).await;
    let stock = api.get(&format!("/v1/stock/A?min_position={position}")).await;
    let count = |of: &Value, name: &str| of[name].as_i64().unwrap();
    let counts = |of: &Value| (count(of, "on_hand"), count(of, "reserved"), count(of, "available"));
    assert_eq!(counts(&stock), (13, 12, 1));
    let locations = stock["locations"].as_array().unwrap();
    let names: Vec<&Value> = locations.iter().map(|location| &location["location"]).collect();
    assert_eq!(names, ["attic", "main"]);
    assert_eq!(locations.iter().map(|location| count(location, "on_hand")).collect::<Vec<_>>(), [3, 10]);
    assert_eq!(locations.iter().map(|location| count(location, "reserved")).sum::<i64>(), 12);
    assert!(locations.iter().all(|location| count(location, "available") >= 0), "{stock}");
    engine.stop().await;
}

#[tokio::test]
async fn sales_count_what_was_paid_and_kept() {
    let (engine, api) = shop::open().await;
    for (sku, price) in [("A", 250), ("B", 100), ("F", 0)] {
        product(&api, sku, sku, price).await;
    }
    let (kept, _) = api.placed(&[("A", 2), ("B", 1)]).await;
    shop::pay(&api, &kept, 600, "tx-1").await;
    // A total of zero is settled by itself.
    let (free, _) = api.placed(&[("F", 3)]).await;
    shop::reaches(&api, &free, "processing").await;
    // Taken back: paid, worked on, cancelled.
    let (taken_back, _) = api.placed(&[("B", 7)]).await;
    shop::pay(&api, &taken_back, 700, "tx-2").await;
    shop::reaches(&api, &taken_back, "processing").await;
    shop::cancel(&api, &taken_back).await;
    // Never sold.
    api.placed(&[("A", 9)]).await;
    engine.clock().advance(TimeDelta::days(1));
    let (tomorrow, _) = api.placed(&[("A", 1)]).await;
    shop::pay(&api, &tomorrow, 250, "tx-3").await;
    let position = shop::at_rest(&api).await;
    let sales = async |path: &str| {
        let list = api.get(&format!("/v1/sales/{path}min_position={position}")).await;
        let row = |row: Value| {
            let key = row["day"].as_str().unwrap_or_default().to_owned() + row["sku"].as_str().unwrap_or_default();
            let number = |value: &Value| value.as_i64().expect("a number");
            (key, number(&row["orders"]), number(&row["units"]), number(&row["gross"]["amount"]))
        };
        shop::items(&list).into_iter().map(row).collect::<Vec<_>>()
    };
    let row = |key: &str, orders, units, gross| (key.to_owned(), orders, units, gross);
    assert_eq!(sales("days?").await, [row("2026-01-15", 2, 6, 600), row("2026-01-16", 1, 1, 250)]);
    assert_eq!(sales("skus?").await, [row("A", 2, 3, 750), row("B", 1, 1, 100), row("F", 1, 3, 0)]);
    assert_eq!(sales("days?from=2026-01-16&").await, [row("2026-01-16", 1, 1, 250)]);
    assert_eq!(
        sales("day-skus?to=2026-01-15&").await,
        [row("2026-01-15A", 1, 2, 500), row("2026-01-15B", 1, 1, 100), row("2026-01-15F", 1, 3, 0)]
    );
    assert_eq!(sales("days?sku=F&").await, [row("2026-01-15", 1, 3, 0)]);
    assert_eq!(sales("days?merchant=another&").await, []);
    assert_eq!(sales("days?currency=EUR&").await, []);
    engine.stop().await;
}

#[tokio::test]
async fn orders_are_found_by_what_they_are() {
    let (engine, api) = shop::open().await;
    product(&api, "TEA-1", "Darjeeling, first flush", 900).await;
    product(&api, "TEA-2", "Earl Grey RED/WHITE tin", 700).await;
    product(&api, "CUP", "Red cup", 400).await;
    let mut ids = Vec::new();
    for (lines, fields) in [
        (vec![("TEA-1", 1)], json!({"customer": "ada", "reference": "web-1"})),
        (vec![("TEA-2", 1), ("CUP", 2)], json!({"customer": "bob", "reference": "web-2"})),
        (vec![("CUP", 1)], json!({"customer": "ada"})),
        (vec![("TEA-1", 3)], json!({"customer": null})),
    ] {
        ids.push(placed_with(&api, &lines, &fields).await);
        engine.clock().advance(TimeDelta::minutes(1));
    }
    shop::pay(&api, &ids[1], 1_500, "tx-1").await;
    shop::reaches(&api, &ids[1], "processing").await;
    shop::cancel(&api, &ids[2]).await;
    shop::at_rest(&api).await;
    for (query, expected) in [
        ("", vec![3, 2, 1, 0]),
        ("direction=ascending", vec![0, 1, 2, 3]),
        ("customer=ada", vec![2, 0]),
        ("customer=eve", vec![]),
        ("merchant=demo-merchant", vec![3, 2, 1, 0]),
        ("merchant=another", vec![]),
        ("reference=web-2", vec![1]),
        ("status=processing", vec![1]),
        ("status=cancelled,processing", vec![2, 1]),
        ("status=paid", vec![]),
        ("sku=CUP", vec![2, 1]),
        ("sku=CUP&customer=bob", vec![1]),
        ("text=darjeeling", vec![3, 0]),
        ("text=red", vec![2, 1]),
        ("text=white", vec![1]),
        ("text=red%20cup", vec![2, 1]),
        ("text=flush%20darj", vec![3, 0]),
        ("text=darj%20flush", vec![]),
        ("text=red&status=cancelled", vec![2]),
        ("placed_from=2026-01-15T12:01:00Z&placed_until=2026-01-15T12:03:00Z", vec![2, 1]),
        ("currency=GBP&total_min=900&total_max=1500", vec![1, 0]),
        ("currency=EUR", vec![]),
        ("sort=total", vec![3, 1, 0, 2]),
        ("sort=total&direction=ascending", vec![2, 0, 1, 3]),
        ("sort=total&customer=ada", vec![0, 2]),
    ] {
        let found = shop::items(&api.get(&format!("/v1/orders?{query}")).await);
        let found: Vec<&str> = found.iter().map(|order| order["id"].as_str().unwrap()).collect();
        let expected: Vec<&str> = expected.into_iter().map(|index: usize| ids[index].as_str()).collect();
        assert_eq!(found, expected, "{query}");
    }
    let found = api.get("/v1/orders?reference=web-2").await["items"][0].take();
    assert_eq!((&found["units"], &found["line_count"]), (&json!(3), &json!(2)));
    assert_eq!(found["total"], json!({"amount": 1_500, "currency": "GBP"}));
    let malformed = "/v1/orders?total_min=1";
    let refused = api.with_token(&api.tokens().back_office, Method::GET, malformed).send().await;
    refused.expect_problem(400, "malformed-parameter");
    engine.stop().await;
}

#[tokio::test]
async fn pages_show_each_order_once_while_new_ones_come_in() {
    const ORDERS: i64 = 230;
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 100_000).await;
    // Totals repeat and times are all the same, so that ties are what the pages are cut at.
    let placements = (0..ORDERS).map(|number| {
        let api = &api;
        async move { api.placed(&[("A", 1 + number % 3)]).await.0 }
    });
    let before: HashSet<String> = futures_util::future::join_all(placements).await.into_iter().collect();
    shop::at_rest(&api).await;
    for list in ["limit=17", "limit=17&direction=ascending", "limit=17&sort=total", "limit=23&status=pending_payment"] {
        let mut seen: Vec<String> = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = api.get(&format!("/v1/orders?{list}{cursor}")).await;
            seen.extend(shop::items(&page).iter().map(|order| order["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
            engine.clock().advance(TimeDelta::milliseconds(1));
            let (_, position) = api.placed(&[("A", 2)]).await;
            api.get(&format!("/v1/orders?limit=1&min_position={position}")).await;
        }
        let distinct: HashSet<String> = seen.iter().cloned().collect();
        assert_eq!(distinct.len(), seen.len(), "{list}: an order came twice");
        assert!(before.is_subset(&distinct), "{list}: {} orders are missing", before.difference(&distinct).count());
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    for _ in 0..3 {
        api.placed(&[("A", 1)]).await;
    }
    shop::at_rest(&api).await;
    let page = api.get("/v1/orders?limit=2").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(shop::items(&api.get(&format!("/v1/orders?limit=2&cursor={cursor}")).await).len(), 1);
    let mut forged = cursor.to_owned();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    forged.insert(0, last);
    for path in [
        format!("/v1/orders?limit=2&sort=total&cursor={cursor}"),
        format!("/v1/refunds?limit=2&cursor={cursor}"),
        format!("/v1/orders?limit=2&cursor={forged}"),
    ] {
        let refused = api.with_token(&api.tokens().back_office, Method::GET, &path).send().await;
        refused.expect_problem(400, "malformed-cursor");
    }
    engine.stop().await;
}

/// What is not one's own is answered in the same words as what does not exist.
#[tokio::test]
async fn another_customers_order_is_not_found() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (order, position) = api.placed(&[("A", 1)]).await;
    let mut own = api::order(&[("A", 2)]);
    own.as_object_mut().unwrap().remove("customer");
    let eve = customer(&api, "eve").await;
    let placed = api.with_token(&eve, Method::POST, "/v1/orders").fresh_key().json(&own).send().await;
    let eves = placed.expect_status(201).body["id"].as_str().unwrap().to_owned();
    shop::at_rest(&api).await;
    let unknown = "ord_00000000000000000000000000000001";
    let stranger = token(&api, &json!({"role": "merchant", "merchant": "another"})).await;
    let reason = json!({"reason": "mine!"});
    for token in [&eve, &stranger] {
        let look = async |id: &str| {
            let found = api.with_token(token, Method::GET, &format!("/v1/orders/{id}?min_position={position}"));
            found.send().await.expect_problem(404, "not-found").body
        };
        let cancel = async |id: &str| {
            let path = format!("/v1/orders/{id}/cancel");
            let cancelled = api.with_token(token, Method::POST, &path).fresh_key().json(&reason).send().await;
            cancelled.expect_problem(404, "not-found").body
        };
        assert_eq!(look(&order).await["detail"], look(unknown).await["detail"]);
        assert_eq!(cancel(&order).await["detail"], cancel(unknown).await["detail"]);
    }
    let list = async |token: &str, query: &str| {
        let found = api.with_token(token, Method::GET, &format!("/v1/orders?{query}")).send().await;
        let found = shop::items(&found.expect_status(200).body);
        found.iter().map(|order| order["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(&eve, "").await, [eves.as_str()]);
    assert_eq!(list(&eve, "customer=demo-customer").await, Vec::<String>::new());
    assert_eq!(list(&stranger, "").await, Vec::<String>::new());
    assert_eq!(list(&api.tokens().customer, "").await, [order.as_str()]);
    assert_eq!(list(&api.tokens().merchant, "").await.len(), 2);
    assert_eq!(shop::order(&api, &order).await["status"], "pending_payment");
    let seen = api.with_token(&eve, Method::GET, &format!("/v1/orders/{eves}")).send().await.expect_status(200).body;
    assert_eq!(seen["customer"], "eve");
    assert!(seen["allocations"].is_null() && seen["history"][0]["actor"].is_null(), "{seen}");
    own["customer"] = json!("demo-customer");
    let refused = api.with_token(&eve, Method::POST, "/v1/orders").fresh_key().json(&own).send().await;
    refused.expect_problem(403, "field-not-allowed");
    engine.stop().await;
}
