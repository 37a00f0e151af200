//! Orders that wait for what is still to come.

use chrono::TimeDelta;
use purser_tests::{Answered, Api, TestEngine, shop};
use serde_json::{Value, json};

/// Ten of `A`, which nobody can wait for; two of `LATE`, which orders may wait for; and postage.
async fn open() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let mut late = shop::product("demo-merchant", "LATE", "goods", 400);
    late["backorder"] = json!("allowed");
    api.post("/v1/products", &late).send().await.expect_status(201);
    shop::receive(&api, "LATE", "main", 2).await;
    let postage = shop::product("demo-merchant", "POST", "service", 100);
    api.post("/v1/products", &postage).send().await.expect_status(201);
    (engine, api)
}

/// On hand, reserved, available and waited for, over all locations.
async fn counts(api: &Api, sku: &str) -> [i64; 4] {
    let stock = api.get(&format!("/v1/stock/{sku}?min_position={}", api.furthest())).await;
    ["on_hand", "reserved", "available", "waiting"].map(|name| stock[name].as_i64().unwrap())
}

/// What an order waits for, as its customer sees it.
async fn waiting(api: &Api, order: &str) -> Value {
    let path = format!("/v1/orders/{order}?min_position={}", api.furthest());
    api.get_as(&api.tokens().customer, &path).await["waiting"].clone()
}

fn late(lines: &[usize], quantity: i64) -> Value {
    json!([{"sku": "LATE", "lines": lines, "quantity": quantity}])
}

/// Each parcel of an order: where it stands, and how many pieces of which lines are in it.
async fn parcels(api: &Api, order: &str) -> Vec<(String, Vec<(i64, i64)>)> {
    let line = |line: &Value| (line["line"].as_i64().unwrap(), line["quantity"].as_i64().unwrap());
    let parcel = |parcel: &Value| {
        let status = parcel["status"].as_str().unwrap().to_owned();
        (status, parcel["lines"].as_array().unwrap().iter().map(line).collect())
    };
    shop::parcels(api, order).await.iter().map(parcel).collect()
}

/// A step of the order's last parcel.
async fn step(api: &Api, order: &str, step: &str) -> Answered {
    let parcels = shop::parcels(api, order).await;
    let parcel = parcels.last().unwrap()["id"].as_str().unwrap();
    api.post(&format!("/v1/fulfillments/{parcel}/{step}"), &json!({})).send().await.expect_status(200)
}

async fn paid(api: &Api, order: &str, amount: i64, reference: &str) {
    shop::pay(api, order, amount, reference).await;
    shop::reaches(api, order, "processing").await;
    shop::at_rest(api).await;
}

#[tokio::test]
async fn what_is_short_waits_while_the_rest_is_shipped_and_follows_when_it_has_come() {
    let (engine, api) = open().await;
    let _telling = api.tells(&["POST /v1/orders", "GET /v1/stock/{sku}", "POST /v1/stock/{sku}/receive"]);
    let placed = api.post("/v1/orders", &purser_tests::api::order(&[("A", 4), ("LATE", 3), ("POST", 1), ("LATE", 2)]));
    let placed = placed.send().await.expect_status(201);
    assert_eq!(placed.body["waiting"], late(&[1, 3], 5));
    let id = placed.body["id"].as_str().unwrap().to_owned();
    // What is there of it is kept for the order, and promised to nobody.
    assert_eq!(counts(&api, "LATE").await, [2, 0, 0, 5]);
    assert_eq!(waiting(&api, &id).await, late(&[1, 3], 5));
    let seen = shop::order(&api, &id).await;
    assert_eq!(seen["waiting"][0]["location"], "main", "staff see where it must come in");
    paid(&api, &id, 3_100, "tx-1").await;
    assert_eq!(parcels(&api, &id).await, [("open".to_owned(), vec![(0, 4), (2, 1)])]);
    assert_eq!(counts(&api, "A").await, [6, 0, 6, 0]);
    step(&api, &id, "ship").await;
    step(&api, &id, "deliver").await;
    assert_eq!(shop::order(&api, &id).await["status"], "processing", "a part is still to come");
    engine.clock().advance(TimeDelta::hours(100));
    // Nothing is late: what waits has no time to ship by.
    let reconciled = api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200);
    assert_eq!(reconciled.body["found"], json!([]), "{}", reconciled.text);
    let received = shop::receive(&api, "LATE", "main", 4).await;
    let counted = json!({"sku": "LATE", "location": "main", "on_hand": 6, "reserved": 5, "available": 1, "waiting": 0,
        "position": received.position()});
    assert_eq!(received.body, counted);
    shop::at_rest(&api).await;
    assert_eq!(waiting(&api, &id).await, Value::Null);
    assert_eq!(counts(&api, "LATE").await, [1, 0, 1, 0]);
    assert_eq!(parcels(&api, &id).await[1], ("open".to_owned(), vec![(1, 3), (3, 2)]));
    let second = &shop::parcels(&api, &id).await[1];
    let times = (&second["location"], &second["opened_at"], &second["ship_by"]);
    let expected = (json!("main"), json!("2026-01-19T16:00:00.000000Z"), json!("2026-01-22T16:00:00.000000Z"));
    assert_eq!(times, (&expected.0, &expected.1, &expected.2), "its time begins when it is opened");
    step(&api, &id, "ship").await;
    assert_eq!(step(&api, &id, "deliver").await.body["status"], "delivered");
    let seen = api.get(&format!("/v1/orders/{id}?min_position={}", api.furthest())).await;
    assert_eq!(seen["status"], "delivered");
    let steps: Vec<&Value> = seen["history"].as_array().unwrap().iter().map(|step| &step["event"]).collect();
    let expected = [
        "OrderPlaced",
        "OrderPaid",
        "ProcessingStarted",
        "ParcelShipped",
        "ParcelDelivered",
        "BackorderServed",
        "ParcelShipped",
        "OrderShipped",
        "ParcelDelivered",
        "OrderDelivered",
    ];
    assert_eq!(steps, expected);
    shop::verified(&engine.stop().await).await.unwrap();
}

/// Five, one and three are wanted, and two are there: the first blocks the others until it gives up.
#[tokio::test]
async fn first_come_is_first_served_and_who_gives_up_lets_the_others_move_up() {
    let (engine, api) = open().await;
    let mut orders = Vec::new();
    for pieces in [5, 1, 3] {
        orders.push(api.placed(&[("LATE", pieces)]).await.0);
    }
    assert_eq!(counts(&api, "LATE").await, [2, 0, 0, 9]);
    shop::receive(&api, "LATE", "main", 2).await;
    assert_eq!(counts(&api, "LATE").await, [4, 0, 0, 9], "nobody overtakes");
    shop::cancel(&api, &orders[0]).await;
    shop::at_rest(&api).await;
    assert_eq!(counts(&api, "LATE").await, [4, 4, 0, 0], "both of them have theirs");
    for order in &orders[1..] {
        assert_eq!(waiting(&api, order).await, Value::Null);
    }
    // Nobody pays: what was held for them is free again.
    engine.clock().advance(TimeDelta::minutes(31));
    for order in &orders[1..] {
        shop::reaches(&api, order, "expired").await;
    }
    shop::at_rest(&api).await;
    assert_eq!(counts(&api, "LATE").await, [4, 0, 4, 0]);
    shop::verified(&engine.stop().await).await.unwrap();
}

#[tokio::test]
async fn an_unpaid_order_that_expires_while_it_waits_leaves_the_queue() {
    let (engine, api) = open().await;
    let (first, _) = api.placed(&[("LATE", 5)]).await;
    engine.clock().advance(TimeDelta::minutes(20));
    let (second, _) = api.placed(&[("LATE", 2)]).await;
    assert_eq!(waiting(&api, &second).await, late(&[0], 2));
    engine.clock().advance(TimeDelta::minutes(11));
    shop::reaches(&api, &first, "expired").await;
    shop::at_rest(&api).await;
    assert_eq!(counts(&api, "LATE").await, [2, 2, 0, 0]);
    // It was served before it was paid, and is begun with all of it.
    paid(&api, &second, 800, "tx-2").await;
    assert_eq!(parcels(&api, &second).await, [("open".to_owned(), vec![(0, 2)])]);
    assert_eq!(counts(&api, "LATE").await, [0, 0, 0, 0]);
    shop::verified(&engine.stop().await).await.unwrap();
}

#[tokio::test]
async fn units_that_wait_are_cancelled_with_their_money_and_fewer_may_be_there_already() {
    let (engine, api) = open().await;
    let _telling = api.tells(&["POST /v1/orders/{id}/cancel", "units-not-there"]);
    let (id, _) = api.placed(&[("A", 1), ("LATE", 4)]).await;
    let (behind, _) = api.placed(&[("LATE", 1)]).await;
    paid(&api, &id, 1_850, "tx-1").await;
    let cancel = |lines: Value| {
        api.post(&format!("/v1/orders/{id}/cancel"), &json!({"lines": lines, "reason": "fewer will do"}))
    };
    let too_many = cancel(json!([{"line": 1, "quantity": 5}]));
    shop::refused(&engine, too_many, 422, "units-not-there").await;
    cancel(json!([{"line": 1, "quantity": 1}])).send().await.expect_status(200);
    assert_eq!(waiting(&api, &id).await, late(&[1], 3));
    assert_eq!(counts(&api, "LATE").await, [2, 0, 0, 4], "it keeps its place, and the others theirs");
    // Out of its parcel and out of the queue, in one step; two are there for the two that are left.
    cancel(json!([{"line": 0, "quantity": 1}, {"line": 1, "quantity": 1}])).send().await.expect_status(200);
    shop::at_rest(&api).await;
    assert_eq!(waiting(&api, &id).await, Value::Null);
    assert_eq!(parcels(&api, &id).await, [("cancelled".to_owned(), vec![(0, 1)]), ("open".to_owned(), vec![(1, 2)])]);
    assert_eq!((counts(&api, "LATE").await, counts(&api, "A").await), ([0, 0, 0, 1], [10, 0, 10, 0]));
    let owed: i64 =
        shop::refunds(&api, &id).await.iter().map(|refund| refund["amount"]["amount"].as_i64().unwrap()).sum();
    assert_eq!(owed, 1_050);
    assert_eq!(waiting(&api, &behind).await, late(&[0], 1));
    shop::verified(&engine.stop().await).await.unwrap();
}

#[tokio::test]
async fn a_paid_order_of_which_all_waits_can_be_cancelled_and_its_services_go_with_the_goods() {
    let (engine, api) = open().await;
    let (first, _) = api.placed(&[("LATE", 3), ("POST", 1)]).await;
    let (second, _) = api.placed(&[("POST", 1), ("LATE", 4)]).await;
    let (third, _) = api.placed(&[("LATE", 2), ("POST", 1)]).await;
    paid(&api, &first, 1_300, "tx-1").await;
    paid(&api, &second, 1_700, "tx-2").await;
    paid(&api, &third, 900, "tx-3").await;
    for order in [&first, &second, &third] {
        assert_eq!(parcels(&api, order).await, [], "there is nothing to pack yet");
    }
    shop::cancel(&api, &first).await;
    shop::reaches(&api, &first, "cancelled").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::refunds(&api, &first).await[0]["amount"]["amount"], 1_300);
    assert_eq!(counts(&api, "LATE").await, [2, 0, 0, 6]);
    // The goods are cancelled before they come: the postage is left, and is nobody's companion any more.
    let goods = json!({"lines": [{"line": 0, "quantity": 2}], "reason": "too late"});
    api.post(&format!("/v1/orders/{third}/cancel"), &goods).send().await.expect_status(200);
    assert_eq!(parcels(&api, &third).await, [("open".to_owned(), vec![(1, 1)])]);
    step(&api, &third, "ship").await;
    shop::reaches(&api, &third, "shipped").await;
    shop::receive(&api, "LATE", "main", 2).await;
    shop::at_rest(&api).await;
    assert_eq!(parcels(&api, &second).await, [("open".to_owned(), vec![(0, 1), (1, 4)])]);
    api.post(&format!("/v1/orders/{second}/ship"), &json!({})).send().await.expect_status(200);
    shop::reaches(&api, &second, "shipped").await;
    assert_eq!(counts(&api, "LATE").await, [0, 0, 0, 0]);
    shop::verified(&engine.stop().await).await.unwrap();
}

#[tokio::test]
async fn its_merchant_says_whether_a_product_may_be_waited_for() {
    let (engine, api) = open().await;
    let _telling = api.tells(&[
        "POST /v1/products/{sku}/backorder",
        "not-found",
        "product-delisted",
        "keeps-no-stock",
        "out-of-stock",
        "invalid-value",
    ]);
    let merchant = &api.tokens().merchant;
    let set = |sku: &str, backorder: &str| {
        api.post_as(merchant, &format!("/v1/products/{sku}/backorder"), &json!({"backorder": backorder}))
    };
    let wish = purser_tests::api::order(&[("LATE", 3), ("A", 11)]);
    let refused = shop::refused(&engine, api.post("/v1/orders", &wish), 409, "out-of-stock").await;
    let short = shop::items(&json!({"items": refused.body["errors"]}));
    assert_eq!((short.len(), &short[0]["sku"], &short[0]["asked"]), (1, &json!("A"), &json!(11)), "{}", refused.text);
    let changed = set("A", "allowed").send().await.expect_status(200);
    assert_eq!(changed.body, json!({"sku": "A", "position": changed.position()}));
    assert_eq!(set("A", "allowed").send().await.expect_status(200).position(), changed.position());
    let shown = api.get(&format!("/v1/products/A?min_position={}", changed.position())).await;
    assert_eq!(shown["backorder"], "allowed");
    let placed = api.post("/v1/orders", &wish).send().await.expect_status(201);
    assert_eq!(placed.body["waiting"].as_array().unwrap().len(), 2);
    for sku in ["A", "LATE"] {
        set(sku, "refused").send().await.expect_status(200);
    }
    // Who waits goes on waiting; nobody joins, and what is there is not theirs to take.
    assert_eq!((counts(&api, "A").await, counts(&api, "LATE").await), ([10, 0, 0, 11], [2, 0, 0, 3]));
    let one = purser_tests::api::order(&[("LATE", 1), ("A", 1)]);
    let refused = shop::refused(&engine, api.post("/v1/orders", &one), 409, "out-of-stock").await;
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 2);
    shop::receive(&api, "LATE", "main", 1).await;
    shop::at_rest(&api).await;
    assert_eq!(counts(&api, "LATE").await, [3, 3, 0, 0]);
    api.post("/v1/products", &shop::product("another", "X", "goods", 250)).send().await.expect_status(201);
    for sku in ["X", "NONE"] {
        shop::refused(&engine, set(sku, "allowed"), 404, "not-found").await;
    }
    shop::refused(&engine, set("POST", "allowed"), 409, "keeps-no-stock").await.expect_fault("pointer", "/backorder");
    let mut service = shop::product("demo-merchant", "WRAP", "service", 100);
    service["backorder"] = json!("allowed");
    shop::refused(&engine, api.post("/v1/products", &service), 409, "keeps-no-stock").await;
    shop::refused(&engine, set("A", "sometimes"), 422, "invalid-value").await.expect_fault("pointer", "/backorder");
    api.post("/v1/products/A/delist", &json!({})).send().await.expect_status(200);
    shop::refused(&engine, set("A", "allowed"), 409, "product-delisted").await;
    shop::verified(&engine.stop().await).await.unwrap();
}
