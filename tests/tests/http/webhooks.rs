//! What gateways tell by themselves: who is believed, what comes of it, and what comes of it the second time.

use chrono::TimeDelta;
use purser::gateway::webhook::Webhooks;
use purser_tests::{Letter, Till, sandbox::SECRET, shop, wait::until};
use serde_json::{Value, json};

const NEXT_SECRET: &str = "whsec_bmV4dCB5ZWFyIGFsbCBvZiB1cyBzaWduIHdpdGggdGhpcw==";
const NOBODYS_SECRET: &str = "whsec_bm9ib2R5IGhhcyBldmVyIGhlYXJkIG9mIHRoaXMgb25lIQ==";

/// A payment that is paid at the gateway, and the letter about it that has not arrived.
async fn paid(till: &Till) -> (String, String, Letter) {
    let [order, payment, link] = till.payable("automatic").await;
    let before = till.postbox.letters().len();
    till.sandbox.pay(&link, "succeed").await;
    let letter = till.postbox.holds(before + 1).await.remove(before);
    shop::at_rest(&till.api).await;
    (order, payment, letter)
}

#[tokio::test]
async fn only_what_the_gateway_signed_a_moment_ago_is_believed() {
    let till = Till::open_with(|gateway| {
        let [old, next] = [SECRET, NEXT_SECRET].map(|secret| secret.parse().unwrap());
        gateway.webhooks = Webhooks::new(old).and(next);
    })
    .await;
    let (api, engine) = (&till.api, &till.engine);
    let _telling = api.tells(&["POST /v1/webhooks/{gateway}", "webhook-not-verified"]);
    let (order, _, letter) = Box::pin(paid(&till)).await;
    let seconds = TimeDelta::seconds;
    let tampered = Letter { body: letter.body.replace("250", "251"), ..letter.clone() };
    for (what, forged) in [
        ("another amount", tampered),
        ("one blank more", Letter { body: format!("{} ", letter.body), ..letter.clone() }),
        ("another id", Letter { id: "msg_other".to_owned(), ..letter.clone() }),
        ("no signature", Letter { signature: String::new(), ..letter.clone() }),
        ("another scheme", Letter { signature: letter.signature.replace("v1,", "v1a,"), ..letter.clone() }),
        ("nobody's secret", Letter::signed(NOBODYS_SECRET, &letter.id, till.now(), letter.body.clone())),
        ("too old", letter.again(till.now() - seconds(301))),
        ("too new", letter.again(till.now() + seconds(301))),
    ] {
        let refused = shop::refused(engine, forged.deliver(api, "sandbox"), 401, "webhook-not-verified").await;
        assert!(!refused.text.contains("signature"), "{what}: {}", refused.text);
    }
    shop::refused(engine, letter.deliver(api, "another"), 401, "webhook-not-verified").await;
    let bare =
        api.anonymous(reqwest::Method::POST, "/v1/webhooks/sandbox").body("application/json", letter.body.clone());
    shop::refused(engine, bare, 401, "webhook-not-verified").await;
    assert_eq!(shop::order(api, &order).await["status"], "pending_payment");

    till.deliver(&letter.again(till.now() - seconds(300))).await;
    shop::reaches(api, &order, "processing").await;
    till.deliver(&Letter::signed(NEXT_SECRET, &letter.id, till.now(), letter.body.clone())).await;
    till.close().await;
}

/// Gateways repeat for days, and what is overtaken comes last.
#[tokio::test]
async fn repeated_and_overtaken_webhooks_take_each_transaction_once() {
    let till = Till::open().await;
    let api = &till.api;
    let [order, payment, link] = till.payable("manual").await;
    till.sandbox.pay(&link, "succeed").await;
    let authorized = till.postbox.holds(1).await.remove(0);
    till.deliver(&authorized).await;
    for (count, amount) in [(2, 100), (3, 150)] {
        let wish = json!({"amount": {"amount": amount, "currency": "GBP"}});
        api.post(&format!("/v1/payments/{payment}/captures"), &wish).send().await.expect_status(200);
        till.postbox.holds(count).await;
        shop::at_rest(api).await;
    }
    // By now the engine has heard all of it as the answers to its own questions.
    let letters = till.postbox.letters();
    shop::reaches(api, &order, "processing").await;
    let before = till.payment(&payment).await;
    for letter in letters.iter().rev().chain(&letters) {
        till.deliver(&letter.again(till.now())).await;
    }
    till.engine.clock().advance(TimeDelta::days(3));
    for letter in &letters {
        till.deliver(&letter.again(till.now())).await;
    }
    shop::at_rest(api).await;
    let captured = till.payment(&payment).await;
    assert_eq!(captured["captured"], json!({"amount": 250, "currency": "GBP"}));
    assert_eq!(captured["captures"].as_array().unwrap().len(), 2);
    assert_eq!(shop::events(till.engine.database(), "PaymentCaptured").await, 2);
    assert_eq!(captured, before, "what is known already leaves nothing behind");
    till.close().await;
}

#[tokio::test]
async fn webhooks_in_the_wrong_order_come_to_the_same() {
    let till = Till::open().await;
    let (order, payment, letter) = Box::pin(paid(&till)).await;
    let mut earlier = letter.says();
    (earlier["type"], earlier["data"]["status"]) = (json!("payment.authorized"), json!("authorized"));
    earlier["data"]["captures"] = json!([]);
    till.deliver(&letter).await;
    let captured = till.reaches(&payment, "captured").await;
    till.deliver(&Letter::signed(SECRET, "msg_earlier", till.now(), earlier.to_string())).await;
    shop::reaches(&till.api, &order, "processing").await;
    let now = till.payment(&payment).await;
    assert_eq!((&now["status"], &now["captures"]), (&captured["status"], &captured["captures"]));
    till.close().await;
}

#[tokio::test]
async fn what_cannot_be_true_is_put_aside_shown_and_settled_by_a_person() {
    let till = Till::open().await;
    let (api, engine) = (&till.api, &till.engine);
    let _telling = api.tells(&["POST /v1/payments/{id}/resolve-mismatch", "payment-conflict"]);
    let (order, payment, letter) = Box::pin(paid(&till)).await;
    let resolve = format!("/v1/payments/{payment}/resolve-mismatch");
    let reason = json!({"reason": "asked the bank"});
    shop::refused(engine, api.post(&resolve, &reason), 409, "payment-conflict").await;
    let lie = |change: &dyn Fn(&mut Value)| {
        let mut body = letter.says();
        change(&mut body["data"]);
        body.to_string()
    };
    let dear = lie(&|data| {
        data["captures"][0]["amount"] = json!(251);
        data["authorized"] = json!(250);
    });
    let lies = [
        ("more_captured", dear),
        ("other_currency", lie(&|data| data["currency"] = json!("JPY"))),
        ("other_order", lie(&|data| data["order"] = json!("ord_00000000000000000000000000000000"))),
    ];
    for (number, (_, body)) in lies.iter().enumerate() {
        till.deliver(&Letter::signed(SECRET, &format!("msg_{number}"), till.now(), body.clone())).await;
    }
    let position = api.furthest();
    let seen = api.get(&format!("/v1/payments?needs_review=true&min_position={position}")).await;
    let [held] = &shop::items(&seen)[..] else { panic!("{seen}") };
    let findings: Vec<&Value> =
        held["mismatches"].as_array().unwrap().iter().map(|mismatch| &mismatch["finding"]).collect();
    assert_eq!(findings, lies.iter().map(|(finding, _)| *finding).collect::<Vec<_>>());
    assert_eq!(held["mismatches"][0]["webhook"], "msg_0");
    assert_eq!(held["mismatches"][0]["reported_captures"][0]["amount"], json!({"amount": 251, "currency": "GBP"}));
    assert_eq!((&held["status"], &held["captured"]["amount"]), (&json!("pending"), &json!(0)));
    let sellers = api.get_as(&api.tokens().merchant, &format!("/v1/payments/{payment}")).await;
    assert_eq!(sellers["mismatches"], Value::Null);
    assert_eq!(shop::order(api, &order).await["status"], "pending_payment");

    api.post(&resolve, &reason).send().await.expect_status(200);
    let settled = till.payment(&payment).await;
    assert_eq!(settled["mismatches"][2]["resolution"], "asked the bank");
    assert_eq!(api.get("/v1/payments?needs_review=true").await["items"], json!([]));
    till.deliver(&letter).await;
    shop::reaches(api, &order, "processing").await;
    till.close().await;
}

/// Whatever it is about, it would be no better the next time.
#[tokio::test]
async fn a_webhook_about_a_payment_that_nobody_began_need_not_be_sent_again() {
    let till = Till::open().await;
    let (api, engine) = (&till.api, &till.engine);
    let _telling = api.tells(&["malformed-json", "unsupported-media-type", "invalid-value", "malformed-header"]);
    let (_, _, letter) = Box::pin(paid(&till)).await;
    let before = shop::head(engine.database()).await;
    for name in ["pay_00000000000000000000000000000000", "the-other-shop-17"] {
        let mut body = letter.says();
        body["data"]["payment"] = json!(name);
        let foreign = Letter::signed(SECRET, "msg_foreign", till.now(), body.to_string());
        let answered = foreign.deliver(api, "sandbox").send().await.expect_status(200);
        assert_eq!(answered.body, json!({"outcome": "unknown_payment"}));
    }
    assert_eq!(shop::head(engine.database()).await, before);
    let signed = |body: &str| Letter::signed(SECRET, "msg_1", till.now(), body.to_owned());
    shop::refused(engine, signed("{").deliver(api, "sandbox"), 400, "malformed-json").await;
    shop::refused(engine, signed("{}").deliver(api, "sandbox"), 422, "invalid-value").await;
    shop::refused(engine, letter.deliver_as(api, "sandbox", "text/plain"), 415, "unsupported-media-type").await;
    let long = Letter::signed(SECRET, &"m".repeat(129), till.now(), letter.body.clone());
    shop::refused(engine, long.deliver(api, "sandbox"), 400, "malformed-header").await;
    till.close().await;
}

/// The gateway did what it was asked, and its answer was lost: the customer found the page in another way.
#[tokio::test]
async fn a_webhook_may_come_before_the_gateway_has_answered() {
    let till = Till::open().await;
    let api = &till.api;
    till.sandbox.misbehave(&json!({"timeout_percent": 100, "timeout_hang_ms": 0})).await;
    let (order, _) = api.placed(&[("A", 1)]).await;
    let payment = till.begin(&order, "automatic").await;
    until("the gateway has it", async || (till.sandbox.stats().await["payments"] == 1).then_some(())).await;
    till.sandbox.misbehave(&json!({})).await;
    let link = till.sandbox.payments().await[0]["url"].as_str().unwrap().to_owned();
    till.sandbox.pay(&link, "succeed").await;
    till.deliver(&till.postbox.holds(1).await.remove(0)).await;
    shop::reaches(api, &order, "processing").await;
    until("the lost answer is had by the same key", async || {
        till.engine.clock().advance(TimeDelta::seconds(1));
        till.payment(&payment).await["gateway_reference"].is_string().then_some(())
    })
    .await;
    assert_eq!(till.payment(&payment).await["status"], "captured");
    assert_eq!(till.sandbox.payments().await.len(), 1);
    till.close().await;
}
