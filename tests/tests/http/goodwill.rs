//! Money that staff gives back for nothing that comes back.

use chrono::TimeDelta;
use purser_tests::{Api, Till, api::Call, shop, wait::until};
use reqwest::Method;
use serde_json::{Value, json};

fn money(amount: i64) -> Value {
    json!({"amount": amount, "currency": "GBP"})
}

fn give<'a>(api: &'a Api, order: &str, amount: i64, key: &'a str) -> Call<'a> {
    let body = json!({"amount": money(amount), "reason": "the wrapping was torn"});
    let path = format!("/v1/orders/{order}/refunds");
    api.with_token(&api.tokens().back_office, Method::POST, &path).key(key).json(&body)
}

/// Four of `A` for 1000 pence, 400 of them by a gift card and the rest through the gateway; delivered. The order, its payment, the
/// payment's link and its reference.
async fn delivered(till: &Till) -> [String; 4] {
    let api = &till.api;
    let (order, _) = api.placed(&[("A", 4)]).await;
    let card = json!({"reference": "card-1", "amount": money(400), "tender": "gift_card"});
    api.post(&format!("/v1/orders/{order}/pay"), &card).send().await.expect_status(200);
    let payment = till.begin(&order, "automatic").await;
    let link = till.link(&payment).await;
    till.sandbox.pay(&link, "succeed").await;
    shop::reaches(api, &order, "processing").await;
    for step in ["ship", "deliver"] {
        api.post(&format!("/v1/orders/{order}/{step}"), &json!({})).send().await.expect_status(200);
    }
    shop::at_rest(api).await;
    let reference = till.payment(&payment).await["captures"][0]["reference"].as_str().unwrap().to_owned();
    [order, payment, link, reference]
}

/// Each refund of an order: cause, amount, the payment that it is of, and in whose hands it is.
async fn refunds(api: &Api, order: &str) -> Vec<(String, i64, String, String)> {
    let text = |refund: &Value, field: &str| refund[field].as_str().unwrap_or_default().to_owned();
    let refunds = shop::refunds(api, order).await;
    let shown = |refund: &Value| {
        let amount = refund["amount"]["amount"].as_i64().unwrap();
        (text(refund, "cause"), amount, text(refund, "payment_reference"), text(refund, "channel"))
    };
    let mut shown: Vec<_> = refunds.iter().map(shown).collect();
    shown.sort();
    shown
}

fn refund(cause: &str, amount: i64, of: &str, channel: &str) -> (String, i64, String, String) {
    (cause.to_owned(), amount, of.to_owned(), channel.to_owned())
}

async fn all_done(api: &Api, order: &str) {
    shop::at_rest(api).await;
    for refund in shop::refunds(api, order).await {
        if refund["channel"] == "back_office" && refund["status"] != "succeeded" {
            let path = format!("/v1/refunds/{}/done", refund["id"].as_str().unwrap());
            api.post(&path, &json!({"reference": "bank-1"})).send().await.expect_status(200);
        }
    }
    until("all money is back", async || {
        let refunds = shop::refunds(api, order).await;
        refunds.iter().all(|refund| refund["status"] == "succeeded").then_some(())
    })
    .await;
    shop::at_rest(api).await;
}

async fn findings(api: &Api) -> Vec<String> {
    shop::at_rest(api).await;
    let report = api.post("/v1/reconciliations", &json!({})).send().await.expect_status(200).body;
    let word = |found: &Value, name: &str| found[name].as_str().unwrap().to_owned();
    let found = report["found"].as_array().unwrap().iter();
    found.map(|found| format!("{} {}", word(found, "kind"), word(found, "outcome"))).collect()
}

#[tokio::test]
async fn goodwill_goes_over_all_payments_of_an_order_and_never_past_what_was_taken() {
    let till = Till::connected().await;
    let (api, engine) = (&till.api, &till.engine);
    let _telling = api.tells(&["POST /v1/orders/{id}/refunds", "refund-too-high"]);
    let [order, _, _, reference] = delivered(&till).await;
    let given = give(api, &order, 500, "one").send().await.expect_status(200);
    assert_eq!((&given.body["id"], &given.body["status"]), (&json!(order), &json!("delivered")));
    // The same request again is the same gift.
    assert_eq!(give(api, &order, 500, "one").send().await.expect_status(200).text, given.text);
    shop::at_rest(api).await;
    let both = [refund("goodwill", 100, &reference, "gateway"), refund("goodwill", 400, "card-1", "back_office")];
    assert_eq!(refunds(api, &order).await, both);
    let day = &api.get("/v1/sales/days").await["items"][0];
    assert_eq!((&day["orders"], &day["units"], &day["gross"]), (&json!(1), &json!(4), &money(500)));
    all_done(api, &order).await;
    let day = &api.get("/v1/statistics/days").await["items"][0];
    assert_eq!((&day["refunds"]["amount"], &day["net"], &day["sales"]["units"]), (&json!(500), &json!(500), &json!(4)));
    assert_eq!(day["returns"]["units"], 0);

    let more = shop::refused(engine, give(api, &order, 501, "two"), 409, "refund-too-high").await;
    assert_eq!(more.body["left"], money(500));
    more.expect_fault("pointer", "/amount");
    // Goods that come back later bring what is left, and no more.
    let all = json!({"kind": "refund_only", "lines": [{"line": 0, "quantity": 4, "reason": "broken"}]});
    let asked = api.post(&format!("/v1/orders/{order}/returns"), &all).send().await.expect_status(201);
    let back = asked.body["id"].as_str().unwrap();
    api.post(&format!("/v1/returns/{back}/approve"), &json!({})).send().await.expect_status(200);
    all_done(api, &order).await;
    let sum: i64 = refunds(api, &order).await.iter().map(|(_, amount, ..)| amount).sum();
    assert_eq!(sum, 1_000);
    assert_eq!(api.get(&format!("/v1/returns/{back}")).await["status"], "closed");
    let nothing = shop::refused(engine, give(api, &order, 1, "three"), 409, "refund-too-high").await;
    assert_eq!(nothing.body["left"], money(0));
    assert_eq!(api.get("/v1/sales/days").await["items"], json!([]));
    assert_eq!(findings(api).await, Vec::<String>::new());
    till.close().await;
}

#[tokio::test]
async fn goodwill_takes_the_points_back_that_the_money_had_earned() {
    let (engine, api) = shop::open().await;
    shop::set(&api, "policies", &shop::points_policy()).await;
    api.stocked("A", 250, 10).await;
    let order = shop::place(&api, &shop::order_with(&[("A", 4)], &json!({}))).await;
    shop::pay(&api, &order, 1_000, "tx-1").await;
    shop::complete(&api, &order).await;
    assert_eq!(shop::points(&api, "demo-customer").await, (100, 0));
    give(&api, &order, 500, "one").send().await.expect_status(200);
    assert_eq!(shop::points(&api, "demo-customer").await, (50, 0));
    // The same request again is the same gift.
    give(&api, &order, 500, "one").send().await.expect_status(200);
    all_done(&api, &order).await;
    assert_eq!(shop::points(&api, "demo-customer").await, (50, 0));
    let back = json!({"kind": "refund_only", "lines": [{"line": 0, "quantity": 4, "reason": "broken"}]});
    let asked = api.post(&format!("/v1/orders/{order}/returns"), &back).send().await.expect_status(201);
    let back = asked.body["id"].as_str().unwrap();
    api.post(&format!("/v1/returns/{back}/approve"), &json!({})).send().await.expect_status(200);
    all_done(&api, &order).await;
    assert_eq!(shop::points(&api, "demo-customer").await, (0, 0));
    assert_eq!(findings(&api).await, Vec::<String>::new());
    shop::verified(engine.database()).await.expect("a whole log and true views");
    engine.stop().await;
}

#[tokio::test]
async fn why_it_was_given_is_for_staff() {
    let till = Till::connected().await;
    let api = &till.api;
    let [order, ..] = delivered(&till).await;
    give(api, &order, 100, "one").send().await.expect_status(200);
    shop::at_rest(api).await;
    let path = format!("/v1/orders/{order}");
    let seen = async |token: &str| {
        let order = api.get_as(token, &path).await;
        let steps = order["history"].as_array().unwrap();
        let reason = |step: &&Value| step["event"] == "GoodwillGranted";
        steps.iter().find(reason).expect("it is in the history")["reason"].clone()
    };
    let tokens = api.tokens();
    assert_eq!(seen(&tokens.back_office).await, "the wrapping was torn");
    assert_eq!((seen(&tokens.customer).await, seen(&tokens.merchant).await), (Value::Null, Value::Null));
    till.close().await;
}

#[tokio::test]
async fn goodwill_is_given_once_for_a_key_of_a_paid_order_only() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["missing-idempotency-key", "wrong-status", "invalid-value", "not-found"]);
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 2)]).await;
    shop::at_rest(&api).await;
    let waits = shop::refused(&engine, give(&api, &order, 100, "one"), 409, "wrong-status").await;
    assert_eq!(waits.body["order_status"], "pending_payment");
    shop::pay(&api, &order, 500, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    let body = json!({"amount": money(100), "reason": "x"});
    let path = format!("/v1/orders/{order}/refunds");
    let keyless = api.with_token(&api.tokens().back_office, Method::POST, &path).json(&body);
    shop::refused(&engine, keyless, 400, "missing-idempotency-key").await.expect_fault("header", "Idempotency-Key");
    for (amount, currency, kind, pointer) in
        [(0, "GBP", "invalid-value", "/amount/amount"), (5, "EUR", "other-currency", "/amount/currency")]
    {
        let wrong = json!({"amount": {"amount": amount, "currency": currency}, "reason": "x"});
        shop::refused(&engine, api.post(&path, &wrong), 422, kind).await.expect_fault("pointer", pointer);
    }
    let nobodys = "ord_00000000000000000000000000000000";
    shop::refused(&engine, give(&api, nobodys, 1, "two"), 404, "not-found").await;

    // What is left of it goes back when the order is cancelled, and the sale with it.
    give(&api, &order, 100, "one-more").send().await.expect_status(200);
    shop::cancel(&api, &order).await;
    all_done(&api, &order).await;
    let sum: i64 = refunds(&api, &order).await.iter().map(|(_, amount, ..)| amount).sum();
    assert_eq!(sum, 500);
    assert_eq!(api.get("/v1/sales/days").await["items"], json!([]));
    shop::verified(engine.database()).await.expect("a whole log and true views");
    engine.stop().await;
}

/// What nobody has sent is found, as every refund is.
#[tokio::test]
async fn goodwill_that_is_not_sent_is_found() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 2)]).await;
    shop::pay(&api, &order, 500, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    for step in ["ship", "deliver"] {
        api.post(&format!("/v1/orders/{order}/{step}"), &json!({})).send().await.expect_status(200);
    }
    give(&api, &order, 100, "one").send().await.expect_status(200);
    assert_eq!(findings(&api).await, Vec::<String>::new());
    engine.clock().advance(TimeDelta::days(30));
    assert_eq!(findings(&api).await, ["refund_overdue queued"]);
    all_done(&api, &order).await;
    assert_eq!(findings(&api).await, ["refund_overdue gone"]);
    assert_eq!(findings(&api).await, Vec::<String>::new());
    engine.stop().await;
}

#[tokio::test]
async fn goodwill_waits_where_its_payment_is_disputed_and_counts_with_what_the_bank_took() {
    let till = Till::connected().await;
    let api = &till.api;
    let [order, payment, link, reference] = delivered(&till).await;
    till.engine.clock().advance(TimeDelta::seconds(1));
    till.sandbox.pay(&link, "dispute").await;
    till.reaches(&payment, "disputed").await;
    give(api, &order, 500, "one").send().await.expect_status(200);
    shop::at_rest(api).await;
    let refund_of = async |reference: &str| {
        let refunds = shop::refunds(api, &order).await;
        refunds.into_iter().find(|refund| refund["payment_reference"] == reference).unwrap()
    };
    assert_eq!(refund_of(&reference).await["status"], "requested");
    assert_eq!(refund_of("card-1").await["status"], "submitted");
    // The bank takes all of the 600, of which 100 were to go back, and 400 of the gift card are still in hand.
    till.engine.clock().advance(TimeDelta::seconds(1));
    till.sandbox.pay(&link, "lose_dispute").await;
    till.reaches(&payment, "charged_back").await;
    shop::at_rest(api).await;
    for (reference, counted) in [(reference.as_str(), 100), ("card-1", 400)] {
        let refund = refund_of(reference).await;
        assert_eq!((&refund["status"], &refund["offset"]), (&json!("succeeded"), &money(counted)));
    }
    let day = &api.get("/v1/statistics/days").await["items"][0];
    assert_eq!(day["refunds"]["amount"], 600, "what the bank took is more than was given");
    // What is left is on the gift card, but for the hundred that nobody gave.
    give(api, &order, 500, "two").send().await.expect_status(200);
    all_done(api, &order).await;
    let day = &api.get("/v1/statistics/days").await["items"][0];
    assert_eq!(day["refunds"]["amount"], 1_000);
    till.close().await;
}
