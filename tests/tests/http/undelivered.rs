//! Parcels that do not arrive: sent again, returned to stock, lost; and what of an order is given back before the rest of it has
//! come.

use chrono::TimeDelta;
use purser_tests::{
    Answered, Api, TestEngine,
    api::{Call, order},
    shop,
};
use serde_json::{Value, json};

/// One of `A` for 1000 pence from `main` and one of `B` for 3000 from `north`, in two parcels that have left. Nine more of each
/// are there.
async fn sent() -> (TestEngine, Api, String) {
    let (engine, api) = working().await;
    let order = shop::place(&api, &order(&[("A", 1), ("B", 1)])).await;
    shop::pay(&api, &order, 4000, "tx-1").await;
    ship(&api, &order).await;
    shop::at_rest(&api).await;
    (engine, api, order)
}

/// Ten of `A` at `main` and ten of `B` at `north`, of a merchant who grants ten points for a pound.
async fn working() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    shop::set(&api, "policies", &shop::points_policy()).await;
    api.stocked("A", 1000, 10).await;
    let product = shop::product("demo-merchant", "B", "goods", 3000);
    api.post("/v1/products", &product).send().await.expect_status(201);
    shop::receive(&api, "B", "north", 10).await;
    (engine, api)
}

async fn ship(api: &Api, order: &str) {
    api.post(&format!("/v1/orders/{order}/ship"), &json!({})).send().await.expect_status(200);
}

async fn parcel(api: &Api, order: &str, number: usize) -> String {
    shop::parcels(api, order).await[number - 1]["id"].as_str().unwrap().to_owned()
}

fn at(parcel: &str, step: &str) -> String {
    format!("/v1/fulfillments/{parcel}/{step}")
}

async fn step(api: &Api, parcel: &str, step: &str, body: &Value) -> Answered {
    api.post_as(&api.tokens().merchant, &at(parcel, step), body).send().await.expect_status(200)
}

async fn fail(api: &Api, parcel: &str) {
    step(api, parcel, "fail-delivery", &json!({"reason": "nobody at home"})).await;
}

fn given_up(remedy: &str) -> Value {
    json!({"reason": "the carrier says so", "remedy": remedy})
}

async fn asked(api: &Api, order: &str, kind: &str, line: u32, units: i64) -> String {
    let mut body = json!({"kind": kind, "lines": [{"line": line, "quantity": units, "reason": "never came"}]});
    if kind == "exchange" {
        body["replacement"] = json!([{"sku": if line == 0 { "A" } else { "B" }, "quantity": units}]);
    }
    let path = format!("/v1/orders/{order}/returns");
    let asked = api.post_as(&api.tokens().customer, &path, &body).send().await.expect_status(201);
    asked.body["id"].as_str().unwrap().to_owned()
}

async fn on_return(api: &Api, id: &str, step: &str, body: &Value) -> Answered {
    api.post(&format!("/v1/returns/{id}/{step}"), body).send().await.expect_status(200)
}

/// Approved, sent in and inspected: all of it can be sold again.
async fn came_back(api: &Api, id: &str, line: u32, units: i64) {
    let address = json!({"return_address": {"recipient": "Returns", "country": "GB"}});
    on_return(api, id, "approve", &address).await;
    for step in ["send", "receive"] {
        on_return(api, id, step, &json!({})).await;
    }
    on_return(api, id, "inspect", &json!({"lines": [{"line": line, "restock": units}]})).await;
}

async fn status(api: &Api, order: &str) -> String {
    let seen = api.get(&format!("/v1/orders/{order}?min_position={}", api.furthest())).await;
    seen["status"].as_str().unwrap().to_owned()
}

async fn standing(api: &Api, order: &str) -> Vec<String> {
    let parcels = shop::parcels(api, order).await;
    parcels.iter().map(|parcel| parcel["status"].as_str().unwrap().to_owned()).collect()
}

/// Refused once nothing else is to be done, without a trace.
async fn refused(engine: &TestEngine, api: &Api, call: Call<'_>, status: u16, kind: &str) {
    shop::at_rest(api).await;
    shop::refused(engine, call, status, kind).await;
}

/// What is owed back for an order, pence by pence, once all is at rest.
async fn owed(api: &Api, order: &str) -> Vec<i64> {
    shop::at_rest(api).await;
    let mut owed: Vec<i64> =
        shop::refunds(api, order).await.iter().map(|refund| refund["amount"]["amount"].as_i64().unwrap()).collect();
    owed.sort_unstable();
    owed
}

async fn all_is_well(engine: TestEngine, api: &Api) {
    shop::at_rest(api).await;
    let report = api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200);
    assert_eq!(report.body["found"], json!([]));
    shop::verified(&engine.stop().await).await.expect("log and views agree");
}

#[tokio::test]
async fn a_parcel_whose_goods_came_back_by_a_return_does_not_leave_once_more() {
    let (engine, api) = working().await;
    let _telling = api.tells(&["wrong-status"]);
    let first = shop::place(&api, &order(&[("A", 10)])).await;
    shop::pay(&api, &first, 10_000, "tx-1").await;
    ship(&api, &first).await;
    let id = parcel(&api, &first, 1).await;
    fail(&api, &id).await;
    let returned = asked(&api, &first, "return", 0, 10).await;
    // While it is asked back, only the return decides.
    for (step, body) in [
        ("ship", json!({})),
        ("return-to-stock", given_up("refund")),
        ("report-lost", given_up("refund")),
        ("report-lost", given_up("replacement")),
    ] {
        refused(&engine, &api, api.post(&at(&id, step), &body), 409, "wrong-status").await;
    }
    came_back(&api, &returned, 0, 10).await;
    assert_eq!(
        (standing(&api, &first).await, status(&api, &first).await),
        (vec!["returned".into()], "completed".into())
    );
    let second = shop::place(&api, &order(&[("A", 10)])).await;
    shop::pay(&api, &second, 10_000, "tx-2").await;
    for step in ["ship", "deliver", "fail-delivery", "report-lost"] {
        let mut body = if step == "fail-delivery" { json!({"reason": "x"}) } else { json!({}) };
        if step == "report-lost" {
            body = given_up("refund");
        }
        refused(&engine, &api, api.post(&at(&id, step), &body), 409, "wrong-status").await;
    }
    for step in ["ship", "deliver"] {
        let call = api.post(&format!("/v1/orders/{first}/{step}"), &json!({}));
        refused(&engine, &api, call, 409, "wrong-status").await;
    }
    assert_eq!(owed(&api, &first).await, [10_000]);
    ship(&api, &second).await;
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 0, reserved: 0 });
    all_is_well(engine, &api).await;
}

#[tokio::test]
async fn a_lost_parcel_that_is_paid_back_ends_its_order_by_what_arrived() {
    let (engine, api, order) = sent().await;
    let (arrives, lost) = (parcel(&api, &order, 1).await, parcel(&api, &order, 2).await);
    step(&api, &arrives, "deliver", &json!({})).await;
    fail(&api, &lost).await;
    let id = asked(&api, &order, "refund_only", 1, 1).await;
    on_return(&api, &id, "approve", &json!({})).await;
    assert_eq!(
        (standing(&api, &order).await, status(&api, &order).await),
        (vec!["delivered".into(), "lost".into()], "delivered".into())
    );
    refused(&engine, &api, api.post(&at(&lost, "ship"), &json!({"tracking": "AGAIN"})), 409, "wrong-status").await;
    api.post(&format!("/v1/orders/{order}/complete"), &json!({})).send().await.expect_status(200);
    assert_eq!(owed(&api, &order).await, [3000]);
    assert_eq!(shop::points(&api, "demo-customer").await, (100, 0));
    let sales = api.get("/v1/sales/days").await;
    assert_eq!(sales["items"][0]["gross"]["amount"], 1000, "{sales}");
    all_is_well(engine, &api).await;
}

#[tokio::test]
async fn a_parcel_is_returned_to_stock_or_lost_once_by_its_seller() {
    let (engine, api, order) = sent().await;
    let _telling = api.tells(&[
        "POST /v1/fulfillments/{id}/return-to-stock",
        "POST /v1/fulfillments/{id}/report-lost",
        "wrong-status",
        "invalid-value",
    ]);
    let (back, lost) = (parcel(&api, &order, 1).await, parcel(&api, &order, 2).await);
    fail(&api, &back).await;
    let mut body = given_up("refund");
    body["location"] = json!("west");
    let answered = step(&api, &back, "return-to-stock", &body).await;
    assert_eq!((&answered.body["status"], status(&api, &order).await), (&json!("returned"), "shipped".to_owned()));
    step(&api, &back, "return-to-stock", &body).await;
    refused(&engine, &api, api.post(&at(&back, "report-lost"), &given_up("refund")), 409, "wrong-status").await;
    let nothing = api.post(&at(&lost, "report-lost"), &json!({"reason": "lost", "remedy": "everything"}));
    refused(&engine, &api, nothing, 422, "invalid-value").await;
    // The other one is lost on its way: nothing of the order has arrived, and all of its money goes back.
    let answered = step(&api, &lost, "report-lost", &given_up("refund")).await;
    assert_eq!((&answered.body["status"], status(&api, &order).await), (&json!("lost"), "completed".to_owned()));
    assert_eq!(owed(&api, &order).await, [1000, 3000]);
    let causes = shop::field(&api.get(&format!("/v1/refunds?order={order}")).await, "cause");
    assert_eq!(causes, ["undelivered", "undelivered"]);
    let stock = api.get("/v1/stock/A").await;
    assert_eq!(shop::locations(&stock), [("main".to_owned(), 9, 0), ("west".to_owned(), 1, 0)]);
    assert_eq!(shop::stock(&api, "B").await.on_hand, 9);
    let parcels = shop::parcels(&api, &order).await;
    assert_eq!(parcels[1]["reason"], "the carrier says so");
    assert_eq!(shop::points(&api, "demo-customer").await, (0, 0));
    let sales = api.get("/v1/sales/days").await;
    assert_eq!(sales["items"], json!([]));
    all_is_well(engine, &api).await;
}

#[tokio::test]
async fn the_goods_of_a_lost_parcel_are_sent_once_more_or_written_off() {
    let (engine, api, order) = sent().await;
    let _telling = api.tells(&["POST /v1/fulfillments/{id}/report-lost", "out-of-stock"]);
    let (first, second) = (parcel(&api, &order, 1).await, parcel(&api, &order, 2).await);
    step(&api, &first, "report-lost", &given_up("replacement")).await;
    assert_eq!(
        (standing(&api, &order).await, status(&api, &order).await),
        (vec!["lost".into(), "shipped".into(), "open".into()], "processing".into())
    );
    assert_eq!(shop::stock(&api, "A").await.on_hand, 8);
    // All of `A` is gone before it is lost again.
    ship(&api, &order).await;
    let adjusted = json!({"change": -8, "reason": "burnt"});
    api.post("/v1/stock/A/adjust", &adjusted).send().await.expect_status(200);
    let third = parcel(&api, &order, 3).await;
    fail(&api, &third).await;
    let again = api.post(&at(&third, "report-lost"), &given_up("replacement"));
    refused(&engine, &api, again, 409, "out-of-stock").await;
    step(&api, &third, "report-lost", &given_up("none")).await;
    assert_eq!(status(&api, &order).await, "shipped");
    step(&api, &second, "deliver", &json!({})).await;
    assert_eq!((status(&api, &order).await, owed(&api, &order).await), ("delivered".to_owned(), vec![]));
    // What was written off may still be asked for.
    let id = asked(&api, &order, "refund_only", 0, 1).await;
    on_return(&api, &id, "approve", &json!({})).await;
    assert_eq!(owed(&api, &order).await, [1000]);
    all_is_well(engine, &api).await;
}

/// Five of `A` in two parcels: two have arrived, and the delivery of three has failed.
#[tokio::test]
async fn a_part_of_a_failed_parcel_is_paid_back_and_the_rest_is_sent_again() {
    let (engine, api) = working().await;
    let order = shop::place(&api, &order(&[("A", 5)])).await;
    shop::pay(&api, &order, 5000, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    let two = parcel(&api, &order, 1).await;
    let rest = step(&api, &two, "ship", &json!({"lines": [{"line": 0, "quantity": 2}]})).await;
    let rest = rest.body["left_behind"].as_str().unwrap().to_owned();
    step(&api, &rest, "ship", &json!({})).await;
    step(&api, &two, "deliver", &json!({})).await;
    fail(&api, &rest).await;
    // What comes back is what arrived, and keeps nothing from being sent again.
    let kept = asked(&api, &order, "return", 0, 1).await;
    came_back(&api, &kept, 0, 1).await;
    let never_came = asked(&api, &order, "refund_only", 0, 2).await;
    refused(&engine, &api, api.post(&at(&rest, "ship"), &json!({})), 409, "wrong-status").await;
    on_return(&api, &never_came, "approve", &json!({})).await;
    let parcels = shop::parcels(&api, &order).await;
    assert_eq!((&parcels[1]["status"], &parcels[1]["lines"][0]["quantity"]), (&json!("delivery_failed"), &json!(1)));
    step(&api, &rest, "ship", &json!({})).await;
    step(&api, &rest, "deliver", &json!({})).await;
    assert_eq!((status(&api, &order).await, owed(&api, &order).await), ("delivered".to_owned(), vec![1000, 2000]));
    assert_eq!(shop::stock(&api, "A").await.on_hand, 6);
    all_is_well(engine, &api).await;
}

/// Refused at the door, it is exchanged: the order waits for what is sent instead.
#[tokio::test]
async fn an_exchange_of_what_never_arrived_ends_with_its_goods_or_with_the_money() {
    let (engine, api, order) = sent().await;
    let (first, second) = (parcel(&api, &order, 1).await, parcel(&api, &order, 2).await);
    step(&api, &second, "report-lost", &given_up("refund")).await;
    let id = asked(&api, &order, "exchange", 0, 1).await;
    came_back(&api, &id, 0, 1).await;
    refused(&engine, &api, api.post(&at(&first, "deliver"), &json!({})), 409, "wrong-status").await;
    assert_eq!(
        (standing(&api, &order).await, status(&api, &order).await),
        (vec!["returned".into(), "lost".into(), "open".into()], "shipped".into())
    );
    let instead = parcel(&api, &order, 3).await;
    step(&api, &instead, "ship", &json!({})).await;
    // It is lost, another one is sent, and that is lost as well.
    step(&api, &instead, "report-lost", &given_up("replacement")).await;
    let instead = parcel(&api, &order, 4).await;
    step(&api, &instead, "ship", &json!({})).await;
    fail(&api, &instead).await;
    step(&api, &instead, "report-lost", &given_up("refund")).await;
    assert_eq!((status(&api, &order).await, owed(&api, &order).await), ("completed".to_owned(), vec![1000, 3000]));
    assert_eq!(shop::stock(&api, "A").await.on_hand, 8);
    let seen = api.get(&format!("/v1/returns/{id}?min_position={}", api.furthest())).await;
    assert_eq!(seen["status"], "resolving");
    all_is_well(engine, &api).await;
}

/// What arrived of it is what the customer gets.
#[tokio::test]
async fn a_replacement_of_which_one_parcel_is_lost_ends_with_the_other() {
    let (engine, api, order) = sent().await;
    for number in [1, 2] {
        step(&api, &parcel(&api, &order, number).await, "deliver", &json!({})).await;
    }
    shop::receive(&api, "A", "west", 10).await;
    let rule = json!({"allocation": "priority", "allocation_priority": ["west"]});
    shop::set(&api, "policies", &rule).await;
    let body = json!({"kind": "exchange", "lines": [{"line": 1, "quantity": 1, "reason": "too large"}],
        "replacement": [{"sku": "A", "quantity": 2}]});
    let path = format!("/v1/orders/{order}/returns");
    let answered = api.post_as(&api.tokens().customer, &path, &body).send().await.expect_status(201);
    let id = answered.body["id"].as_str().unwrap().to_owned();
    came_back(&api, &id, 1, 1).await;
    let part = json!({"lines": [{"line": 0, "quantity": 1}]});
    let instead = parcel(&api, &order, 3).await;
    let rest = step(&api, &instead, "ship", &part).await.body["left_behind"].as_str().unwrap().to_owned();
    step(&api, &instead, "deliver", &json!({})).await;
    step(&api, &rest, "ship", &json!({})).await;
    let refund = api.post(&at(&rest, "report-lost"), &given_up("refund"));
    refused(&engine, &api, refund, 409, "wrong-status").await;
    step(&api, &rest, "report-lost", &given_up("none")).await;
    let seen = api.get(&format!("/v1/returns/{id}?min_position={}", api.furthest())).await;
    assert_eq!((&seen["status"], owed(&api, &order).await), (&json!("closed"), vec![]));
    all_is_well(engine, &api).await;
}

#[tokio::test]
async fn what_has_arrived_is_given_back_while_the_rest_is_still_to_be_shipped() {
    let (engine, api) = working().await;
    let order = shop::place(&api, &order(&[("A", 2), ("B", 1)])).await;
    shop::pay(&api, &order, 5000, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    let path = format!("/v1/orders/{order}/returns");
    let wish = json!({"kind": "return", "lines": [{"line": 0, "quantity": 1, "reason": "x"}]});
    refused(&engine, &api, api.post_as(&api.tokens().customer, &path, &wish), 409, "wrong-status").await;
    let (first, second) = (parcel(&api, &order, 1).await, parcel(&api, &order, 2).await);
    step(&api, &first, "ship", &json!({})).await;
    step(&api, &first, "deliver", &json!({})).await;
    let early = json!({"kind": "return", "lines": [{"line": 1, "quantity": 1, "reason": "x"}]});
    refused(&engine, &api, api.post_as(&api.tokens().customer, &path, &early), 422, "units-not-there").await;
    let back = asked(&api, &order, "return", 0, 1).await;
    let exchanged = asked(&api, &order, "exchange", 0, 1).await;
    // Also while the cancellation of the rest is asked for.
    let cancel = format!("/v1/orders/{order}/cancel");
    let wish = json!({"reason": "too late"});
    api.post_as(&api.tokens().customer, &cancel, &wish).send().await.expect_status(200);
    came_back(&api, &back, 0, 1).await;
    came_back(&api, &exchanged, 0, 1).await;
    assert_eq!(status(&api, &order).await, "cancelling");
    let declined = json!({"reason": "packed already"});
    api.post(&format!("/v1/orders/{order}/decline-cancellation"), &declined).send().await.expect_status(200);
    let instead = parcel(&api, &order, 3).await;
    for parcel in [&instead, &second] {
        step(&api, parcel, "ship", &json!({})).await;
        step(&api, parcel, "deliver", &json!({})).await;
    }
    assert_eq!((status(&api, &order).await, owed(&api, &order).await), ("delivered".to_owned(), vec![1000]));
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 9, reserved: 0 });
    all_is_well(engine, &api).await;
}

#[tokio::test]
async fn an_order_of_which_all_that_arrived_came_back_ends_when_the_rest_is_cancelled() {
    let (engine, api) = working().await;
    let order = shop::place(&api, &order(&[("A", 1), ("B", 1)])).await;
    shop::pay(&api, &order, 4000, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    let first = parcel(&api, &order, 1).await;
    step(&api, &first, "ship", &json!({})).await;
    step(&api, &first, "deliver", &json!({})).await;
    let back = asked(&api, &order, "return", 0, 1).await;
    came_back(&api, &back, 0, 1).await;
    shop::cancel(&api, &order).await;
    assert_eq!((status(&api, &order).await, owed(&api, &order).await), ("delivered".to_owned(), vec![1000, 3000]));
    for sku in ["A", "B"] {
        assert_eq!(shop::stock(&api, sku).await, shop::Counts { on_hand: 10, reserved: 0 });
    }
    let sales = api.get("/v1/sales/days").await;
    assert_eq!(sales["items"], json!([]));
    all_is_well(engine, &api).await;
}

#[tokio::test]
async fn a_failed_delivery_that_nobody_decides_about_is_found() {
    let (engine, api, order) = sent().await;
    let (first, second) = (parcel(&api, &order, 1).await, parcel(&api, &order, 2).await);
    fail(&api, &first).await;
    fail(&api, &second).await;
    step(&api, &second, "ship", &json!({})).await;
    engine.clock().advance(TimeDelta::days(3));
    shop::at_rest(&api).await;
    let report = api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200);
    let found = &report.body["found"];
    assert_eq!(
        (found.as_array().unwrap().len(), &found[0]["kind"], &found[0]["subject"]),
        (1, &json!("delivery_undecided"), &json!(first))
    );
    let position = shop::at_rest(&api).await;
    let listed = api.get(&format!("/v1/exceptions?kind=delivery_undecided&min_position={position}")).await;
    assert_eq!(listed["items"][0]["order"], json!(order));
    step(&api, &first, "report-lost", &given_up("none")).await;
    shop::at_rest(&api).await;
    let report = api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200);
    assert_eq!(report.body["found"][0]["outcome"], "gone");
    all_is_well(engine, &api).await;
}
