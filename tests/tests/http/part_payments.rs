//! Totals that are paid in parts by hand: gift cards, several transfers, and a gateway for the rest.

use chrono::TimeDelta;
use purser_tests::{Answered, Api, Till, shop};
use serde_json::{Value, json};

fn money(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

async fn part(api: &Api, order: &str, reference: &str, amount: i64, tender: &str) -> Answered {
    let body = json!({"reference": reference, "amount": money(amount), "tender": tender});
    api.post(&format!("/v1/orders/{order}/pay"), &body).send().await.expect_status(200)
}

/// What an order shows of its payments: role, reference, amount and tender.
fn payments(order: &Value) -> Vec<(String, String, i64, Value)> {
    let text = |payment: &Value, field: &str| payment[field].as_str().unwrap().to_owned();
    let shown = |payment: &Value| {
        let amount = payment["amount"]["amount"].as_i64().unwrap();
        (text(payment, "role"), text(payment, "reference"), amount, payment["tender"].clone())
    };
    order["payments"].as_array().unwrap().iter().map(shown).collect()
}

fn taken(role: &str, reference: &str, amount: i64, tender: &Value) -> (String, String, i64, Value) {
    (role.to_owned(), reference.to_owned(), amount, tender.clone())
}

/// Each refund of an order: cause, amount and the payment that it is of.
async fn owed(api: &Api, order: &str) -> Vec<(String, i64, String)> {
    let text = |refund: &Value, field: &str| refund[field].as_str().unwrap().to_owned();
    let refunds = shop::refunds(api, order).await;
    let mut owed: Vec<_> = refunds
        .iter()
        .map(|refund| {
            let amount = refund["amount"]["amount"].as_i64().unwrap();
            (text(refund, "cause"), amount, text(refund, "payment_reference"))
        })
        .collect();
    owed.sort();
    owed
}

#[tokio::test]
async fn a_gift_card_of_400_and_a_transfer_of_600_pay_an_order_of_1000() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/orders/{id}/pay", "amount-mismatch"]);
    api.stocked("A", 1_000, 10).await;
    let (id, _) = api.placed(&[("A", 1)]).await;
    let first = part(&api, &id, "card-1", 400, "gift_card").await;
    assert_eq!(first.body["status"], "pending_payment");
    let (card, transfer) = (json!("gift_card"), json!("bank_transfer"));
    let open = shop::order(&api, &id).await;
    assert_eq!(payments(&open), [taken("partial", "card-1", 400, &card)]);
    assert_eq!(api.get("/v1/sales/days").await["items"], json!([]), "a part is no sale");

    // The same slip once more is the same money, and more than is open is a slip of the pen.
    part(&api, &id, "card-1", 400, "gift_card").await;
    shop::at_rest(&api).await;
    let more = json!({"reference": "bank-1", "amount": money(601)});
    let refused = api.post(&format!("/v1/orders/{id}/pay"), &more);
    let refused = shop::refused(&engine, refused, 422, "amount-mismatch").await;
    assert_eq!(refused.body["detail"], "6.00 GBP of the order's total are open, not 6.01 GBP");

    let last = part(&api, &id, "bank-1", 600, "bank_transfer").await;
    assert_eq!(last.body["status"], "paid");
    let paid = shop::reaches(&api, &id, "processing").await;
    let both = [taken("settlement", "card-1", 400, &card), taken("settlement", "bank-1", 600, &transfer)];
    assert_eq!(payments(&paid), both);
    let history = shop::field(&json!({"items": paid["history"]}), "event");
    assert_eq!(history[..3], ["OrderPlaced", "PartialPaymentReceived", "OrderPaid"]);
    let day = &api.get("/v1/sales/days").await["items"][0];
    assert_eq!((&day["orders"], &day["gross"]), (&json!(1), &money(1_000)));
    shop::at_rest(&api).await;
    let day = &api.get("/v1/statistics/days").await["items"][0];
    assert_eq!((&day["orders"]["paid"], &day["sales"]["paid"]), (&json!(1), &json!(1_000)), "{day}");

    // What is owed back of the whole is owed of both.
    shop::cancel(&api, &id).await;
    shop::at_rest(&api).await;
    let cancelled = |amount, of: &str| ("order_cancelled".to_owned(), amount, of.to_owned());
    assert_eq!(owed(&api, &id).await, [cancelled(400, "card-1"), cancelled(600, "bank-1")]);
    shop::verified(engine.database()).await.expect("a whole log and true views");
    engine.stop().await;
}

#[tokio::test]
async fn an_order_that_ends_half_paid_owes_back_every_part() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 1_000, 10).await;
    let mut ended = Vec::new();
    for (number, is_cancelled) in [(1, true), (2, false)] {
        let (id, _) = api.placed(&[("A", 1)]).await;
        part(&api, &id, &format!("card-{number}"), 400, "gift_card").await;
        part(&api, &id, &format!("cash-{number}"), 100, "cash").await;
        if is_cancelled {
            shop::cancel(&api, &id).await;
        } else {
            shop::at_rest(&api).await;
            engine.clock().advance(TimeDelta::minutes(30));
            shop::reaches(&api, &id, "expired").await;
        }
        ended.push((number, id));
    }
    shop::at_rest(&api).await;
    for (number, id) in ended {
        let incomplete = |amount, of: &str| ("incomplete_payment".to_owned(), amount, format!("{of}-{number}"));
        assert_eq!(owed(&api, &id).await, [incomplete(100, "cash"), incomplete(400, "card")]);
        assert!(shop::refunds(&api, &id).await.iter().all(|refund| refund["channel"] == "back_office"));
    }
    shop::verified(engine.database()).await.expect("a whole log and true views");
    engine.stop().await;
}

#[tokio::test]
async fn a_gateway_takes_what_a_gift_card_left_open() {
    let till = Till::connected().await;
    let api = &till.api;
    let (order, _) = api.placed(&[("A", 4)]).await;
    part(api, &order, "card-1", 400, "gift_card").await;
    let payment = till.begin(&order, "automatic").await;
    let link = till.link(&payment).await;
    assert_eq!(till.payment(&payment).await["amount"], money(600));
    till.sandbox.pay(&link, "succeed").await;
    let paid = shop::reaches(api, &order, "processing").await;
    let captured = till.reaches(&payment, "captured").await;
    let reference = captured["captures"][0]["reference"].as_str().unwrap();
    let both =
        [taken("settlement", "card-1", 400, &json!("gift_card")), taken("settlement", reference, 600, &Value::Null)];
    assert_eq!(payments(&paid), both);
    shop::cancel(api, &order).await;
    shop::at_rest(api).await;
    let mut expected = vec![
        ("order_cancelled".to_owned(), 400, "card-1".to_owned()),
        ("order_cancelled".to_owned(), 600, reference.to_owned()),
    ];
    expected.sort();
    assert_eq!(owed(api, &order).await, expected);
    let channels = shop::refunds(api, &order).await;
    let of =
        |name: &str| channels.iter().find(|refund| refund["payment_reference"] == name).unwrap()["channel"].clone();
    assert_eq!((of("card-1"), of(reference)), (json!("back_office"), json!("gateway")));
    till.close().await;
}

/// The customer went on to pay all of it at the link after the gift card was booked.
#[tokio::test]
async fn a_gift_card_goes_back_where_a_gateway_took_all_of_it() {
    let till = Till::connected().await;
    let api = &till.api;
    let [order, _, link] = till.payable("automatic").await;
    part(api, &order, "card-1", 100, "gift_card").await;
    till.sandbox.pay(&link, "succeed").await;
    shop::reaches(api, &order, "processing").await;
    shop::at_rest(api).await;
    assert_eq!(owed(api, &order).await, [("incomplete_payment".to_owned(), 100, "card-1".to_owned())]);
    till.close().await;
}
