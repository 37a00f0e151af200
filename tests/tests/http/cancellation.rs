//! Cancellations that a customer asks for and the seller decides.

use purser_tests::{Answered, Api, TestEngine, shop};
use serde_json::json;

/// An order that is being worked on.
async fn working() -> (TestEngine, Api, String) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (id, _) = api.placed(&[("A", 2)]).await;
    shop::pay(&api, &id, 500, "tx-1").await;
    shop::reaches(&api, &id, "processing").await;
    shop::at_rest(&api).await;
    (engine, api, id)
}

async fn asked_by_customer(api: &Api, id: &str) -> Answered {
    let reason = json!({"reason": "ordered twice"});
    let path = format!("/v1/orders/{id}/cancel");
    api.post_as(&api.tokens().customer, &path, &reason).send().await.expect_status(200)
}

#[tokio::test]
async fn a_paid_order_goes_on_when_its_seller_declines() {
    let (engine, api, id) = working().await;
    let _telling = api.tells(&["POST /v1/orders/{id}/decline-cancellation", "wrong-status", "not-found"]);
    let merchant = &api.tokens().merchant;
    let asked = asked_by_customer(&api, &id).await;
    assert_eq!(asked.body, json!({"id": id, "status": "cancelling", "position": asked.position()}));
    assert_eq!(asked_by_customer(&api, &id).await.body["status"], "cancelling");
    let ship = api.post_as(merchant, &format!("/v1/orders/{id}/ship"), &json!({}));
    let refused = shop::refused(&engine, ship, 409, "wrong-status").await;
    assert_eq!(refused.body["order_status"], "cancelling");
    let path = format!("/v1/orders/{id}/decline-cancellation");
    let no = api.post_as(merchant, &path, &json!({"reason": "packed already"})).send().await.expect_status(200);
    assert_eq!(no.body, json!({"id": id, "status": "processing", "position": no.position()}));
    let seen = api.get(&format!("/v1/orders/{id}?min_position={}", no.position())).await;
    let steps: Vec<_> = seen["history"].as_array().unwrap().iter().map(|step| &step["reason"]).collect();
    assert_eq!(steps[3..], [&json!("ordered twice"), &json!("packed already")]);
    let changed = api.post_as(merchant, &path, &json!({"reason": "on its way"}));
    shop::refused(&engine, changed, 409, "wrong-status").await;
    let nobodys = path.replace(&id, "ord_0193abcd0193abcd0193abcd0193abcd");
    shop::refused(&engine, api.post(&nobodys, &json!({"reason": "packed"})), 404, "not-found").await;
    shop::at_rest(&api).await;
    api.post_as(merchant, &format!("/v1/orders/{id}/ship"), &json!({})).send().await.expect_status(200);
    engine.stop().await;
}

#[tokio::test]
async fn a_paid_order_ends_and_its_money_is_owed_back_when_its_seller_consents() {
    let (engine, api, id) = working().await;
    asked_by_customer(&api, &id).await;
    shop::at_rest(&api).await;
    assert_eq!(shop::refunds(&api, &id).await.len(), 0, "nobody has consented yet");
    let consent = json!({"reason": "consented"});
    let path = format!("/v1/orders/{id}/cancel");
    let ended = api.post_as(&api.tokens().merchant, &path, &consent).send().await.expect_status(200);
    assert_eq!(ended.body["status"], "cancelled");
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 10, reserved: 0 });
    let refunds = shop::refunds(&api, &id).await;
    assert_eq!((refunds.len(), &refunds[0]["amount"]["amount"]), (1, &json!(500)));
    engine.stop().await;
}

/// Two pieces of each of two SKUs, being worked on; 900 pence.
async fn two_lines() -> (TestEngine, Api, String) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    api.stocked("B", 200, 10).await;
    let (id, _) = api.placed(&[("A", 2), ("B", 2)]).await;
    shop::pay(&api, &id, 900, "tx-1").await;
    shop::reaches(&api, &id, "processing").await;
    shop::at_rest(&api).await;
    (engine, api, id)
}

#[tokio::test]
async fn single_units_go_back_with_their_stock_and_their_money_and_the_rest_goes_on() {
    let (engine, api, id) = two_lines().await;
    let _telling = api.tells(&["POST /v1/orders/{id}/cancel", "units-not-there", "invalid-value"]);
    let merchant = &api.tokens().merchant;
    let path = format!("/v1/orders/{id}/cancel");
    let units = |line: u32, quantity: i64| json!({"line": line, "quantity": quantity});
    let body = |lines: serde_json::Value| json!({"reason": "out of fashion", "lines": lines});
    for (lines, pointer) in [
        (json!([units(2, 1)]), "/lines/0/line"),
        (json!([units(0, 1), units(0, 1)]), "/lines/1/line"),
        (json!([units(0, 1), units(1, 3)]), "/lines/1/quantity"),
    ] {
        let refused = shop::refused(&engine, api.post_as(merchant, &path, &body(lines)), 422, "units-not-there").await;
        refused.expect_fault("pointer", pointer);
    }
    let nothing = api.post_as(merchant, &path, &body(json!([units(0, 0)])));
    shop::refused(&engine, nothing, 422, "invalid-value").await.expect_fault("pointer", "/lines/0/quantity");
    let taken = api.post_as(merchant, &path, &body(json!([units(0, 1), units(1, 1)]))).send().await.expect_status(200);
    assert_eq!(taken.body["status"], "processing");
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 9, reserved: 0 });
    assert_eq!(shop::stock(&api, "B").await, shop::Counts { on_hand: 9, reserved: 0 });
    let refunds = shop::refunds(&api, &id).await;
    assert_eq!((refunds.len(), &refunds[0]["amount"]["amount"]), (1, &json!(450)));
    assert_eq!(refunds[0]["cause"], "lines_cancelled");
    let sales = api.get("/v1/sales/days").await;
    assert_eq!(
        (&sales["items"][0]["units"], &sales["items"][0]["gross"]["amount"]),
        (&json!(2), &json!(450)),
        "{sales}"
    );
    // What is left is cancelled with what is left of the money.
    let ended = api.post_as(merchant, &path, &json!({"reason": "sold out"})).send().await.expect_status(200);
    assert_eq!(ended.body["status"], "cancelled");
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 10, reserved: 0 });
    let amounts: i64 =
        shop::refunds(&api, &id).await.iter().map(|refund| refund["amount"]["amount"].as_i64().unwrap()).sum();
    assert_eq!(amounts, 900);
    let sales = api.get("/v1/sales/days").await;
    assert_eq!(sales["items"], json!([]));
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_customer_asks_for_single_units_and_the_seller_approves() {
    let (engine, api, id) = two_lines().await;
    let _telling = api.tells(&["POST /v1/orders/{id}/approve-cancellation", "wrong-status", "not-found"]);
    let merchant = &api.tokens().merchant;
    let approve = format!("/v1/orders/{id}/approve-cancellation");
    let nothing_asked = api.post_as(merchant, &approve, &json!({}));
    shop::refused(&engine, nothing_asked, 409, "wrong-status").await;
    let wish = json!({"reason": "one is enough", "lines": [{"line": 0, "quantity": 1}]});
    let cancel = format!("/v1/orders/{id}/cancel");
    let asked = api.post_as(&api.tokens().customer, &cancel, &wish).send().await.expect_status(200);
    assert_eq!(asked.body["status"], "cancelling");
    let approved = api.post_as(merchant, &approve, &json!({})).send().await.expect_status(200);
    assert_eq!(approved.body, json!({"id": id, "status": "processing", "position": approved.position()}));
    shop::at_rest(&api).await;
    let refunds = shop::refunds(&api, &id).await;
    assert_eq!((refunds.len(), &refunds[0]["amount"]["amount"]), (1, &json!(250)));
    let nobodys = approve.replace(&id, "ord_0193abcd0193abcd0193abcd0193abcd");
    shop::refused(&engine, api.post(&nobodys, &json!({})), 404, "not-found").await;
    engine.stop().await;
}
