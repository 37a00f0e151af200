//! Goods that customers give back, and what becomes of their money, their points and their stock.

use chrono::TimeDelta;
use purser_tests::{Answered, Api, TestEngine, shop};
use serde_json::{Value, json};

/// Two of `A` at 250 and two of `B` at 200 pence, with their customer.
async fn delivered() -> (TestEngine, Api, String) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    api.stocked("B", 200, 10).await;
    let (id, _) = api.placed(&[("A", 2), ("B", 2)]).await;
    shop::pay(&api, &id, 900, "tx-1").await;
    deliver(&api, &id).await;
    (engine, api, id)
}

async fn deliver(api: &Api, id: &str) {
    shop::reaches(api, id, "processing").await;
    for step in ["ship", "deliver"] {
        api.post(&format!("/v1/orders/{id}/{step}"), &json!({})).send().await.expect_status(200);
    }
    shop::at_rest(api).await;
}

/// The customer asks for units back: (line, units).
async fn asked(api: &Api, order: &str, kind: &str, lines: &[(u32, i64)]) -> String {
    let lines: Vec<Value> =
        lines.iter().map(|(line, units)| json!({"line": line, "quantity": units, "reason": "broken"})).collect();
    let body = json!({"kind": kind, "lines": lines});
    let path = format!("/v1/orders/{order}/returns");
    let answered = api.post_as(&api.tokens().customer, &path, &body).send().await.expect_status(201);
    let id = answered.body["id"].as_str().unwrap().to_owned();
    assert_eq!(answered.header("location"), format!("/v1/returns/{id}"));
    assert_eq!((&answered.body["status"], &answered.body["order"]), (&json!("requested"), &json!(order)));
    id
}

async fn step(api: &Api, token: &str, id: &str, step: &str, body: &Value) -> Answered {
    api.post_as(token, &format!("/v1/returns/{id}/{step}"), body).send().await.expect_status(200)
}

fn address() -> Value {
    json!({"recipient": "Returns", "country": "GB"})
}

/// Approved, sent and received.
async fn received(api: &Api, id: &str) {
    let merchant = &api.tokens().merchant;
    let approved = step(api, merchant, id, "approve", &json!({"return_address": address()})).await;
    assert_eq!(approved.body["status"], "approved");
    let sent = step(api, &api.tokens().customer, id, "send", &json!({"tracking": "GB-9"})).await;
    assert_eq!(sent.body["status"], "in_transit");
    assert_eq!(step(api, merchant, id, "receive", &json!({})).await.body["status"], "received");
}

async fn seen(api: &Api, id: &str) -> Value {
    api.get(&format!("/v1/returns/{id}?min_position={}", api.furthest())).await
}

/// Marks all refunds of an order as done.
async fn paid_back(api: &Api, order: &str) -> i64 {
    shop::at_rest(api).await;
    let mut sum = 0;
    for refund in shop::refunds(api, order).await {
        sum += refund["amount"]["amount"].as_i64().unwrap();
        let path = format!("/v1/refunds/{}/done", refund["id"].as_str().unwrap());
        api.post(&path, &json!({"reference": "bank-1"})).send().await.expect_status(200);
    }
    shop::at_rest(api).await;
    sum
}

#[tokio::test]
async fn what_came_back_is_paid_back_and_what_can_be_sold_again_is_restocked() {
    let (engine, api, order) = delivered().await;
    let _telling = api.tells(&[
        "POST /v1/orders/{id}/returns",
        "GET /v1/returns/{id}",
        "POST /v1/returns/{id}/approve",
        "POST /v1/returns/{id}/send",
        "POST /v1/returns/{id}/receive",
        "POST /v1/returns/{id}/inspect",
    ]);
    let id = asked(&api, &order, "return", &[(0, 1), (1, 2)]).await;
    received(&api, &id).await;
    // One of the two pieces of B is not in the parcel, and the other is broken.
    let found =
        json!({"lines": [{"line": 0, "restock": 1}, {"line": 1, "scrap": 1, "missing": 1}], "location": "north"});
    let inspected = step(&api, &api.tokens().merchant, &id, "inspect", &found).await;
    assert_eq!(inspected.body["status"], "resolving");
    shop::at_rest(&api).await;
    let stock = api.get("/v1/stock/A").await;
    assert_eq!(shop::locations(&stock), [("main".to_owned(), 8, 0), ("north".to_owned(), 1, 0)]);
    assert_eq!(shop::stock(&api, "B").await, shop::Counts { on_hand: 8, reserved: 0 });
    let refunds = shop::refunds(&api, &order).await;
    assert_eq!((refunds.len(), &refunds[0]["amount"]["amount"]), (1, &json!(450)));
    assert_eq!(refunds[0]["cause"], "returned");
    let sales = api.get("/v1/sales/days").await;
    let day = &sales["items"][0];
    assert_eq!((&day["orders"], &day["units"], &day["gross"]["amount"]), (&json!(1), &json!(2), &json!(450)));
    let document = shop::order(&api, &order).await;
    let back = json!([{"id": id, "outcome": "returned", "refund": {"amount": 450, "currency": "GBP"},
        "lines": [{"line": 0, "quantity": 1}, {"line": 1, "quantity": 1}]}]);
    assert_eq!((&document["returns"], &document["status"]), (&back, &json!("delivered")));
    // The money is back, and so the return is closed.
    assert_eq!(paid_back(&api, &order).await, 450);
    let closed = seen(&api, &id).await;
    assert_eq!((&closed["status"], &closed["refunds"]), (&json!("closed"), &json!([refunds[0]["id"]])));
    assert_eq!(closed["refunded"], back[0]["lines"]);
    assert_eq!((&closed["tracking"], &closed["location"]), (&json!("GB-9"), &json!("north")));
    assert_eq!(closed["inspected"][1], json!({"line": 1, "restock": 0, "scrap": 1, "missing": 1}));
    let events: Vec<&str> =
        closed["history"].as_array().unwrap().iter().map(|step| step["event"].as_str().unwrap()).collect();
    let way = ["Requested", "Approved", "InTransit", "Received", "Inspected", "Resolving", "Closed"];
    assert_eq!(events, way.map(|step| format!("Return{step}")));
    // The piece that was missing may be asked back again.
    asked(&api, &order, "return", &[(1, 1)]).await;
    shop::at_rest(&api).await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_customer_keeps_the_goods_and_has_the_money_back_at_once() {
    let (engine, api, order) = delivered().await;
    let id = asked(&api, &order, "refund_only", &[(0, 2), (1, 2)]).await;
    let approved = step(&api, &api.tokens().merchant, &id, "approve", &json!({})).await;
    assert_eq!(approved.body["status"], "resolving");
    assert_eq!(paid_back(&api, &order).await, 900);
    assert_eq!(seen(&api, &id).await["status"], "closed");
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 8, reserved: 0 });
    assert_eq!(api.get("/v1/sales/days").await["items"], json!([]));
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_return_that_brings_nothing_back_is_closed_and_owes_nothing() {
    let (engine, api, order) = delivered().await;
    let id = asked(&api, &order, "return", &[(0, 1)]).await;
    received(&api, &id).await;
    let found = json!({"lines": [{"line": 0, "missing": 1}]});
    let inspected = step(&api, &api.tokens().merchant, &id, "inspect", &found).await;
    assert_eq!(inspected.body["status"], "closed");
    shop::at_rest(&api).await;
    assert_eq!(shop::refunds(&api, &order).await, Vec::<Value>::new());
    assert_eq!(seen(&api, &id).await["refunded"], json!([]));
    assert_eq!(shop::order(&api, &order).await["returns"][0]["outcome"], "ended");
    engine.stop().await;
}

#[tokio::test]
async fn a_declined_or_cancelled_return_leaves_its_units_to_the_next() {
    let (engine, api, order) = delivered().await;
    let _telling = api.tells(&["POST /v1/returns/{id}/decline", "POST /v1/returns/{id}/cancel", "units-not-there"]);
    let first = asked(&api, &order, "return", &[(0, 2)]).await;
    let path = format!("/v1/orders/{order}/returns");
    let again = json!({"kind": "return", "lines": [{"line": 0, "quantity": 1, "reason": "broken"}]});
    let refused = shop::refused(&engine, api.post(&path, &again), 422, "units-not-there").await;
    refused.expect_fault("pointer", "/lines/0/quantity");
    let no = json!({"reason": "worn"});
    let declined = step(&api, &api.tokens().merchant, &first, "decline", &no).await;
    assert_eq!(declined.body["status"], "declined");
    assert_eq!(step(&api, &api.tokens().merchant, &first, "decline", &no).await.body["status"], "declined");
    let second = asked(&api, &order, "return", &[(0, 2)]).await;
    let cancelled = step(&api, &api.tokens().customer, &second, "cancel", &json!({"reason": "I keep them"})).await;
    assert_eq!(cancelled.body["status"], "cancelled");
    asked(&api, &order, "return", &[(0, 2)]).await;
    shop::at_rest(&api).await;
    let document = shop::order(&api, &order).await;
    let outcomes: Vec<&Value> = document["returns"].as_array().unwrap().iter().map(|back| &back["outcome"]).collect();
    assert_eq!(outcomes, ["ended", "ended", "open"]);
    assert_eq!(seen(&api, &first).await["reason"], "worn");
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_return_that_nobody_answers_is_escalated() {
    let (engine, api, order) = delivered().await;
    let _telling = api.tells(&["GET /v1/returns"]);
    let id = asked(&api, &order, "return", &[(0, 1)]).await;
    shop::at_rest(&api).await;
    engine.clock().advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    shop::at_rest(&api).await;
    assert_eq!(api.get("/v1/returns?overdue=true").await["items"], json!([]));
    engine.clock().advance(TimeDelta::seconds(1));
    let listed = purser_tests::wait::until("the escalation", async || {
        let found = shop::items(&api.get("/v1/returns?overdue=true").await);
        (!found.is_empty()).then_some(found)
    })
    .await;
    assert_eq!((&listed[0]["id"], &listed[0]["status"]), (&json!(id), &json!("requested")));
    assert_eq!(listed[0]["escalated_at"], listed[0]["review_by"]);
    // It can be answered all the same, and is on that list no more.
    step(&api, &api.tokens().merchant, &id, "approve", &json!({"return_address": address()})).await;
    shop::at_rest(&api).await;
    assert_eq!(api.get("/v1/returns?overdue=true").await["items"], json!([]));
    engine.stop().await;
}

#[tokio::test]
async fn a_return_that_nobody_answers_is_approved_where_its_merchant_says_so() {
    let (engine, api, order) = delivered().await;
    let policies = json!({"return_review_hours": 2, "return_review_overdue": "approve", "return_address": address()});
    shop::set(&api, "policies", &policies).await;
    let goods = asked(&api, &order, "return", &[(0, 1)]).await;
    let money = asked(&api, &order, "refund_only", &[(1, 1)]).await;
    shop::at_rest(&api).await;
    engine.clock().advance(TimeDelta::hours(2));
    let status = async |id: &str, status: &str| {
        purser_tests::wait::until(status, async || {
            let found = api.get(&format!("/v1/returns/{id}")).await;
            (found["status"] == status).then_some(found)
        })
        .await
    };
    let approved = status(&goods, "approved").await;
    assert_eq!(approved["return_address"], address());
    assert!(approved["history"][1]["actor"].as_str().unwrap().starts_with("saga:"), "{approved}");
    status(&money, "resolving").await;
    assert_eq!(paid_back(&api, &order).await, 200);
    assert_eq!(seen(&api, &money).await["status"], "closed");
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn points_that_the_order_earned_go_with_the_units_and_points_that_it_cost_come_back() {
    let (engine, api) = shop::open().await;
    shop::set(&api, "policies", &shop::points_policy()).await;
    api.stocked("A", 250, 10).await;
    shop::grant(&api, "demo-customer", 100).await;
    let order = shop::place(&api, &shop::order_with(&[("A", 2)], &json!({"points": 100}))).await;
    shop::pay(&api, &order, 400, "tx-1").await;
    shop::complete(&api, &order).await;
    // Four pounds paid earn forty points; the hundred points are a pound of the two pieces.
    assert_eq!(shop::points(&api, "demo-customer").await, (40, 0));
    let id = asked(&api, &order, "refund_only", &[(0, 1)]).await;
    step(&api, &api.tokens().merchant, &id, "approve", &json!({})).await;
    assert_eq!(shop::points(&api, "demo-customer").await, (40 + 50 - 20, 0));
    assert_eq!(paid_back(&api, &order).await, 200);
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn returns_are_listed_in_time_to_those_whose_they_are() {
    let (engine, api, order) = delivered().await;
    let first = asked(&api, &order, "return", &[(0, 1)]).await;
    engine.clock().advance(TimeDelta::minutes(1));
    let second = asked(&api, &order, "refund_only", &[(1, 1)]).await;
    step(&api, &api.tokens().merchant, &second, "decline", &json!({"reason": "worn"})).await;
    shop::at_rest(&api).await;
    let strangers = [shop::token(&api, "customer", "c-2").await, shop::token(&api, "merchant", "m-2").await];
    for (query, ids) in [
        ("", vec![&first, &second]),
        ("?direction=descending", vec![&second, &first]),
        ("?status=declined", vec![&second]),
        ("?merchant=another", vec![]),
        ("?requested_from=2026-01-15T12:01:00Z", vec![&second]),
    ] {
        for token in [&api.tokens().back_office, &api.tokens().merchant, &api.tokens().customer] {
            let found = api.get_as(token, &format!("/v1/returns{query}")).await;
            assert_eq!(shop::field(&found, "id").iter().collect::<Vec<_>>(), ids, "{query}");
        }
        for token in &strangers {
            assert_eq!(api.get_as(token, &format!("/v1/returns{query}")).await, json!({"items": []}), "{query}");
        }
    }
    let found = api.get(&format!("/v1/returns?order={order}&limit=1")).await;
    assert_eq!(shop::field(&found, "id"), std::slice::from_ref(&first));
    let all = shop::pages(&api, &api.tokens().customer, "/v1/returns?limit=1").await;
    assert_eq!(all.iter().map(|found| found["id"].as_str().unwrap()).collect::<Vec<_>>(), [&first, &second]);
    engine.stop().await;
}
