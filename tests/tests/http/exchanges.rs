//! Other goods for what came back: sent, delivered, given up, and paid back where they cannot be had.

use chrono::TimeDelta;
use purser_tests::{Answered, Api, TestEngine, shop};
use serde_json::{Value, json};

/// Two of `A` at 250 and two of `B` at 200 pence, with their customer; ten of `C`, which costs 200 pence, are there.
async fn delivered() -> (TestEngine, Api, String) {
    let (engine, api) = shop::open().await;
    for (sku, price) in [("A", 250), ("B", 200), ("C", 200)] {
        api.stocked(sku, price, 10).await;
    }
    let (id, _) = api.placed(&[("A", 2), ("B", 2)]).await;
    shop::pay(&api, &id, 900, "tx-1").await;
    shop::reaches(&api, &id, "processing").await;
    for step in ["ship", "deliver"] {
        api.post(&format!("/v1/orders/{id}/{step}"), &json!({})).send().await.expect_status(200);
    }
    shop::at_rest(&api).await;
    (engine, api, id)
}

async fn step(api: &Api, token: &str, id: &str, step: &str, body: &Value) -> Answered {
    api.post_as(token, &format!("/v1/returns/{id}/{step}"), body).send().await.expect_status(200)
}

/// The customer asks for these goods instead of so many units of a line, sends them in, and they are here.
async fn received(api: &Api, order: &str, line: u32, units: i64, goods: &[(&str, i64)]) -> String {
    let replacement: Vec<Value> = goods.iter().map(|(sku, units)| json!({"sku": sku, "quantity": units})).collect();
    let lines = json!([{"line": line, "quantity": units, "reason": "too small"}]);
    let body = json!({"kind": "exchange", "lines": lines, "replacement": replacement});
    let path = format!("/v1/orders/{order}/returns");
    let (customer, merchant) = (&api.tokens().customer, &api.tokens().merchant);
    let asked = api.post_as(customer, &path, &body).send().await.expect_status(201);
    let id = asked.body["id"].as_str().unwrap().to_owned();
    let address = json!({"return_address": {"recipient": "Returns", "country": "GB"}});
    step(api, merchant, &id, "approve", &address).await;
    step(api, customer, &id, "send", &json!({})).await;
    step(api, merchant, &id, "receive", &json!({})).await;
    id
}

/// All of it can be sold again.
async fn inspected(api: &Api, id: &str, line: u32, units: u32) -> Value {
    let found = json!({"lines": [{"line": line, "restock": units}]});
    let status = step(api, &api.tokens().merchant, id, "inspect", &found).await.body["status"].clone();
    shop::at_rest(api).await;
    status
}

/// The parcels that answer a return, by number.
async fn answering(api: &Api, order: &str, id: &str) -> Vec<Value> {
    let parcels = shop::parcels(api, order).await;
    parcels.into_iter().filter(|parcel| parcel["replaces"] == id).collect()
}

async fn parcel_step(api: &Api, parcel: &Value, step: &str, body: &Value) -> Answered {
    let path = format!("/v1/fulfillments/{}/{step}", parcel["id"].as_str().unwrap());
    api.post_as(&api.tokens().merchant, &path, body).send().await
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

/// A reconciliation long after the last step finds nothing.
async fn nothing_is_found(engine: &TestEngine, api: &Api) {
    engine.clock().advance(TimeDelta::minutes(10));
    shop::at_rest(api).await;
    let back_office = &api.tokens().back_office;
    let report = api.with_token(back_office, reqwest::Method::POST, "/v1/reconciliations").send().await;
    assert_eq!(report.expect_status(200).body["found"], json!([]));
}

async fn all_is_well(engine: TestEngine, api: &Api) {
    nothing_is_found(&engine, api).await;
    shop::at_rest(api).await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

fn on_hand(pieces: i64) -> shop::Counts {
    shop::Counts { on_hand: pieces, reserved: 0 }
}

#[tokio::test]
async fn other_goods_are_sent_for_what_came_back_and_no_money_moves() {
    let (engine, api, order) = delivered().await;
    let sales = api.get("/v1/sales/days").await;
    let id = received(&api, &order, 0, 2, &[("C", 2)]).await;
    assert_eq!(inspected(&api, &id, 0, 2).await, "resolving");
    // Its goods are deducted, and what came back is on the shelf.
    assert_eq!((shop::stock(&api, "A").await, shop::stock(&api, "C").await), (on_hand(10), on_hand(8)));
    let parcels = answering(&api, &order, &id).await;
    let goods = json!([{"line": 0, "sku": "C", "kind": "goods", "quantity": 2}]);
    assert_eq!((&parcels[0]["lines"], &parcels[0]["number"], parcels.len()), (&goods, &json!(2), 1));
    let under_way = seen(&api, &id).await;
    assert_eq!(under_way["replacement"], json!([{"sku": "C", "quantity": 2}]));
    assert_eq!((&under_way["fulfillments"], &under_way["kind"]), (&json!([parcels[0]["id"]]), &json!("exchange")));
    assert_eq!(under_way.get("refunded"), None);
    // The order is what it was, and goes its own way, with stock that is held for what it did not sell.
    nothing_is_found(&engine, &api).await;
    assert_eq!(shop::order(&api, &order).await["status"], "delivered");
    api.post(&format!("/v1/orders/{order}/complete"), &json!({})).send().await.expect_status(200);
    parcel_step(&api, &parcels[0], "ship", &json!({"tracking": "GB-2"})).await.expect_status(200);
    shop::at_rest(&api).await;
    assert_eq!(seen(&api, &id).await["status"], "resolving");
    parcel_step(&api, &parcels[0], "deliver", &json!({})).await.expect_status(200);
    shop::at_rest(&api).await;
    let closed = seen(&api, &id).await;
    let last = closed["history"].as_array().unwrap().last().unwrap();
    assert_eq!((&closed["status"], &last["event"]), (&json!("closed"), &json!("ReturnClosed")));
    assert_eq!(last["actor"], "merchant:demo-merchant");
    let document = shop::order(&api, &order).await;
    assert_eq!((&document["status"], &document["returns"][0]["outcome"]), (&json!("completed"), &json!("exchanged")));
    assert_eq!(shop::refunds(&api, &order).await, Vec::<Value>::new());
    assert_eq!(api.get("/v1/sales/days").await["items"], sales["items"]);
    // What the customer has now, the order did not sell.
    let again = json!({"kind": "return", "lines": [{"line": 0, "quantity": 1, "reason": "too large"}]});
    let refused = api.post(&format!("/v1/orders/{order}/returns"), &again);
    shop::refused(&engine, refused, 422, "units-not-there").await.expect_fault("pointer", "/lines/0/quantity");
    all_is_well(engine, &api).await;
}

#[tokio::test]
async fn whoever_has_the_same_for_a_broken_piece_may_ask_it_back_as_they_could_before() {
    let (engine, api, order) = delivered().await;
    let id = received(&api, &order, 1, 1, &[("B", 1)]).await;
    let found = json!({"lines": [{"line": 1, "scrap": 1}]});
    step(&api, &api.tokens().merchant, &id, "inspect", &found).await;
    let parcels = answering(&api, &order, &id).await;
    for step in ["ship", "deliver"] {
        parcel_step(&api, &parcels[0], step, &json!({})).await.expect_status(200);
    }
    shop::at_rest(&api).await;
    assert_eq!((seen(&api, &id).await["status"].clone(), shop::stock(&api, "B").await), (json!("closed"), on_hand(7)));
    let body = json!({"kind": "refund_only", "lines": [{"line": 1, "quantity": 2, "reason": "broken again"}]});
    let path = format!("/v1/orders/{order}/returns");
    let asked = api.post_as(&api.tokens().customer, &path, &body).send().await.expect_status(201);
    step(&api, &api.tokens().merchant, asked.body["id"].as_str().unwrap(), "approve", &json!({})).await;
    assert_eq!(paid_back(&api, &order).await, 400);
    all_is_well(engine, &api).await;
}

#[tokio::test]
async fn goods_that_cannot_be_had_when_the_parcel_is_opened_are_paid_back() {
    let (engine, api, order) = delivered().await;
    let id = received(&api, &order, 0, 2, &[("C", 2)]).await;
    let gone = json!({"change": -9, "reason": "stolen", "location": "main"});
    api.post("/v1/stock/C/adjust", &gone).send().await.expect_status(200);
    assert_eq!(inspected(&api, &id, 0, 2).await, "resolving");
    assert_eq!(answering(&api, &order, &id).await, Vec::<Value>::new());
    assert_eq!((shop::stock(&api, "A").await, shop::stock(&api, "C").await), (on_hand(10), on_hand(1)));
    assert_eq!(paid_back(&api, &order).await, 500);
    let closed = seen(&api, &id).await;
    assert_eq!((&closed["status"], &closed["refunded"]), (&json!("closed"), &json!([{"line": 0, "quantity": 2}])));
    let events: Vec<&str> =
        closed["history"].as_array().unwrap().iter().map(|step| step["event"].as_str().unwrap()).collect();
    assert_eq!(events[4..], ["ReturnInspected", "ReturnResolving", "ReturnReplacementGivenUp", "ReturnClosed"]);
    assert_eq!(shop::order(&api, &order).await["returns"][0]["outcome"], "returned");
    all_is_well(engine, &api).await;
}

#[tokio::test]
async fn a_replacement_that_is_cancelled_is_paid_back_and_its_stock_goes_back() {
    let (engine, api, order) = delivered().await;
    let id = received(&api, &order, 0, 1, &[("C", 1)]).await;
    inspected(&api, &id, 0, 1).await;
    let parcels = answering(&api, &order, &id).await;
    parcel_step(&api, &parcels[0], "start", &json!({})).await.expect_status(200);
    let reason = json!({"reason": "broken in the warehouse"});
    let cancelled = parcel_step(&api, &parcels[0], "cancel", &reason).await.expect_status(200);
    assert_eq!(cancelled.body["status"], "cancelled");
    parcel_step(&api, &parcels[0], "cancel", &reason).await.expect_status(200);
    assert_eq!(shop::stock(&api, "C").await, on_hand(10));
    parcel_step(&api, &parcels[0], "ship", &json!({})).await.expect_problem(409, "wrong-status");
    assert_eq!(paid_back(&api, &order).await, 250);
    let closed = seen(&api, &id).await;
    assert_eq!((&closed["status"], closed["refunds"].as_array().unwrap().len()), (&json!("closed"), 1));
    assert_eq!(shop::events(engine.database(), "UnitsReturned").await, 1);
    all_is_well(engine, &api).await;
}

/// From two locations, by the merchant's rule, and never half of it with the money of the other half.
#[tokio::test]
async fn a_replacement_in_several_parcels_arrives_whole_or_is_given_up_whole() {
    let (engine, api, order) = delivered().await;
    shop::receive(&api, "C", "north", 1).await;
    let rule = json!({"allocation": "priority", "allocation_priority": ["north"]});
    shop::set(&api, "policies", &rule).await;
    let id = received(&api, &order, 0, 2, &[("C", 2)]).await;
    inspected(&api, &id, 0, 2).await;
    let parcels = answering(&api, &order, &id).await;
    let locations: Vec<&Value> = parcels.iter().map(|parcel| &parcel["location"]).collect();
    assert_eq!(locations, ["north", "main"]);
    parcel_step(&api, &parcels[0], "ship", &json!({})).await.expect_status(200);
    shop::at_rest(&api).await;
    let reason = json!({"reason": "lost"});
    let path = format!("/v1/fulfillments/{}/cancel", parcels[1]["id"].as_str().unwrap());
    shop::refused(&engine, api.post_as(&api.tokens().merchant, &path, &reason), 409, "wrong-status").await;
    parcel_step(&api, &parcels[0], "fail-delivery", &json!({"reason": "nobody at home"})).await.expect_status(200);
    // The one that came back is given up, and with it the one that never left.
    parcel_step(&api, &parcels[0], "cancel", &reason).await.expect_status(200);
    shop::at_rest(&api).await;
    let statuses: Vec<Value> =
        answering(&api, &order, &id).await.iter().map(|parcel| parcel["status"].clone()).collect();
    assert_eq!(statuses, ["cancelled", "cancelled"]);
    let stock = api.get("/v1/stock/C").await;
    assert_eq!(shop::locations(&stock), [("main".to_owned(), 10, 0), ("north".to_owned(), 1, 0)]);
    assert_eq!(paid_back(&api, &order).await, 500);
    assert_eq!(seen(&api, &id).await["status"], "closed");
    all_is_well(engine, &api).await;
}

/// One stock holds pieces of one order for both of them.
#[tokio::test]
async fn two_exchanges_of_one_order_end_each_for_itself() {
    let (engine, api, order) = delivered().await;
    let first = received(&api, &order, 0, 2, &[("C", 2)]).await;
    let second = received(&api, &order, 1, 1, &[("C", 1)]).await;
    inspected(&api, &first, 0, 2).await;
    inspected(&api, &second, 1, 1).await;
    assert_eq!(shop::stock(&api, "C").await, on_hand(7));
    let kept = answering(&api, &order, &first).await;
    let dropped = answering(&api, &order, &second).await;
    // One piece goes ahead, and what stays behind answers the same return.
    let part = json!({"lines": [{"line": 0, "quantity": 1}]});
    parcel_step(&api, &kept[0], "ship", &part).await.expect_status(200);
    parcel_step(&api, &dropped[0], "cancel", &json!({"reason": "broken"})).await.expect_status(200);
    assert_eq!(shop::stock(&api, "C").await, on_hand(8));
    let kept = answering(&api, &order, &first).await;
    assert_eq!(kept.len(), 2);
    parcel_step(&api, &kept[0], "deliver", &json!({})).await.expect_status(200);
    shop::at_rest(&api).await;
    assert_eq!(seen(&api, &first).await["status"], "resolving");
    for step in ["ship", "deliver"] {
        parcel_step(&api, &kept[1], step, &json!({})).await.expect_status(200);
    }
    shop::at_rest(&api).await;
    assert_eq!(seen(&api, &first).await["status"], "closed");
    assert_eq!(seen(&api, &first).await["fulfillments"].as_array().unwrap().len(), 2);
    assert_eq!(paid_back(&api, &order).await, 200);
    assert_eq!(seen(&api, &second).await["status"], "closed");
    assert_eq!(shop::stock(&api, "C").await, on_hand(8));
    all_is_well(engine, &api).await;
}
