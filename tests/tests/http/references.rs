//! One payment reference pays one order of a merchant.

use std::sync::Arc;

use futures_util::future::join_all;
use purser_domain::Timestamp;
use purser_tests::{Api, Letter, TestEngine, Till, api::Call, sandbox::SECRET, shop};
use serde_json::{Value, json};

fn slip(reference: &str, amount: i64) -> Value {
    json!({"reference": reference, "amount": {"amount": amount, "currency": "GBP"}})
}

fn pay<'a>(api: &'a Api, order: &str, reference: &str) -> Call<'a> {
    api.post(&format!("/v1/orders/{order}/pay"), &slip(reference, 500))
}

/// A payment that must be told which order its reference has paid.
async fn taken(engine: &TestEngine, api: &Api, order: &str, paid: &str) {
    let refused = shop::refused(engine, pay(api, order, "tx-1"), 409, "payment-reference-used").await;
    assert_eq!(refused.body["paid_order"], paid);
    refused.expect_fault("pointer", "/reference");
}

#[tokio::test]
async fn a_reference_that_paid_an_order_pays_no_other_of_the_merchant() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["payment-reference-used", "POST /v1/orders/{id}/pay"]);
    api.stocked("A", 250, 10).await;
    shop::stocked(&api, "m-2", "B", 500, 10).await;
    let ((first, _), (second, _)) = (api.placed(&[("A", 2)]).await, api.placed(&[("A", 2)]).await);
    let (elsewhere, _) = api.placed(&[("B", 1)]).await;
    shop::pay(&api, &first, 500, "tx-1").await;
    shop::at_rest(&api).await;
    taken(&engine, &api, &second, &first).await;
    // The same once more for the order that it paid is the same payment.
    pay(&api, &first, "tx-1").send().await.expect_status(200);
    assert_eq!(shop::order(&api, &first).await["payments"].as_array().unwrap().len(), 1);
    assert_eq!(shop::order(&api, &second).await["status"], "pending_payment");
    // Another seller's bank names its transfers as it likes.
    pay(&api, &elsewhere, "tx-1").send().await.expect_status(200);

    // Money that comes late or on top of the rest is money as well.
    shop::cancel(&api, &second).await;
    shop::at_rest(&api).await;
    taken(&engine, &api, &second, &first).await;
    pay(&api, &second, "tx-2").send().await.expect_status(200);
    shop::at_rest(&api).await;
    let surplus = pay(&api, &first, "tx-2");
    let refused = shop::refused(&engine, surplus, 409, "payment-reference-used").await;
    assert_eq!(refused.body["paid_order"], second.as_str());
    shop::verified(engine.database()).await.expect("a whole log and true views");

    // What the log says is known after a restart.
    let clock = Arc::clone(engine.clock());
    let engine = Box::pin(TestEngine::start_on(engine.stop().await, clock)).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    shop::at_rest(&api).await;
    let (third, _) = api.placed(&[("A", 2)]).await;
    shop::at_rest(&api).await;
    taken(&engine, &api, &third, &first).await;
    engine.stop().await;
}

#[tokio::test]
async fn of_many_orders_that_are_paid_at_once_by_one_reference_one_is_paid() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 100).await;
    let mut orders = Vec::new();
    for _ in 0..12 {
        orders.push(api.placed(&[("A", 2)]).await.0);
    }
    let answers = join_all(orders.iter().map(|order| pay(&api, order, "tx-1").send())).await;
    let (paid, refused): (Vec<_>, Vec<_>) =
        orders.iter().zip(answers).partition(|(_, answer)| answer.status.is_success());
    let [(paid, _)] = paid.as_slice() else { panic!("{} orders were paid by one transfer", paid.len()) };
    for (_, answer) in refused {
        let refused = answer.expect_problem(409, "payment-reference-used");
        assert_eq!(refused.body["paid_order"], paid.as_str());
    }
    engine.stop().await;
}

#[tokio::test]
async fn what_a_gateway_took_is_not_booked_by_hand_for_another_order() {
    let till = Till::connected().await;
    let api = &till.api;
    let [order, payment, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    shop::reaches(api, &order, "processing").await;
    let captured = till.reaches(&payment, "captured").await;
    let reference = captured["captures"][0]["reference"].as_str().unwrap();
    let (other, _) = api.placed(&[("A", 1)]).await;
    shop::at_rest(api).await;
    let by_hand = api.post(&format!("/v1/orders/{other}/pay"), &slip(reference, 250));
    let refused = shop::refused(&till.engine, by_hand, 409, "payment-reference-used").await;
    assert_eq!(refused.body["paid_order"], order.as_str());
    till.close().await;
}

/// A payment that its customer has paid, and the letter about it that has not arrived: the order, the payment, the letter.
async fn paid_unheard(till: &Till) -> (String, String, Letter) {
    let [order, payment, link] = till.payable("automatic").await;
    let letter = paid_at(till, &link).await;
    (order, payment, letter)
}

async fn paid_at(till: &Till, link: &str) -> Letter {
    let before = till.postbox.letters().len();
    till.sandbox.pay(link, "succeed").await;
    till.postbox.holds(before + 1).await.remove(before)
}

fn reference_of(letter: &Letter) -> String {
    letter.says()["data"]["captures"][0]["reference"].as_str().expect("a reference").to_owned()
}

/// The same letter, from a gateway that gives its captures another reference.
fn under(letter: &Letter, reference: &str) -> Letter {
    let body = letter.body.replace(&reference_of(letter), reference);
    Letter::signed(SECRET, &letter.id, letter.timestamp.parse().map(at).expect("seconds"), body)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).expect("a time")
}

/// The exceptions about a reference that is used already, of one order.
async fn reuses(api: &Api, order: &str) -> Vec<Value> {
    let position = shop::at_rest(api).await;
    let path = format!("/v1/exceptions?kind=payment_reference_reused&order={order}&min_position={position}");
    shop::items(&api.get(&path).await)
}

/// What the gateway says afterwards, it took before: staff booked its transfer for another order.
#[tokio::test]
async fn what_a_gateway_takes_under_a_used_reference_is_taken_and_a_person_hears_of_it_once() {
    let till = Till::open().await;
    let api = &till.api;
    let _telling = api.tells(&["GET /v1/exceptions", "POST /v1/exceptions/{id}/settle", "POST /v1/reconciliations"]);
    let (first, _) = api.placed(&[("A", 1)]).await;
    let (second, payment, letter) = paid_unheard(&till).await;
    let reference = reference_of(&letter);
    shop::pay(api, &first, 250, &reference).await;
    assert_eq!(reuses(api, &first).await, Vec::<Value>::new());

    till.deliver(&letter).await;
    shop::reaches(api, &second, "processing").await;
    let raised = reuses(api, &second).await;
    let [reuse] = &raised[..] else { panic!("{raised:?}") };
    let shown = ["subject", "detail", "merchant", "status"].map(|name| &reuse[name]);
    let detail = format!("taken under {reference}, by which {first} was paid");
    assert_eq!(shown, [&json!(payment), &json!(detail), &json!("demo-merchant"), &json!("open")]);

    // It stays with a person, and repeats are no news, before they have settled it and after.
    let settle = format!("/v1/exceptions/{}/settle", reuse["id"].as_str().expect("an id"));
    for status in ["open", "settled"] {
        till.deliver(&letter.again(till.now())).await;
        api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200);
        let known = reuses(api, &second).await;
        assert_eq!((known.len(), &known[0]["status"], &known[0]["times"]), (1, &json!(status), &json!(1)));
        api.post(&settle, &json!({"reason": "booked for the wrong one"})).send().await.expect_status(200);
    }
    assert_eq!(reuses(api, &first).await, Vec::<Value>::new());
    till.close().await;
}

/// The order has this money once. Where it was booked by hand it goes back by hand, and whatever the gateway's desk does is beside
/// that: a person has to know.
#[tokio::test]
async fn a_gateways_transfer_that_staff_have_booked_for_the_same_order_is_told_of() {
    let till = Till::open().await;
    let api = &till.api;
    let (order, payment, letter) = paid_unheard(&till).await;
    let reference = reference_of(&letter);
    shop::pay(api, &order, 250, &reference).await;
    till.deliver(&letter).await;
    let raised = reuses(api, &order).await;
    let [reuse] = &raised[..] else { panic!("{raised:?}") };
    let detail = format!("taken under {reference}, by which {order} was paid");
    assert_eq!((&reuse["subject"], &reuse["detail"]), (&json!(payment), &json!(detail)));
    assert_eq!(shop::order(api, &order).await["payments"].as_array().map(Vec::len), Some(1));
    till.close().await;
}

/// A part that was booked under the reference of a transfer of another sum. Nobody else's payments wait for a person to see it.
#[tokio::test]
async fn a_payment_that_cannot_be_recorded_does_not_keep_a_reconciliation_from_the_others() {
    let till = Till::open().await;
    let api = &till.api;
    let _telling = api.tells(&["POST /v1/reconciliations", "GET /v1/exceptions"]);
    let (order, payment, letter) = paid_unheard(&till).await;
    let (other, _, _) = paid_unheard(&till).await;
    let part = slip(&reference_of(&letter), 100);
    api.post(&format!("/v1/orders/{order}/pay"), &part).send().await.expect_status(200);
    api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200);
    shop::reaches(api, &other, "processing").await;
    let position = shop::at_rest(api).await;
    let mismatches = format!("/v1/exceptions?kind=payment_mismatch&order={order}&min_position={position}");
    let mismatches = shop::items(&api.get(&mismatches).await);
    assert_eq!(mismatches.len(), 1, "{payment}: {mismatches:?}");
    assert!(mismatches[0]["detail"].as_str().expect("words").contains("on record as 1.00 GBP"), "{mismatches:?}");
    till.close().await;
}

#[tokio::test]
async fn every_payment_that_a_gateway_takes_under_one_reference_is_told_of_by_itself() {
    let till = Till::open().await;
    let api = &till.api;
    let (first, _) = api.placed(&[("A", 1)]).await;
    shop::pay(api, &first, 250, "tx-1").await;
    // Two payments of one order, as two tabs begin them.
    let [second, payment, link] = till.payable("automatic").await;
    let other = till.begin(&second, "automatic").await;
    let links = [link, till.link(&other).await];
    let (third, last, letter) = paid_unheard(&till).await;
    for link in links {
        till.deliver(&under(&paid_at(&till, &link).await, "tx-1")).await;
    }
    till.deliver(&under(&letter, "tx-1")).await;
    for order in [&second, &third] {
        shop::reaches(api, order, "processing").await;
    }
    let (of_second, of_third) = (reuses(api, &second).await, reuses(api, &third).await);
    let mut subjects: Vec<&Value> = of_second.iter().map(|reuse| &reuse["subject"]).collect();
    subjects.sort_by_key(ToString::to_string);
    let mut payments = [json!(payment), json!(other)];
    payments.sort_by_key(ToString::to_string);
    assert_eq!(subjects, payments.each_ref());
    assert_eq!(of_third.iter().map(|reuse| &reuse["subject"]).collect::<Vec<_>>(), [&json!(last)]);
    let paid = |reuse: &Value| reuse["detail"].as_str().expect("words").contains(&first);
    assert!(of_second.iter().chain(&of_third).all(paid), "the reference stays with the order that has it");
    till.close().await;
}
