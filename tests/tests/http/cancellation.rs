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
