//! What a customer's bank and a gateway's own desk do with money that was taken: disputes, chargebacks, refunds that come back,
//! refunds that nobody asked for.

use chrono::TimeDelta;
use purser_tests::{Till, shop, wait::until};
use serde_json::{Value, json};

fn money(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

/// An order that is paid and being worked on: the order, the payment, its link, and its name at the gateway.
async fn paid(till: &Till) -> [String; 4] {
    let [order, payment, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    shop::reaches(&till.api, &order, "processing").await;
    let name = till.payment(&payment).await["gateway_reference"].as_str().expect("a name").to_owned();
    [order, payment, link, name]
}

/// The bank, or the customer by way of it, does something, a second later than what was before.
async fn by_the_bank(till: &Till, link: &str, outcome: &str) {
    till.engine.clock().advance(TimeDelta::seconds(1));
    till.sandbox.pay(link, outcome).await;
}

async fn refund_is(till: &Till, order: &str, status: &str) -> Value {
    until(&format!("the refund is {status}"), async || {
        shop::refunds(&till.api, order).await.pop().filter(|refund| refund["status"] == status)
    })
    .await
}

/// The open exceptions of an order: their kinds.
async fn exceptions(till: &Till, order: &str) -> Vec<String> {
    let position = shop::at_rest(&till.api).await;
    let path = format!("/v1/exceptions?status=open&order={order}&min_position={position}");
    shop::field(&till.api.get(&path).await, "kind")
}

async fn reconcile(till: &Till) {
    till.api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200);
}

async fn refunded(till: &Till) -> Value {
    let position = shop::at_rest(&till.api).await;
    let days = till.api.get(&format!("/v1/statistics/days?min_position={position}")).await;
    days["items"][0]["refunds"]["amount"].clone()
}

#[tokio::test]
async fn what_is_owed_of_a_disputed_payment_waits_and_goes_back_when_the_dispute_is_won() {
    let till = Till::connected().await;
    let _telling = till.api.tells(&["GET /v1/payments/{id}", "GET /v1/exceptions"]);
    let [order, payment, link, name] = paid(&till).await;
    by_the_bank(&till, &link, "dispute").await;
    till.reaches(&payment, "disputed").await;
    assert_eq!(exceptions(&till, &order).await, ["payment_disputed"]);
    shop::cancel(&till.api, &order).await;
    refund_is(&till, &order, "requested").await;
    shop::at_rest(&till.api).await;
    assert_eq!(till.sandbox.payment(&name).await["refunds"], json!([]));
    reconcile(&till).await;
    assert_eq!(exceptions(&till, &order).await, ["payment_disputed"], "for as long as it lasts");

    by_the_bank(&till, &link, "win_dispute").await;
    till.reaches(&payment, "captured").await;
    refund_is(&till, &order, "succeeded").await;
    assert_eq!(till.sandbox.refunds(&name, "succeeded").await.len(), 1);
    reconcile(&till).await;
    assert_eq!(exceptions(&till, &order).await, Vec::<String>::new());
    till.close().await;
}

#[tokio::test]
async fn what_the_bank_took_back_is_not_paid_back_once_more() {
    let till = Till::connected().await;
    let _telling = till.api.tells(&["GET /v1/payments/{id}", "GET /v1/refunds"]);
    let [order, payment, link, name] = paid(&till).await;
    by_the_bank(&till, &link, "dispute").await;
    till.reaches(&payment, "disputed").await;
    by_the_bank(&till, &link, "lose_dispute").await;
    let lost = till.reaches(&payment, "charged_back").await;
    assert_eq!((&lost["captured"], &lost["charged_back"]), (&money(250), &money(250)));
    assert_eq!(refunded(&till).await, 250, "it is back already");
    shop::cancel(&till.api, &order).await;
    let settled = refund_is(&till, &order, "succeeded").await;
    assert_eq!((&settled["amount"], &settled["offset"]), (&money(250), &money(250)));
    assert_eq!(till.sandbox.payment(&name).await["refunds"], json!([]));
    assert_eq!(refunded(&till).await, 250, "once");
    assert_eq!(exceptions(&till, &order).await, ["payment_disputed"], "a person hears of the loss");
    till.close().await;
}

/// The callback is lost; the gateway is asked every hour.
#[tokio::test]
async fn how_a_dispute_ended_is_found_by_asking() {
    let till = Till::open().await;
    let [order, payment, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    till.engine.clock().advance(TimeDelta::minutes(1));
    shop::reaches(&till.api, &order, "processing").await;
    by_the_bank(&till, &link, "dispute").await;
    reconcile(&till).await;
    till.reaches(&payment, "disputed").await;
    by_the_bank(&till, &link, "win_dispute").await;
    shop::at_rest(&till.api).await;
    till.engine.clock().advance(TimeDelta::hours(1));
    till.reaches(&payment, "captured").await;
    till.close().await;
}

#[tokio::test]
async fn a_dispute_of_an_order_that_is_over_changes_neither_state_nor_stock_nor_money() {
    let till = Till::connected().await;
    let [order, payment, link, name] = paid(&till).await;
    shop::cancel(&till.api, &order).await;
    refund_is(&till, &order, "succeeded").await;
    shop::at_rest(&till.api).await;
    let stock = shop::stock(&till.api, "A").await;
    for outcome in ["dispute", "win_dispute", "dispute", "lose_dispute"] {
        by_the_bank(&till, &link, outcome).await;
        let status = till.sandbox.payment(&name).await["status"].clone();
        till.reaches(&payment, status.as_str().expect("a status")).await;
    }
    assert_eq!(till.payment(&payment).await["charged_back"], money(0), "nothing was left there");
    assert_eq!(shop::order(&till.api, &order).await["status"], "cancelled");
    assert_eq!(shop::stock(&till.api, "A").await, stock);
    assert_eq!(shop::refunds(&till.api, &order).await.len(), 1);
    assert_eq!(refunded(&till).await, 250);
    till.close().await;
}

#[tokio::test]
async fn a_refund_that_comes_back_is_owed_again_until_a_person_has_it_retried() {
    let till = Till::connected().await;
    let _telling = till.api.tells(&["POST /v1/refunds/{id}/retry", "GET /v1/exceptions"]);
    let [order, _, link, name] = paid(&till).await;
    shop::cancel(&till.api, &order).await;
    let done = refund_is(&till, &order, "succeeded").await;
    by_the_bank(&till, &link, "bounce_refund").await;
    let back = refund_is(&till, &order, "manual_review").await;
    assert_eq!((&back["failure"], back.get("succeeded_at")), (&json!("refused"), None));
    assert_eq!(back["failure_cause"], "account-closed");
    assert_eq!(exceptions(&till, &order).await, ["refund_reversed"]);
    assert_eq!(refunded(&till).await, 0);

    let path = format!("/v1/refunds/{}/retry", done["id"].as_str().expect("an id"));
    till.api.post(&path, &json!({"reason": "another account"})).send().await.expect_status(200);
    let again = refund_is(&till, &order, "succeeded").await;
    assert_ne!(again["transfer_reference"], done["transfer_reference"]);
    assert_eq!(till.sandbox.refunds(&name, "succeeded").await.len(), 1);
    assert_eq!(refunded(&till).await, 250);
    reconcile(&till).await;
    assert_eq!(exceptions(&till, &order).await, Vec::<String>::new());
    till.close().await;
}

/// An order that was paid and cancelled while no callback arrives, and its customer's link.
async fn cancelled_unheard(till: &Till) -> [String; 2] {
    let [order, _, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    till.engine.clock().advance(TimeDelta::minutes(1));
    shop::reaches(&till.api, &order, "processing").await;
    shop::cancel(&till.api, &order).await;
    [order, link]
}

/// Nobody is told of it.
#[tokio::test]
async fn a_refund_that_comes_back_is_found_by_reconciliation() {
    let till = Till::open().await;
    let _telling = till.api.tells(&["POST /v1/reconciliations"]);
    let [order, link] = cancelled_unheard(&till).await;
    let done = refund_is(&till, &order, "succeeded").await;
    by_the_bank(&till, &link, "bounce_refund").await;
    let report = till.api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200).body;
    let found = &report["found"][0];
    assert_eq!(
        (&found["kind"], &found["subject"], &found["outcome"]),
        (&json!("refund_reversed"), &done["id"], &json!("queued"))
    );
    refund_is(&till, &order, "manual_review").await;
    assert_eq!(exceptions(&till, &order).await, ["refund_reversed"]);
    till.close().await;
}

/// The callback is lost; for a month the gateway is asked once a day.
#[tokio::test]
async fn a_refund_that_comes_back_is_found_by_asking() {
    let till = Till::open().await;
    let [order, link] = cancelled_unheard(&till).await;
    refund_is(&till, &order, "succeeded").await;
    shop::at_rest(&till.api).await;
    till.engine.clock().advance(TimeDelta::days(20));
    shop::at_rest(&till.api).await;
    refund_is(&till, &order, "succeeded").await;
    by_the_bank(&till, &link, "bounce_refund").await;
    till.engine.clock().advance(TimeDelta::days(1));
    refund_is(&till, &order, "manual_review").await;
    assert_eq!(exceptions(&till, &order).await, ["refund_reversed"]);
    till.close().await;
}

/// Two of a thing for a gift card and a payment at the gateway: the order, and the payment.
async fn paid_by_card_and_gateway(till: &Till) -> (String, String) {
    let (order, _) = till.api.placed(&[("A", 2)]).await;
    shop::pay(&till.api, &order, 250, "card-1").await;
    let payment = till.begin(&order, "automatic").await;
    let link = till.link(&payment).await;
    till.sandbox.pay(&link, "succeed").await;
    shop::reaches(&till.api, &order, "processing").await;
    (order, payment)
}

async fn give_back_at_the_desk(till: &Till, payment: &str, pence: i64) {
    let seen = till.payment(payment).await;
    let name = seen["gateway_reference"].as_str().expect("a name").to_owned();
    let before = seen["refunded_outside"].as_array().map_or(0, Vec::len);
    till.engine.clock().advance(TimeDelta::seconds(1));
    till.sandbox.give_back(&name, &format!("desk-{before}"), pence).await;
    until("the desk's refund is known", async || {
        let payment = till.payment(payment).await;
        payment["refunded_outside"].as_array().filter(|known| known.len() > before).map(drop)
    })
    .await;
}

/// The gateway's desk gives back all that it took.
async fn given_back_at_the_desk(till: &Till) -> (String, String) {
    let (order, payment) = paid_by_card_and_gateway(till).await;
    give_back_at_the_desk(till, &payment, 250).await;
    (order, payment)
}

#[tokio::test]
async fn what_a_gateways_desk_gave_back_is_not_sent_by_hand_either() {
    let till = Till::connected().await;
    let (order, _) = given_back_at_the_desk(&till).await;
    one_is_cancelled(&till, &order).await;
    let done = refund_is(&till, &order, "succeeded").await;
    assert_eq!((&done["payment_reference"], &done["offset"]), (&json!("card-1"), &money(250)));
    assert_eq!(refunded(&till).await, 250);
    till.close().await;
}

/// One of the two things is not wanted.
async fn one_is_cancelled(till: &Till, order: &str) {
    let unit = json!({"reason": "one is enough", "lines": [{"line": 0, "quantity": 1}]});
    till.api.post(&format!("/v1/orders/{order}/cancel"), &unit).send().await.expect_status(200);
}

/// What is left of the order is cancelled: it is the gift card that is still there, and a person sends it.
async fn the_rest_goes_back_by_hand(till: &Till, order: &str) {
    shop::cancel(&till.api, order).await;
    let rest = until("the rest is in people's hands", async || {
        let refunds = shop::refunds(&till.api, order).await;
        assert!(refunds.iter().all(|refund| refund["payment_reference"] == "card-1"), "{refunds:?}");
        refunds.into_iter().find(|refund| refund["status"] == "submitted")
    })
    .await;
    assert_eq!(
        (&rest["amount"], &rest["channel"], &rest["offset"]),
        (&money(250), &json!("back_office"), &Value::Null)
    );
    let done = format!("/v1/refunds/{}/done", rest["id"].as_str().expect("an id"));
    till.api.post(&done, &json!({"reference": "bank-1"})).send().await.expect_status(200);
    assert_eq!(refunded(till).await, 500);
    reconcile(till).await;
    assert_eq!(exceptions(till, order).await, Vec::<String>::new());
    shop::verified(till.engine.database()).await.expect("a whole log and true views");
}

#[tokio::test]
async fn what_a_gateways_desk_gave_back_is_not_asked_of_it_when_more_is_owed() {
    let till = Till::connected().await;
    let (order, _) = given_back_at_the_desk(&till).await;
    one_is_cancelled(&till, &order).await;
    refund_is(&till, &order, "succeeded").await;
    the_rest_goes_back_by_hand(&till, &order).await;
    till.close().await;
}

/// A person has it on the list when the desk is quicker.
#[tokio::test]
async fn what_a_person_has_in_hand_is_not_sent_when_a_gateways_desk_has_given_it_back() {
    let till = Till::connected().await;
    let (order, payment) = paid_by_card_and_gateway(&till).await;
    one_is_cancelled(&till, &order).await;
    let asked = refund_is(&till, &order, "submitted").await;
    assert_eq!((&asked["channel"], &asked["payment_reference"]), (&json!("back_office"), &json!("card-1")));
    give_back_at_the_desk(&till, &payment, 100).await;
    let less = until("a part counts", async || {
        shop::refunds(&till.api, &order).await.pop().filter(|refund| refund["offset"] == money(100))
    })
    .await;
    assert_eq!(less["status"], "submitted");
    give_back_at_the_desk(&till, &payment, 150).await;
    let done = refund_is(&till, &order, "succeeded").await;
    assert_eq!((&done["id"], &done["offset"]), (&asked["id"], &money(250)));
    let path = format!("/v1/refunds/{}/done", done["id"].as_str().expect("an id"));
    till.api.post(&path, &json!({"reference": "bank-1"})).send().await.expect_status(409);
    assert_eq!(refunded(&till).await, 250);
    the_rest_goes_back_by_hand(&till, &order).await;
    till.close().await;
}

#[tokio::test]
async fn what_is_owed_of_a_payment_itself_comes_before_what_is_owed_of_others() {
    let till = Till::connected().await;
    let (order, _) = given_back_at_the_desk(&till).await;
    shop::cancel(&till.api, &order).await;
    let refunds = until("both are in hand", async || {
        shop::at_rest(&till.api).await;
        let mut refunds = shop::refunds(&till.api, &order).await;
        refunds.sort_by_key(|refund| refund["status"].to_string());
        (refunds.len() == 2).then_some(refunds)
    })
    .await;
    let told =
        |refund: &Value| (refund["status"].clone(), refund["payment_reference"].clone(), refund["offset"].clone());
    assert_eq!(told(&refunds[0]), (json!("submitted"), json!("card-1"), Value::Null));
    assert_eq!((&refunds[1]["status"], &refunds[1]["offset"]), (&json!("succeeded"), &money(250)));
    till.close().await;
}

#[tokio::test]
async fn what_a_gateways_desk_gave_back_is_not_sent_again() {
    let till = Till::connected().await;
    let _telling = till.api.tells(&["GET /v1/payments/{id}", "GET /v1/statistics/days"]);
    let [order, payment, _, name] = paid(&till).await;
    till.engine.clock().advance(TimeDelta::seconds(1));
    till.sandbox.give_back(&name, "desk-1", 100).await;
    let seen = until("the desk's refund is known", async || {
        let payment = till.payment(&payment).await;
        payment["refunded_outside"].is_array().then_some(payment)
    })
    .await;
    assert_eq!((&seen["refunded_outside"][0]["amount"], &seen["status"]), (&money(100), &json!("captured")));
    assert_eq!(refunded(&till).await, 100);
    shop::cancel(&till.api, &order).await;
    let done = refund_is(&till, &order, "succeeded").await;
    assert_eq!((&done["amount"], &done["offset"]), (&money(250), &money(100)));
    let sent: Vec<i64> = till.sandbox.refunds(&name, "succeeded").await.into_iter().map(|(_, sent)| sent).collect();
    assert_eq!(sent, [100, 150]);
    assert_eq!(refunded(&till).await, 250);
    till.close().await;
}
