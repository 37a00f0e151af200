//! What cannot be done with a parcel, what is done with all of them at once, and how they are found.

use purser_tests::{Api, TestEngine, api::order, shop};
use reqwest::Method;
use serde_json::{Value, json};

/// Orders of `demo-merchant` that are being worked on, each of so many pieces of `A` from `main`.
async fn working(pieces: &[i64]) -> (TestEngine, Api, Vec<String>) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 100, 100).await;
    let mut orders = Vec::new();
    for (number, pieces) in pieces.iter().enumerate() {
        let (id, _) = api.placed(&[("A", *pieces)]).await;
        shop::pay(&api, &id, 100 * pieces, &format!("tx-{number}")).await;
        shop::reaches(&api, &id, "processing").await;
        shop::at_rest(&api).await;
        engine.clock().advance(chrono::TimeDelta::hours(1));
        orders.push(id);
    }
    (engine, api, orders)
}

async fn first_parcel(api: &Api, order: &str) -> String {
    shop::parcels(api, order).await[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_on_hold_does_not_leave_until_the_hold_is_released() {
    let (engine, api, orders) = working(&[2]).await;
    let _telling = api.tells(&[
        "POST /v1/fulfillments/{id}/hold",
        "POST /v1/fulfillments/{id}/release-hold",
        "wrong-status",
        "not-found",
        "units-not-there",
        "invalid-value",
        "field-not-allowed",
        "future-time",
    ]);
    let parcel = first_parcel(&api, &orders[0]).await;
    let at = |step: &str| format!("/v1/fulfillments/{parcel}/{step}");
    let merchant = &api.tokens().merchant;
    let reason = json!({"reason": "the address is in doubt"});
    let held = api.post_as(merchant, &at("hold"), &reason).send().await.expect_status(200);
    assert_eq!(held.body["status"], "on_hold");
    for path in [at("start"), at("ship"), at("deliver"), format!("/v1/orders/{}/ship", orders[0])] {
        shop::refused(&engine, api.post_as(merchant, &path, &json!({})), 409, "wrong-status").await;
    }
    let seen = api.get(&format!("/v1/fulfillments/{parcel}?min_position={}", held.position())).await;
    assert_eq!(seen["reason"], "the address is in doubt");
    let released = api.post_as(merchant, &at("release-hold"), &json!({})).send().await.expect_status(200);
    assert_eq!(released.body["status"], "open");
    for (lines, problem) in [
        (json!([]), "invalid-value"),
        (json!([{"line": 0, "quantity": 3}]), "units-not-there"),
        (json!([{"line": 1, "quantity": 1}]), "units-not-there"),
    ] {
        let ship = api.post_as(merchant, &at("ship"), &json!({"lines": lines}));
        shop::refused(&engine, ship, 422, problem).await.expect_fault("pointer", "/lines");
    }
    let stated = json!({"at": "2026-01-15T12:00:00Z"});
    shop::refused(&engine, api.post_as(merchant, &at("ship"), &stated), 403, "field-not-allowed").await;
    let future = json!({"at": "2027-01-15T12:00:00Z"});
    shop::refused(&engine, api.post(&at("ship"), &future), 422, "future-time").await;
    api.post(&at("ship"), &stated).send().await.expect_status(200);
    let nobodys = "/v1/fulfillments/ful_00000000000000000000000000000000/start";
    shop::refused(&engine, api.post(nobodys, &json!({})), 404, "not-found").await;
    engine.stop().await;
}

/// A customer's wish comes before any parcel.
#[tokio::test]
async fn nothing_leaves_while_a_cancellation_is_asked_for_and_what_was_sent_may_arrive() {
    let (engine, api, orders) = working(&[4]).await;
    let automatic = json!({"cancellation_after_payment": "automatic"});
    shop::set(&api, "policies", &automatic).await;
    let parcel = first_parcel(&api, &orders[0]).await;
    let merchant = &api.tokens().merchant;
    let at = |parcel: &str, step: &str| format!("/v1/fulfillments/{parcel}/{step}");
    let part = json!({"lines": [{"line": 0, "quantity": 1}]});
    let shipped = api.post_as(merchant, &at(&parcel, "ship"), &part).send().await.expect_status(200);
    let rest = shipped.body["left_behind"].as_str().unwrap().to_owned();
    // Once something has left, the merchant is asked, whatever the policy says.
    let path = format!("/v1/orders/{}/cancel", orders[0]);
    let wish = api.post_as(&api.tokens().customer, &path, &json!({"reason": "too late"})).send().await;
    assert_eq!(wish.expect_status(200).body["status"], "cancelling");
    let ship = api.post_as(merchant, &at(&rest, "ship"), &json!({}));
    shop::refused(&engine, ship, 409, "wrong-status").await;
    api.post_as(merchant, &at(&parcel, "deliver"), &json!({})).send().await.expect_status(200);
    let path = format!("/v1/orders/{}/approve-cancellation", orders[0]);
    let approved = api.post_as(merchant, &path, &json!({})).send().await.expect_status(200);
    assert_eq!(approved.body["status"], "delivered");
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 99, reserved: 0 });
    assert_eq!(shop::refunds(&api, &orders[0]).await[0]["amount"]["amount"], 300);
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn an_order_ships_and_arrives_with_all_that_is_left_of_it_at_once() {
    let (engine, api, orders) = working(&[4]).await;
    let (id, parcel) = (&orders[0], first_parcel(&api, &orders[0]).await);
    let part = json!({"lines": [{"line": 0, "quantity": 1}]});
    api.post(&format!("/v1/fulfillments/{parcel}/ship"), &part).send().await.expect_status(200);
    let merchant = &api.tokens().merchant;
    let order = |step: &str| format!("/v1/orders/{id}/{step}");
    shop::refused(&engine, api.post_as(merchant, &order("deliver"), &json!({})), 409, "wrong-status").await;
    let shipped = api.post_as(merchant, &order("ship"), &json!({"tracking": "RM2"})).send().await.expect_status(200);
    assert_eq!(shipped.body["status"], "shipped");
    let failed = json!({"reason": "nobody at home"});
    api.post(&format!("/v1/fulfillments/{parcel}/fail-delivery"), &failed).send().await.expect_status(200);
    shop::refused(&engine, api.post_as(merchant, &order("deliver"), &json!({})), 409, "wrong-status").await;
    api.post(&format!("/v1/fulfillments/{parcel}/ship"), &json!({})).send().await.expect_status(200);
    let arrived = api.post_as(merchant, &order("deliver"), &json!({})).send().await.expect_status(200);
    assert_eq!(arrived.body["status"], "delivered");
    let parcels = shop::parcels(&api, id).await;
    assert!(parcels.iter().all(|parcel| parcel["status"] == "delivered"), "{parcels:?}");
    assert_eq!(parcels[1]["tracking"], "RM2");
    engine.stop().await;
}

#[tokio::test]
async fn parcels_are_found_by_what_a_seller_looks_for_and_paged() {
    let (engine, api, orders) = working(&[1, 2, 3]).await;
    let shipped = first_parcel(&api, &orders[1]).await;
    let shipped = api.post(&format!("/v1/fulfillments/{shipped}/ship"), &json!({})).send().await.expect_status(200);
    let position = shipped.position();
    for (query, found) in [
        (String::new(), vec![0, 1, 2]),
        ("direction=descending".to_owned(), vec![2, 1, 0]),
        ("status=open".to_owned(), vec![0, 2]),
        ("status=shipped".to_owned(), vec![1]),
        (format!("order={}", orders[2]), vec![2]),
        ("merchant=demo-merchant&location=main".to_owned(), vec![0, 1, 2]),
        ("location=north".to_owned(), vec![]),
        ("overdue=true".to_owned(), vec![]),
        ("overdue=false".to_owned(), vec![0, 1, 2]),
        ("ship_by_from=2026-01-18T13:00:00Z&ship_by_until=2026-01-18T14:00:00Z".to_owned(), vec![1]),
    ] {
        let path = format!("/v1/fulfillments?min_position={position}&{query}");
        let expected: Vec<&String> = found.into_iter().map(|order: usize| &orders[order]).collect();
        assert_eq!(shop::field(&api.get(&path).await, "order").iter().collect::<Vec<_>>(), expected, "{query}");
    }
    let paged = shop::pages(&api, &api.tokens().merchant, "/v1/fulfillments?limit=1").await;
    let paged: Vec<&str> = paged.iter().map(|parcel| parcel["order"].as_str().unwrap()).collect();
    assert_eq!(paged, orders);
    engine.stop().await;
}

#[tokio::test]
async fn what_does_not_leave_in_time_is_overdue_until_it_leaves() {
    let (engine, api, orders) = working(&[1, 2, 3]).await;
    let [first, second, third] = [0, 1, 2].map(|order: usize| orders[order].clone());
    let (one, two) = (first_parcel(&api, &first).await, first_parcel(&api, &second).await);
    let hold = json!({"reason": "the address is in doubt"});
    api.post(&format!("/v1/fulfillments/{two}/hold"), &hold).send().await.expect_status(200);
    let overdue = async || {
        shop::at_rest(&api).await;
        shop::field(&api.get("/v1/fulfillments?overdue=true").await, "order")
    };
    // The three were opened an hour after each other, and it is three hours after the first.
    engine.clock().advance(chrono::TimeDelta::hours(69) - chrono::TimeDelta::microseconds(1));
    assert_eq!(overdue().await, Vec::<String>::new());
    engine.clock().advance(chrono::TimeDelta::microseconds(1));
    purser_tests::wait::until("the first is overdue", async || (overdue().await.len() == 1).then_some(())).await;
    let seen = api.get(&format!("/v1/fulfillments/{one}")).await;
    assert_eq!(seen["overdue_since"], "2026-01-18T12:00:00.000000Z");
    // What stays behind of a late parcel is late.
    engine.clock().advance(chrono::TimeDelta::hours(2));
    purser_tests::wait::until("all are overdue", async || (overdue().await.len() == 3).then_some(())).await;
    let path = |parcel: &str| format!("/v1/fulfillments/{parcel}/ship");
    api.post(&path(&one), &json!({})).send().await.expect_status(200);
    let three = first_parcel(&api, &third).await;
    let part = json!({"lines": [{"line": 0, "quantity": 1}]});
    api.post(&path(&three), &part).send().await.expect_status(200);
    purser_tests::wait::until("what stayed behind is overdue", async || {
        (overdue().await == [second.clone(), third.clone()]).then_some(())
    })
    .await;
    shop::cancel(&api, &second).await;
    assert_eq!(overdue().await, [third]);
    assert!(api.get(&format!("/v1/fulfillments/{one}")).await.get("overdue_since").is_none());
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn parcels_of_others_are_not_there() {
    let (engine, api, orders) = working(&[1]).await;
    let parcel = first_parcel(&api, &orders[0]).await;
    let stranger = shop::token(&api, "customer", "c-2").await;
    let rival = shop::token(&api, "merchant", "m-2").await;
    let reason = json!({"reason": "not mine"});
    for token in [&stranger, &rival] {
        assert_eq!(api.get_as(token, "/v1/fulfillments").await["items"], json!([]));
        let find = api.with_token(token, Method::GET, &format!("/v1/fulfillments/{parcel}"));
        shop::refused(&engine, find, 404, "not-found").await;
    }
    for step in ["start", "release-hold", "ship", "deliver", "hold", "fail-delivery", "cancel"] {
        let body: Value = if ["hold", "fail-delivery", "cancel"].contains(&step) { reason.clone() } else { json!({}) };
        let call = api.post_as(&rival, &format!("/v1/fulfillments/{parcel}/{step}"), &body);
        shop::refused(&engine, call, 404, "not-found").await;
    }
    // A guest's parcel is nobody's to look at but the seller's.
    let mut guest = order(&[("A", 1)]);
    guest.as_object_mut().unwrap().remove("customer");
    let id = shop::place(&api, &guest).await;
    shop::pay(&api, &id, 100, "tx-guest").await;
    shop::at_rest(&api).await;
    assert_eq!(api.get_as(&api.tokens().customer, "/v1/fulfillments").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.get_as(&api.tokens().merchant, "/v1/fulfillments").await["items"].as_array().unwrap().len(), 2);
    engine.stop().await;
}

/// Three pieces of either SKU at `west`, of `A` at `main`, of `B` at `north`: where an order of one of each comes from is its
/// merchant's to decide.
#[tokio::test]
async fn stock_is_taken_from_where_the_merchant_says() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 100, 3).await;
    shop::receive(&api, "A", "west", 3).await;
    let product = shop::product("demo-merchant", "B", "goods", 100);
    api.post("/v1/products", &product).send().await.expect_status(201);
    shop::receive(&api, "B", "north", 3).await;
    shop::receive(&api, "B", "west", 3).await;
    let sites = json!([{"location": "main", "country": "GB"},
        {"location": "north", "country": "FR", "postal_code": "75001"},
        {"location": "west", "country": "FR", "postal_code": "67000"}]);
    let british = order(&[("A", 1), ("B", 1)]);
    let mut french = british.clone();
    (french["ship_to"]["country"], french["ship_to"]["postal_code"]) = (json!("FR"), json!("75 116"));
    for (policies, body, expected) in [
        (json!({}), &british, "A main, B north"),
        (json!({"allocation": "fewest_parcels"}), &british, "A west, B west"),
        (json!({"allocation": "priority", "allocation_priority": ["north", "west"]}), &british, "A west, B north"),
        (json!({"allocation": "nearest", "sites": sites}), &british, "A main, B north"),
        (json!({"allocation": "nearest", "sites": sites}), &french, "A west, B north"),
    ] {
        shop::set(&api, "policies", &policies).await;
        let id = shop::place(&api, body).await;
        let seen = api.get(&format!("/v1/orders/{id}?min_position={}", api.furthest())).await;
        let mut from: Vec<String> = Vec::new();
        for allocation in seen["allocations"].as_array().unwrap() {
            from.push(format!("{} {}", allocation["sku"].as_str().unwrap(), allocation["location"].as_str().unwrap()));
        }
        assert_eq!(from.join(", "), expected, "{policies}");
        shop::cancel(&api, &id).await;
        shop::at_rest(&api).await;
    }
    let twice = json!({"sites": [{"location": "main", "country": "GB"}, {"location": "main", "country": "FR"}]});
    let refused = api.put("/v1/merchants/demo-merchant/policies", &twice);
    shop::refused(&engine, refused, 422, "invalid-value").await.expect_fault("pointer", "/sites/1/location");
    engine.stop().await;
}
