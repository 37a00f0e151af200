//! A warehouse finds fewer pieces than are held: who loses them, and what is done about it.

use chrono::TimeDelta;
use purser_tests::{Answered, Api, TestEngine, api::Call, shop};
use serde_json::{Value, json};

/// Ten of `A` at `main`.
async fn open() -> (TestEngine, Api) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    (engine, api)
}

/// So many of `A`, in an order that is being worked on.
async fn in_work(api: &Api, pieces: i64, reference: &str) -> String {
    let (order, _) = api.placed(&[("A", pieces)]).await;
    shop::pay(api, &order, 250 * pieces, reference).await;
    shop::reaches(api, &order, "processing").await;
    shop::at_rest(api).await;
    order
}

async fn found(api: &Api, change: i64, orders: &[&String]) -> Answered {
    let body = json!({"change": change, "reason": "not on the shelf", "orders": orders});
    api.post_as(&api.tokens().merchant, "/v1/stock/A/adjust", &body).send().await
}

fn resolve<'a>(api: &'a Api, order: &str, body: &Value) -> Call<'a> {
    let mut body = body.clone();
    body["reason"] = json!("as the customer wishes");
    api.post_as(&api.tokens().merchant, &format!("/v1/orders/{order}/resolve-shortage"), &body)
}

/// On hand, reserved and waited for at a location.
async fn counts(api: &Api, location: &str) -> [i64; 3] {
    let stock = api.get(&format!("/v1/stock/A?min_position={}", api.furthest())).await;
    let known = stock["locations"].as_array().unwrap().iter().find(|known| known["location"] == location).unwrap();
    ["on_hand", "reserved", "waiting"].map(|name| known[name].as_i64().unwrap())
}

/// Each parcel of an order: where, where it stands, and how many pieces are in it.
async fn parcels(api: &Api, order: &str) -> Vec<(String, String, i64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pieces = |parcel: &Value| {
        parcel["lines"].as_array().unwrap().iter().map(|line| line["quantity"].as_i64().unwrap()).sum::<i64>()
    };
    let parcels = shop::parcels(api, order).await;
    parcels.iter().map(|parcel| (text(&parcel["location"]), text(&parcel["status"]), pieces(parcel))).collect()
}

fn parcel(location: &str, status: &str, pieces: i64) -> (String, String, i64) {
    (location.to_owned(), status.to_owned(), pieces)
}

/// What is the matter with an order, and what became of it.
async fn exception(api: &Api, order: &str) -> Value {
    let path = format!("/v1/exceptions?kind=stock_short&order={order}&min_position={}", api.furthest());
    let items = shop::items(&api.get(&path).await);
    assert!(items.len() <= 1, "{items:?}");
    items.first().map_or(Value::Null, |exception| exception["status"].clone())
}

/// Of ten pieces four and three are in parcels, and two are held for an order that is not paid; four are not there.
#[tokio::test]
async fn the_latest_orders_lose_what_is_not_there_and_each_has_a_way_out() {
    let (engine, api) = open().await;
    let _telling = api.tells(&["POST /v1/stock/{sku}/adjust", "POST /v1/orders/{id}/resolve-shortage", "wrong-status"]);
    let first = in_work(&api, 4, "tx-1").await;
    engine.clock().advance(TimeDelta::seconds(1));
    let second = in_work(&api, 3, "tx-2").await;
    engine.clock().advance(TimeDelta::seconds(1));
    let (unpaid, _) = api.placed(&[("A", 2)]).await;
    assert_eq!(counts(&api, "main").await, [3, 2, 0]);
    let counted = found(&api, -4, &[]).await.expect_status(200);
    assert_eq!(counted.body["shorted"], json!([unpaid, second]));
    let expected = ["on_hand", "reserved", "available", "waiting"].map(|name| counted.body[name].as_i64().unwrap());
    assert_eq!(expected, [2, 0, 0, 5]);
    shop::at_rest(&api).await;
    assert_eq!(counts(&api, "main").await, [2, 0, 5]);
    assert_eq!(parcels(&api, &first).await, [parcel("main", "open", 4)]);
    assert_eq!(parcels(&api, &second).await, [parcel("main", "cancelled", 3)]);
    for (order, status) in [(&first, Value::Null), (&second, json!("open")), (&unpaid, json!("open"))] {
        assert_eq!(exception(&api, order).await, status);
    }
    // What is not there cannot leave.
    let ship = api.post(&format!("/v1/orders/{second}/ship"), &json!({}));
    shop::refused(&engine, ship, 409, "wrong-status").await;
    // The missing one of three is cancelled: two are there for it at once.
    resolve(&api, &second, &json!({"resolution": "cancel"})).send().await.expect_status(200);
    shop::at_rest(&api).await;
    assert_eq!(parcels(&api, &second).await[1..], [parcel("main", "open", 2)]);
    assert_eq!(counts(&api, "main").await, [0, 0, 2]);
    assert_eq!(exception(&api, &second).await, "settled");
    let refunds = shop::refunds(&api, &second).await;
    assert_eq!((refunds.len(), &refunds[0]["amount"]["amount"]), (1, &json!(250)));
    for order in [&first, &second] {
        let shipped = api.post(&format!("/v1/orders/{order}/ship"), &json!({})).send().await.expect_status(200);
        assert_eq!(shipped.body["status"], "shipped");
    }
    shop::refused(&engine, resolve(&api, &second, &json!({"resolution": "wait"})), 409, "wrong-status").await;
    // The other waits, is paid meanwhile, and has its pieces when they come.
    resolve(&api, &unpaid, &json!({"resolution": "wait"})).send().await.expect_status(200);
    assert_eq!(exception(&api, &unpaid).await, "settled");
    shop::pay(&api, &unpaid, 500, "tx-3").await;
    shop::reaches(&api, &unpaid, "processing").await;
    shop::receive(&api, "A", "main", 5).await;
    shop::at_rest(&api).await;
    assert_eq!(parcels(&api, &unpaid).await, [parcel("main", "open", 2)]);
    assert_eq!(counts(&api, "main").await, [3, 0, 0]);
    shop::verified(&engine.stop().await).await.unwrap();
}

#[tokio::test]
async fn what_is_missing_is_taken_from_another_location() {
    let (engine, api) = open().await;
    shop::receive(&api, "A", "north", 5).await;
    let order = in_work(&api, 8, "tx-1").await;
    found(&api, -5, &[]).await.expect_status(200);
    shop::at_rest(&api).await;
    assert_eq!(counts(&api, "main").await, [5, 0, 8]);
    let nowhere = json!({"resolution": "other_location", "location": "south"});
    shop::refused(&engine, resolve(&api, &order, &nowhere), 409, "out-of-stock").await;
    let elsewhere = json!({"resolution": "other_location"});
    resolve(&api, &order, &elsewhere).send().await.expect_status(200);
    shop::at_rest(&api).await;
    assert_eq!(parcels(&api, &order).await[1..], [parcel("main", "open", 5), parcel("north", "open", 3)]);
    assert_eq!((counts(&api, "main").await, counts(&api, "north").await), ([0, 0, 0], [2, 0, 0]));
    assert_eq!(exception(&api, &order).await, "settled");
    for step in ["ship", "deliver"] {
        api.post(&format!("/v1/orders/{order}/{step}"), &json!({})).send().await.expect_status(200);
    }
    // An order that is not paid holds what it is given there.
    let (unpaid, _) = api.placed(&[("A", 2)]).await;
    shop::receive(&api, "A", "main", 2).await;
    let body = json!({"change": -1, "reason": "broken", "location": "north"});
    let counted = api.post("/v1/stock/A/adjust", &body).send().await.expect_status(200);
    assert_eq!(counted.body["shorted"], json!([unpaid]));
    resolve(&api, &unpaid, &elsewhere).send().await.expect_status(200);
    shop::at_rest(&api).await;
    assert_eq!((counts(&api, "main").await, counts(&api, "north").await), ([2, 1, 0], [1, 1, 0]));
    shop::pay(&api, &unpaid, 500, "tx-2").await;
    shop::reaches(&api, &unpaid, "processing").await;
    assert_eq!(parcels(&api, &unpaid).await, [parcel("north", "open", 1), parcel("main", "open", 1)]);
    shop::verified(&engine.stop().await).await.unwrap();
}

#[tokio::test]
async fn orders_that_are_named_lose_their_pieces_first_and_what_comes_ends_it() {
    let (engine, api) = open().await;
    let _telling = api.tells(&["adjustment-too-low", "invalid-value"]);
    let first = in_work(&api, 4, "tx-1").await;
    let second = in_work(&api, 5, "tx-2").await;
    let shipped = in_work(&api, 1, "tx-3").await;
    api.post(&format!("/v1/orders/{shipped}/ship"), &json!({})).send().await.expect_status(200);
    let refused = found(&api, -1, &[&first, &shipped]).await.expect_problem(422, "invalid-value");
    refused.expect_fault("pointer", "/orders/1");
    // Nor where what is held for nobody is enough, or more is found than was counted.
    shop::receive(&api, "A", "spare", 5).await;
    for change in [-1, 1] {
        let spare = json!({"change": change, "reason": "broken", "location": "spare", "orders": [first]});
        let refused = api.post_as(&api.tokens().merchant, "/v1/stock/A/adjust", &spare).send().await;
        let refused = refused.expect_problem(422, "invalid-value");
        refused.expect_fault("pointer", "/orders/0");
    }
    found(&api, -10, &[]).await.expect_problem(409, "adjustment-too-low").expect_fault("pointer", "/change");
    assert_eq!(found(&api, -1, &[&first]).await.expect_status(200).body["shorted"], json!([first]));
    shop::at_rest(&api).await;
    assert_eq!(exception(&api, &first).await, "open");
    assert_eq!(parcels(&api, &second).await, [parcel("main", "open", 5)]);
    assert_eq!(counts(&api, "main").await, [3, 0, 4]);
    shop::receive(&api, "A", "main", 1).await;
    shop::at_rest(&api).await;
    assert_eq!(exception(&api, &first).await, "gone");
    assert_eq!(parcels(&api, &first).await[1..], [parcel("main", "open", 4)]);
    // It is lost once more, and its customer does not want to wait.
    found(&api, -2, &[&first]).await.expect_status(200);
    assert_eq!(exception(&api, &first).await, "open");
    shop::cancel(&api, &first).await;
    shop::at_rest(&api).await;
    assert_eq!(exception(&api, &first).await, "gone");
    assert_eq!(counts(&api, "main").await, [2, 0, 0]);
    shop::verified(&engine.stop().await).await.unwrap();
}
