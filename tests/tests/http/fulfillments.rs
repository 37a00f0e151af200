//! Orders that leave in several parcels.

use purser_tests::{Answered, Api, TestEngine, shop};
use serde_json::{Value, json};

/// Six pieces of `A`, four of them in the first parcel, from `main`, and two in the second, from `north`; and postage, which
/// goes with the first. Paid with 1600 pence, and being worked on. The ids are those of the order and of the two parcels.
async fn in_two_parcels() -> (TestEngine, Api, String, [String; 2]) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 4).await;
    shop::receive(&api, "A", "north", 2).await;
    let postage = shop::product("demo-merchant", "POST", "service", 100);
    api.post("/v1/products", &postage).send().await.expect_status(201);
    let (id, _) = api.placed(&[("A", 6), ("POST", 1)]).await;
    shop::pay(&api, &id, 1600, "tx-1").await;
    shop::reaches(&api, &id, "processing").await;
    shop::at_rest(&api).await;
    let parcels = shop::parcels(&api, &id).await;
    let ids: Vec<String> = parcels.iter().map(|parcel| parcel["id"].as_str().unwrap().to_owned()).collect();
    (engine, api, id, ids.try_into().unwrap())
}

/// A step of a parcel, by its merchant.
async fn step(api: &Api, parcel: &str, step: &str, body: &Value) -> Answered {
    let path = format!("/v1/fulfillments/{parcel}/{step}");
    api.post_as(&api.tokens().merchant, &path, body).send().await.expect_status(200)
}

fn goods(line: u32, quantity: i64) -> Value {
    json!({"line": line, "sku": "A", "kind": "goods", "quantity": quantity})
}

fn units(line: u32, quantity: i64) -> Value {
    json!({"line": line, "quantity": quantity})
}

/// Where the parcels of an order stand.
async fn statuses(api: &Api, order: &str) -> Vec<String> {
    let parcels = shop::parcels(api, order).await;
    parcels.iter().map(|parcel| parcel["status"].as_str().unwrap().to_owned()).collect()
}

async fn order_status(api: &Api, order: &str) -> Value {
    api.get(&format!("/v1/orders/{order}?min_position={}", api.furthest())).await["status"].clone()
}

#[tokio::test]
async fn an_order_is_shipped_and_delivered_when_the_last_of_its_parcels_is() {
    let (engine, api, id, [first, second]) = Box::pin(in_two_parcels()).await;
    let _telling = api.tells(&[
        "GET /v1/fulfillments",
        "GET /v1/fulfillments/{id}",
        "POST /v1/fulfillments/{id}/start",
        "POST /v1/fulfillments/{id}/ship",
        "POST /v1/fulfillments/{id}/deliver",
    ]);
    let opened = api.get(&format!("/v1/fulfillments/{first}")).await;
    let at = "2026-01-15T12:00:00.000000Z";
    let postage = json!({"line": 1, "sku": "POST", "kind": "service", "quantity": 1});
    let expected = json!({"id": first, "order": id, "number": 1, "merchant": "demo-merchant",
        "customer": "demo-customer", "location": "main", "status": "open", "lines": [goods(0, 4), postage],
        "opened_at": at, "ship_by": "2026-01-18T12:00:00.000000Z", "position": opened["position"]});
    assert_eq!(opened, expected);
    let started = step(&api, &first, "start", &json!({})).await;
    let answer = json!({"id": first, "order": id, "status": "in_progress", "position": started.position()});
    assert_eq!(started.body, answer);
    let parcel = json!({"tracking": "RM1", "carrier": "Royal Mail"});
    let shipped = step(&api, &first, "ship", &parcel).await;
    let answer = json!({"id": first, "order": id, "status": "shipped", "position": shipped.position()});
    assert_eq!(shipped.body, answer);
    let again = step(&api, &first, "ship", &parcel).await;
    assert_eq!((&again.body["status"], again.position()), (&json!("shipped"), shipped.position()));
    assert_eq!(order_status(&api, &id).await, "processing");
    step(&api, &first, "deliver", &json!({})).await;
    // Nobody started the second one.
    step(&api, &second, "ship", &json!({"tracking": "RM2"})).await;
    assert_eq!(order_status(&api, &id).await, "shipped");
    let delivered = step(&api, &second, "deliver", &json!({})).await;
    assert_eq!(delivered.body["status"], "delivered");
    let order = api.get(&format!("/v1/orders/{id}?min_position={}", api.furthest())).await;
    assert_eq!((&order["status"], order.get("tracking")), (&json!("delivered"), None));
    // Their customer follows them by their names; where they come from is the seller's business.
    let seen = api.get_as(&api.tokens().customer, &format!("/v1/fulfillments?order={id}")).await;
    let mut names = shop::field(&seen, "tracking");
    names.sort();
    assert_eq!(names, ["RM1", "RM2"]);
    assert!(seen["items"][0].get("location").is_none(), "{seen}");
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 0, reserved: 0 });
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn what_stays_behind_becomes_a_parcel_of_its_own() {
    let (engine, api, id, [first, second]) = Box::pin(in_two_parcels()).await;
    let part = json!({"lines": [units(0, 3), units(1, 1)], "tracking": "RM1"});
    let shipped = step(&api, &first, "ship", &part).await;
    let third = shipped.body["left_behind"].as_str().unwrap().to_owned();
    let parcels = shop::parcels(&api, &id).await;
    assert_eq!(parcels.len(), 3);
    assert_eq!((&parcels[2]["id"], &parcels[2]["number"]), (&json!(third), &json!(3)));
    assert_eq!((&parcels[2]["lines"], &parcels[2]["location"]), (&json!([goods(0, 1)]), &json!("main")));
    assert_eq!(parcels[2]["ship_by"], parcels[0]["ship_by"], "what stays behind has no more time");
    step(&api, &second, "ship", &json!({})).await;
    assert_eq!(order_status(&api, &id).await, "processing");
    step(&api, &third, "ship", &json!({})).await;
    assert_eq!(order_status(&api, &id).await, "shipped");
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn cancelling_an_order_takes_out_only_what_has_not_shipped() {
    let (engine, api, id, [first, second]) = Box::pin(in_two_parcels()).await;
    step(&api, &first, "ship", &json!({"lines": [units(0, 3), units(1, 1)]})).await;
    step(&api, &first, "deliver", &json!({})).await;
    step(&api, &second, "start", &json!({})).await;
    // One of the three pieces that have not left: the one that nobody packs yet.
    let one = json!({"reason": "one fewer", "lines": [units(0, 1)]});
    let merchant = &api.tokens().merchant;
    let path = format!("/v1/orders/{id}/cancel");
    let taken = api.post_as(merchant, &path, &one).send().await.expect_status(200);
    assert_eq!(taken.body["status"], "processing");
    assert_eq!(statuses(&api, &id).await, ["delivered", "in_progress", "cancelled"]);
    let too_many = json!({"reason": "fewer", "lines": [units(0, 3)]});
    shop::at_rest(&api).await;
    let refused = shop::refused(&engine, api.post_as(merchant, &path, &too_many), 422, "units-not-there").await;
    refused.expect_fault("pointer", "/lines/0/quantity");
    // What is left has been sent, and has arrived.
    let rest = api.post_as(merchant, &path, &json!({"reason": "sold out"})).send().await.expect_status(200);
    assert_eq!(rest.body["status"], "delivered");
    assert_eq!(statuses(&api, &id).await, ["delivered", "cancelled", "cancelled"]);
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 3, reserved: 0 });
    let stock = api.get("/v1/stock/A").await;
    let counts = [("main".to_owned(), 1, 0), ("north".to_owned(), 2, 0)];
    assert_eq!(shop::locations(&stock), counts);
    let owed: Vec<i64> =
        shop::refunds(&api, &id).await.iter().map(|refund| refund["amount"]["amount"].as_i64().unwrap()).collect();
    assert_eq!(owed.iter().sum::<i64>(), 750, "{owed:?}");
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_parcel_that_cannot_be_sent_is_cancelled_with_its_units_its_stock_and_its_money() {
    let (engine, api, id, [first, second]) = Box::pin(in_two_parcels()).await;
    let _telling = api.tells(&["POST /v1/fulfillments/{id}/cancel", "wrong-status"]);
    let reason = json!({"reason": "water damage"});
    let cancelled = step(&api, &first, "cancel", &reason).await;
    let answer = json!({"id": first, "order": id, "status": "cancelled", "position": cancelled.position()});
    assert_eq!(cancelled.body, answer);
    assert_eq!(step(&api, &first, "cancel", &reason).await.body["status"], "cancelled");
    shop::at_rest(&api).await;
    assert_eq!(statuses(&api, &id).await, ["cancelled", "open"]);
    let counts = [("main".to_owned(), 4, 0), ("north".to_owned(), 0, 0)];
    assert_eq!(shop::locations(&api.get("/v1/stock/A").await), counts);
    let refunds = shop::refunds(&api, &id).await;
    assert_eq!((refunds.len(), &refunds[0]["amount"]["amount"]), (1, &json!(1100)));
    step(&api, &second, "ship", &json!({})).await;
    assert_eq!(order_status(&api, &id).await, "shipped");
    let late = api.post(&format!("/v1/fulfillments/{second}/cancel"), &reason);
    shop::refused(&engine, late, 409, "wrong-status").await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn the_last_parcel_that_is_cancelled_ends_the_order() {
    let (engine, api, id, [first, second]) = Box::pin(in_two_parcels()).await;
    for parcel in [&first, &second] {
        step(&api, parcel, "cancel", &json!({"reason": "water damage"})).await;
    }
    shop::at_rest(&api).await;
    assert_eq!(order_status(&api, &id).await, "cancelled");
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 6, reserved: 0 });
    let owed = shop::refunds(&api, &id).await;
    assert_eq!(owed.iter().map(|refund| refund["amount"]["amount"].as_i64().unwrap()).sum::<i64>(), 1600);
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_once_more() {
    let (engine, api, id, [first, second]) = Box::pin(in_two_parcels()).await;
    let _telling = api.tells(&["POST /v1/fulfillments/{id}/fail-delivery"]);
    step(&api, &first, "ship", &json!({"tracking": "RM1"})).await;
    let failed = step(&api, &first, "fail-delivery", &json!({"reason": "nobody at home"})).await;
    assert_eq!(failed.body["status"], "delivery_failed");
    let seen = api.get(&format!("/v1/fulfillments/{first}?min_position={}", failed.position())).await;
    assert_eq!((&seen["reason"], &seen["tracking"]), (&json!("nobody at home"), &json!("RM1")));
    let before = shop::stock(&api, "A").await;
    let again = step(&api, &first, "ship", &json!({"tracking": "RM9"})).await;
    assert_eq!(again.body["status"], "shipped");
    assert_eq!(shop::stock(&api, "A").await, before, "the pieces left once");
    step(&api, &first, "deliver", &json!({})).await;
    step(&api, &second, "ship", &json!({})).await;
    step(&api, &second, "deliver", &json!({})).await;
    assert_eq!(order_status(&api, &id).await, "delivered");
    engine.stop().await;
}
