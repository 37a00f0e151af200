//! Money that is owed back, worked off by the back office.

use std::sync::Arc;

use chrono::TimeDelta;
use purser_domain::{
    Timestamp,
    ids::{OrderId, RefundId},
    refund::{Claim, RefundCause, RefundEvent, RefundFailure, SettledBy},
};
use purser_tests::{Api, TestDatabase, TestEngine, foreign, shop};
use serde_json::json;

/// A cancelled order that was paid, one that was paid twice, and one that was paid too late; a minute between each.
async fn owing() -> (TestEngine, Api, [String; 3]) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (cancelled, _) = api.placed(&[("A", 1)]).await;
    let (surplus, _) = api.placed(&[("A", 2)]).await;
    let (late, _) = api.placed(&[("A", 3)]).await;
    shop::pay(&api, &cancelled, 250, "tx-1").await;
    shop::cancel(&api, &cancelled).await;
    shop::at_rest(&api).await;
    engine.clock().advance(TimeDelta::minutes(1));
    shop::pay(&api, &surplus, 500, "tx-2").await;
    shop::pay(&api, &surplus, 500, "tx-3").await;
    shop::at_rest(&api).await;
    engine.clock().advance(TimeDelta::minutes(1));
    shop::cancel(&api, &late).await;
    shop::pay(&api, &late, 750, "tx-4").await;
    shop::at_rest(&api).await;
    (engine, api, [cancelled, surplus, late])
}

#[tokio::test]
async fn what_is_owed_is_on_the_list_until_it_is_done() {
    let (engine, api, [cancelled, ..]) = Box::pin(owing()).await;
    let _telling = api.tells(&["GET /v1/refunds", "GET /v1/refunds/{id}", "POST /v1/refunds/{id}/done"]);
    let due = api.get(&format!("/v1/refunds?status=due&order={cancelled}")).await;
    let refund = due["items"][0].clone();
    let id = refund["id"].as_str().unwrap();
    let expected = json!([{"id": id, "order": cancelled, "merchant": "demo-merchant", "customer": "demo-customer",
        "amount": {"amount": 250, "currency": "GBP"}, "cause": "order_cancelled", "payment_reference": "tx-1",
        "status": "submitted", "channel": "back_office", "requested_at": "2026-01-15T12:00:00.000000Z",
        "submitted_at": "2026-01-15T12:00:00.000000Z", "position": refund["position"]}]);
    assert_eq!(due["items"], expected);
    assert_eq!(api.get(&format!("/v1/refunds/{id}")).await, refund);
    let transfer = json!({"reference": "bank-1", "note": "sent by hand"});
    let done = api.post(&format!("/v1/refunds/{id}/done"), &transfer).send().await.expect_status(200);
    assert_eq!(done.body, json!({"id": id, "position": done.position()}));
    let seen = api.get(&format!("/v1/refunds/{id}?min_position={}", done.position())).await;
    assert_eq!((&seen["status"], &seen["transfer_reference"]), (&json!("succeeded"), &json!("bank-1")));
    assert_eq!((&seen["note"], &seen["succeeded_at"]), (&json!("sent by hand"), &json!("2026-01-15T12:02:00.000000Z")));
    assert_eq!(api.get(&format!("/v1/refunds?status=due&order={cancelled}")).await["items"], json!([]));
    assert_eq!(api.get("/v1/refunds?status=done").await["items"], json!([seen]));
    engine.stop().await;
}

#[tokio::test]
async fn the_list_of_refunds_is_narrowed_by_order_merchant_and_time() {
    let (engine, api, [cancelled, surplus, late]) = Box::pin(owing()).await;
    let merchants = |name: &str| format!("merchant={name}");
    for (query, orders) in [
        (String::new(), vec![&cancelled, &surplus, &late]),
        ("direction=descending".to_owned(), vec![&late, &surplus, &cancelled]),
        (format!("order={surplus}"), vec![&surplus]),
        (merchants("demo-merchant"), vec![&cancelled, &surplus, &late]),
        (merchants("another"), vec![]),
        ("requested_from=2026-01-15T12:01:00Z".to_owned(), vec![&surplus, &late]),
        ("requested_from=2026-01-15T12:01:00Z&requested_until=2026-01-15T12:02:00Z".to_owned(), vec![&surplus]),
        ("status=done".to_owned(), vec![]),
    ] {
        let found = api.get(&format!("/v1/refunds?{query}")).await;
        assert_eq!(shop::field(&found, "order").iter().collect::<Vec<_>>(), orders, "{query}");
    }
    let causes = shop::field(&api.get("/v1/refunds").await, "cause");
    assert_eq!(causes, ["order_cancelled", "surplus_payment", "late_payment"]);
    engine.stop().await;
}

#[tokio::test]
async fn a_refund_is_done_once_by_one_transfer() {
    let (engine, api, [cancelled, ..]) = Box::pin(owing()).await;
    let _telling = api.tells(&["refund-conflict", "not-found", "invalid-value"]);
    let id = shop::refunds(&api, &cancelled).await[0]["id"].as_str().unwrap().to_owned();
    let done = |id: &str, transfer: serde_json::Value| api.post(&format!("/v1/refunds/{id}/done"), &transfer);
    let nobodys = "rfd_00000000000000000000000000000000";
    shop::refused(&engine, done(nobodys, json!({"reference": "bank-1"})), 404, "not-found").await;
    let nameless = shop::refused(&engine, done(&id, json!({"note": "sent"})), 422, "invalid-value").await;
    nameless.expect_fault("pointer", "/reference");
    let first = done(&id, json!({"reference": "bank-1"})).send().await.expect_status(200);
    let again = done(&id, json!({"reference": "bank-1"})).send().await.expect_status(200);
    assert_eq!(again.body, first.body);
    shop::refused(&engine, done(&id, json!({"reference": "bank-2"})), 409, "refund-conflict").await;
    engine.stop().await;
}

async fn append(database: &TestDatabase, refund: RefundId, events: &[RefundEvent]) {
    for event in events {
        let payload = serde_json::to_string(event).unwrap();
        foreign::append_to(database, "refund", &refund.to_string(), (event.name(), &payload)).await;
    }
}

/// A refund that failed and is under review, one that was written off, one that a person settled, and a part.
async fn reviewed() -> (TestEngine, Api, [String; 4]) {
    let (engine, api, [review, written_off, settled]) = Box::pin(owing()).await;
    let clock = Arc::clone(engine.clock());
    let database = engine.stop().await;
    let at: Timestamp = "2026-01-15T12:02:00Z".parse().unwrap();
    let (actor, reason) = ("back_office:tok_1".parse().unwrap(), "the card was closed".parse().unwrap());
    let refund = |order: &str, reference: &str| {
        RefundId::of_payment(order.parse::<OrderId>().unwrap(), &reference.parse().unwrap())
    };
    let cause = "no answer to 8 attempts".parse().unwrap();
    let failed = [
        RefundEvent::RefundFailed { failure: RefundFailure::OutcomeUnknown, cause, attempt: None, at },
        RefundEvent::RefundReviewRequested { at },
    ];
    let (review, written_off, settled) =
        (refund(&review, "tx-1"), refund(&written_off, "tx-3"), refund(&settled, "tx-4"));
    for refund in [review, written_off, settled] {
        append(&database, refund, &failed).await;
    }
    let given_up = RefundEvent::RefundWrittenOff { actor, reason, at };
    append(&database, written_off, &[given_up]).await;
    let settled_by = SettledBy { actor: "back_office:tok_2".parse().unwrap(), reason: "in cash".parse().unwrap() };
    let done = RefundEvent::RefundSucceeded {
        reference: "bank-9".parse().unwrap(),
        note: None,
        settled_by: Some(settled_by),
        attempt: None,
        at,
    };
    append(&database, settled, &[done]).await;
    let part = part_of(&database, at).await;
    let engine = TestEngine::start_on(database, clock).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    shop::at_rest(&api).await;
    (engine, api, [review, written_off, settled, part].map(|refund| refund.to_string()))
}

/// The second part of what was paid for the order that was paid twice: 2 of 5 pounds.
async fn part_of(database: &TestDatabase, at: Timestamp) -> RefundId {
    let order: String = sqlx::query_scalar("select aggregate_id from events where payload like '%tx-2%'")
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
    let payment = "pay_00000000000000000000000000000003";
    let amount = json!({"amount": 500, "currency": "GBP"});
    let capture = serde_json::from_value(json!({"reference": "tx-2", "amount": amount, "payment": payment}));
    let claim = Claim {
        amount: serde_json::from_value(json!({"amount": 200, "currency": "GBP"})).unwrap(),
        number: 2,
        ..Claim::whole(order.parse().unwrap(), capture.unwrap(), RefundCause::LinesCancelled)
    };
    let refund = claim.refund();
    append(database, refund, &[RefundEvent::RefundRequested { claim, at }]).await;
    refund
}

#[tokio::test]
async fn what_failed_waits_for_a_person_until_they_have_decided() {
    let (engine, api, [review, written_off, settled, part]) = Box::pin(reviewed()).await;
    for (status, refunds) in [
        ("due", vec![&review, &part]),
        ("review", vec![&review]),
        ("done", vec![&settled]),
        ("written_off", vec![&written_off]),
    ] {
        let found = api.get(&format!("/v1/refunds?status={status}")).await;
        assert_eq!(shop::field(&found, "id").iter().collect::<Vec<_>>(), refunds, "{status}");
    }
    let noon = json!("2026-01-15T12:02:00.000000Z");
    let seen = api.get(&format!("/v1/refunds/{review}")).await;
    assert_eq!((&seen["status"], &seen["failure"]), (&json!("manual_review"), &json!("outcome_unknown")));
    assert_eq!((&seen["failure_cause"], &seen["failed_at"]), (&json!("no answer to 8 attempts"), &noon));
    assert!(seen.get("reviewer").is_none() && seen.get("part").is_none(), "{seen}");
    let seen = api.get(&format!("/v1/refunds/{written_off}")).await;
    assert_eq!((&seen["status"], &seen["written_off_at"]), (&json!("written_off"), &noon));
    assert_eq!(
        (&seen["reviewer"], &seen["review_reason"]),
        (&json!("back_office:tok_1"), &json!("the card was closed"))
    );
    let seen = api.get(&format!("/v1/refunds/{settled}")).await;
    assert_eq!((&seen["status"], &seen["transfer_reference"]), (&json!("succeeded"), &json!("bank-9")));
    assert_eq!((&seen["reviewer"], &seen["review_reason"]), (&json!("back_office:tok_2"), &json!("in cash")));
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_part_of_a_payment_is_owed_as_a_part() {
    let (engine, api, [_, written_off, _, part]) = Box::pin(reviewed()).await;
    let seen = api.get(&format!("/v1/refunds/{part}")).await;
    assert_eq!(seen["amount"], json!({"amount": 200, "currency": "GBP"}));
    assert_eq!(seen["part"], json!({"number": 2, "of": {"amount": 500, "currency": "GBP"}}));
    assert_eq!(seen["payment"], json!("pay_00000000000000000000000000000003"));
    // No gateway knows of such a payment: the engine tries, and says so.
    assert_eq!((&seen["cause"], &seen["status"]), (&json!("lines_cancelled"), &json!("failed")));
    assert_eq!((&seen["channel"], &seen["failure"]), (&json!("gateway"), &json!("refused")));
    let by_hand = api.post(&format!("/v1/refunds/{part}/done"), &json!({"reference": "bank-1", "reason": "in cash"}));
    shop::refused(&engine, by_hand, 409, "refund-conflict").await;
    let late = api.post(&format!("/v1/refunds/{written_off}/done"), &json!({"reference": "bank-2"}));
    shop::refused(&engine, late, 409, "refund-conflict").await;
    engine.stop().await;
}

#[tokio::test]
async fn a_person_has_a_refund_tried_again_settles_it_or_gives_it_up_and_says_why() {
    let (engine, api, [review, written_off, settled, _]) = Box::pin(reviewed()).await;
    let _telling = api.tells(&["POST /v1/refunds/{id}/retry", "refund-conflict", "invalid-value", "not-found"]);
    let post = |id: &str, what: &str, body: &serde_json::Value| api.post(&format!("/v1/refunds/{id}/{what}"), body);
    let why = |reason: &str| json!({"reason": reason});
    shop::refused(&engine, post("rfd_00000000000000000000000000000000", "retry", &why("x")), 404, "not-found").await;
    shop::refused(&engine, post(&review, "retry", &json!({})), 422, "invalid-value")
        .await
        .expect_fault("pointer", "/reason");
    let bare = json!({"reference": "bank-1"});
    shop::refused(&engine, post(&review, "done", &bare), 422, "invalid-value").await.expect_fault("pointer", "/reason");
    for over in [&written_off, &settled] {
        shop::refused(&engine, post(over, "retry", &why("once more")), 409, "refund-conflict").await;
    }
    shop::refused(&engine, post(&settled, "write-off", &why("a penny")), 409, "refund-conflict").await;

    let retried = post(&review, "retry", &why("a new account")).send().await.expect_status(200);
    assert_eq!(retried.body, json!({"id": review, "position": retried.position()}));
    let seen = api.get(&format!("/v1/refunds/{review}?min_position={}", retried.position())).await;
    assert_eq!((&seen["status"], &seen["review_reason"]), (&json!("submitted"), &json!("a new account")));
    assert!(seen["reviewer"].as_str().is_some_and(|actor| actor.starts_with("back_office:")), "{seen}");
    let again = post(&review, "retry", &why("a new account")).send().await.expect_status(200);
    assert_eq!(shop::head(engine.database()).await, retried.position(), "it is in somebody's hands: {:?}", again.body);
    // People have it, who report what they do.
    post(&review, "done", &bare).send().await.expect_status(200);
    shop::refused(&engine, post(&review, "write-off", &why("a penny")), 409, "refund-conflict").await;
    engine.stop().await;
}

#[tokio::test]
async fn whoever_settles_a_refund_under_review_is_on_record() {
    let (engine, api, [review, ..]) = Box::pin(reviewed()).await;
    let done = json!({"reference": "bank-1", "reason": "sent by hand"});
    let path = format!("/v1/refunds/{review}");
    let done = api.post(&format!("{path}/done"), &done).send().await.expect_status(200);
    let seen = api.get(&format!("{path}?min_position={}", done.position())).await;
    assert_eq!((&seen["status"], &seen["review_reason"]), (&json!("succeeded"), &json!("sent by hand")));
    assert!(seen["reviewer"].as_str().is_some_and(|actor| actor.starts_with("back_office:")), "{seen}");
    engine.stop().await;
}

#[tokio::test]
async fn a_refund_that_is_written_off_stays_so() {
    let (engine, api, [review, ..]) = Box::pin(reviewed()).await;
    let _telling = api.tells(&["POST /v1/refunds/{id}/write-off"]);
    let path = format!("/v1/refunds/{review}");
    let wish = json!({"reason": "a penny, and no account"});
    let written_off = api.post(&format!("{path}/write-off"), &wish).send().await.expect_status(200);
    assert_eq!(written_off.body, json!({"id": review, "position": written_off.position()}));
    let seen = api.get(&format!("{path}?min_position={}", written_off.position())).await;
    assert_eq!((&seen["status"], &seen["review_reason"]), (&json!("written_off"), &wish["reason"]));
    assert_eq!(seen["written_off_at"], json!("2026-01-15T12:02:00.000000Z"));
    assert!(seen["reviewer"].as_str().is_some_and(|actor| actor.starts_with("back_office:")), "{seen}");
    shop::at_rest(&api).await;
    api.post(&format!("{path}/write-off"), &wish).send().await.expect_status(200);
    shop::refused(&engine, api.post(&format!("{path}/retry"), &wish), 409, "refund-conflict").await;
    engine.stop().await;
}
