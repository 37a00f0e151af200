//! What is stuck is found, repaired where that is certain, and put before a person where it is not.

use chrono::TimeDelta;
use purser_tests::{Answered, Api, TestEngine, Till, shop, wait::until};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor;

async fn reconcile(api: &Api) -> Answered {
    shop::at_rest(api).await;
    api.with_token(&api.tokens().back_office, Method::POST, "/v1/reconciliations").send().await
}

/// What a reconciliation found: kind, subject and outcome.
async fn found(api: &Api) -> Vec<(String, String, String)> {
    let report = reconcile(api).await.expect_status(200).body;
    let word = |finding: &Value, name: &str| finding[name].as_str().expect("a word").to_owned();
    let findings = report["found"].as_array().expect("findings");
    findings.iter().map(|finding| (word(finding, "kind"), word(finding, "subject"), word(finding, "outcome"))).collect()
}

fn one(kind: &str, subject: &str, outcome: &str) -> Vec<(String, String, String)> {
    vec![(kind.to_owned(), subject.to_owned(), outcome.to_owned())]
}

async fn tamper(engine: &TestEngine, sql: &str) {
    engine.database().owner().await.execute(sql).await.expect("a statement");
}

async fn exceptions(api: &Api, query: &str) -> Vec<Value> {
    shop::items(&api.get(&format!("/v1/exceptions?{query}&min_position={}", shop::at_rest(api).await)).await)
}

#[tokio::test]
async fn where_all_is_in_order_nothing_is_found() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/reconciliations", "GET /v1/exceptions"]);
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 2)]).await;
    let (paid, _) = api.placed(&[("A", 1)]).await;
    shop::pay(&api, &paid, 250, "tx-1").await;
    shop::reaches(&api, &paid, "processing").await;
    let report = reconcile(&api).await.expect_status(200).body;
    assert_eq!((&report["found"], &report["gateways"], &report["orders"]), (&json!([]), &json!([]), &json!(2)));
    shop::cancel(&api, &order).await;
    assert_eq!(reconcile(&api).await.expect_status(200).body["orders"], 1);
    assert_eq!(exceptions(&api, "status=open").await, Vec::<Value>::new());
    engine.stop().await;
}

#[tokio::test]
async fn an_order_whose_timer_was_lost_is_expired_and_its_stock_comes_back() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/reconciliations", "GET /v1/exceptions", "GET /v1/exceptions/{id}"]);
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 2)]).await;
    shop::at_rest(&api).await;
    tamper(&engine, "delete from saga_timers").await;
    engine.clock().advance(TimeDelta::minutes(34));
    assert_eq!(found(&api).await, vec![]);
    engine.clock().advance(TimeDelta::minutes(1));
    assert_eq!(found(&api).await, one("window_overrun", &order, "repaired"));
    shop::reaches(&api, &order, "expired").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, shop::Counts { on_hand: 10, reserved: 0 });
    let listed = exceptions(&api, "kind=window_overrun").await;
    let id = listed[0]["id"].as_str().expect("an id");
    let expected = json!({"id": id, "kind": "window_overrun", "subject": order, "order": order,
        "merchant": "demo-merchant", "detail": "awaits its payment, and its window is over", "status": "repaired",
        "raised_at": "2026-01-15T12:35:00.000000Z", "times": 1, "closed_at": "2026-01-15T12:35:00.000000Z",
        "action": "it was expired", "position": listed[0]["position"]});
    assert_eq!(api.get(&format!("/v1/exceptions/{id}")).await, expected);
    assert_eq!(found(&api).await, vec![]);
    shop::verified(&engine.stop().await).await.expect("log and views agree");
}

#[tokio::test]
async fn money_that_is_owed_too_long_waits_for_a_person_whose_word_holds() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&[
        "POST /v1/reconciliations",
        "GET /v1/exceptions",
        "GET /v1/exceptions/{id}",
        "POST /v1/exceptions/{id}/settle",
        "exception-closed",
        "not-found",
    ]);
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 2)]).await;
    shop::pay(&api, &order, 500, "tx-1").await;
    shop::cancel(&api, &order).await;
    shop::at_rest(&api).await;
    let refund = shop::refunds(&api, &order).await[0]["id"].as_str().expect("a refund").to_owned();
    engine.clock().advance(TimeDelta::days(3));
    for _ in 0..2 {
        assert_eq!(found(&api).await, one("refund_overdue", &refund, "queued"));
    }
    let open = exceptions(&api, "status=open").await;
    assert_eq!((open.len(), &open[0]["times"], &open[0]["order"]), (1, &json!(1), &json!(order)));
    let path = format!("/v1/exceptions/{}", open[0]["id"].as_str().expect("an id"));
    let settle = |reason: &str| api.post(&format!("{path}/settle"), &json!({"reason": reason}));
    settle("the bank has it").send().await.expect_status(200);
    settle("the bank has it").send().await.expect_status(200);
    shop::refused(&engine, settle("written off"), 409, "exception-closed").await;
    let unknown = "/v1/exceptions/exc_00000000000000000000000000000000";
    let wish = api.post(&format!("{unknown}/settle"), &json!({"reason": "what?"}));
    shop::refused(&engine, wish, 404, "not-found").await;
    let found_nowhere = api.with_token(&api.tokens().back_office, Method::GET, unknown).send().await;
    found_nowhere.expect_problem(404, "not-found");
    let settled = exceptions(&api, "status=settled").await;
    assert_eq!((&settled[0]["reason"], &settled[0]["status"]), (&json!("the bank has it"), &json!("settled")));
    assert!(settled[0]["actor"].as_str().expect("an actor").starts_with("back_office:"), "{settled:?}");
    assert_eq!(api.get(&path).await, settled[0]);
    assert_eq!(found(&api).await, vec![]);
    shop::verified(&engine.stop().await).await.expect("log and views agree");
}

#[tokio::test]
async fn a_view_that_shows_something_else_than_the_log_is_found_and_gone_when_it_is_mended() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/reconciliations", "GET /v1/exceptions"]);
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 1)]).await;
    shop::at_rest(&api).await;
    tamper(&engine, "update views.order_search_status set status = 'paid'").await;
    assert_eq!(found(&api).await, one("view_differs", &order, "queued"));
    let detail = "the log has it pending_payment, the view order_search shows paid";
    assert_eq!(exceptions(&api, "status=open").await[0]["detail"], detail);
    tamper(&engine, "update views.order_search_status set status = 'pending_payment'").await;
    assert_eq!(found(&api).await, one("view_differs", &order, "gone"));
    tamper(&engine, "delete from views.order_search_status").await;
    assert_eq!(found(&api).await, one("view_differs", &order, "queued"));
    assert_eq!(exceptions(&api, "status=open").await[0]["times"], 2);
    engine.stop().await;
}

#[tokio::test]
async fn what_was_seen_is_stored_and_seen_anew_where_it_is_lost() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/reconciliations"]);
    api.stocked("A", 250, 10).await;
    api.placed(&[("A", 1)]).await;
    let first = reconcile(&api).await.expect_status(200).body;
    assert_eq!(reconcile(&api).await.expect_status(200).body, first);
    tamper(&engine, "update reconciliation set form = 0, watch = ''").await;
    assert_eq!(reconcile(&api).await.expect_status(200).body, first);
    engine.stop().await;
}

#[tokio::test]
async fn there_is_one_reconciliation_at_a_time() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["reconciliation-running"]);
    let mut other = engine.database().owner().await;
    let lock = "begin; select pg_advisory_xact_lock(x'50555253'::int, hashtext('reconciliation'))";
    other.execute(lock).await.expect("a lock");
    reconcile(&api).await.expect_problem(409, "reconciliation-running");
    other.execute("rollback").await.expect("an end");
    reconcile(&api).await.expect_status(200);
    engine.stop().await;
}

/// The callback is lost, and so is the timer that would have asked.
#[tokio::test]
async fn money_that_the_log_missed_is_taken_from_the_gateways_own_list() {
    let till = Till::open().await;
    let _telling = till.api.tells(&["POST /v1/reconciliations", "GET /v1/exceptions"]);
    let [order, payment, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    shop::at_rest(&till.api).await;
    tamper(&till.engine, "delete from saga_timers").await;
    till.engine.clock().advance(TimeDelta::minutes(5));
    let name = till.payment(&payment).await["gateway_reference"].as_str().expect("a name").to_owned();
    let subject = format!("sandbox:{name}");
    assert_eq!(found(&till.api).await, one("capture_not_recorded", &subject, "repaired"));
    shop::reaches(&till.api, &order, "processing").await;
    let report = reconcile(&till.api).await.expect_status(200).body;
    assert_eq!(
        (&report["found"], &report["gateways"]),
        (&json!([]), &json!([{"gateway": "sandbox", "payments": 0, "reported": 0}]),)
    );
    let listed = exceptions(&till.api, &format!("order={order}")).await;
    assert_eq!((&listed[0]["status"], &listed[0]["merchant"]), (&json!("repaired"), &json!("demo-merchant")));
    till.close().await;
}

#[tokio::test]
async fn what_a_gateway_has_just_taken_is_taken_note_of_and_is_no_exception() {
    let till = Till::open().await;
    let [order, _, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    assert_eq!(found(&till.api).await, vec![]);
    shop::reaches(&till.api, &order, "processing").await;
    till.close().await;
}

#[tokio::test]
async fn money_for_nothing_that_is_known_waits_for_a_person() {
    let till = Till::open().await;
    let _telling = till.api.tells(&["POST /v1/reconciliations", "GET /v1/exceptions"]);
    let stray = till.sandbox.take_unasked("INV-7", "ORDER-7", 999).await;
    let ours = "pay_00000000000000000000000000000007";
    let invented = till.sandbox.take_unasked(ours, "ord_00000000000000000000000000000007", 1).await;
    let queued = |name: &str| one("capture_without_order", &format!("sandbox:{name}"), "queued").remove(0);
    assert_eq!(found(&till.api).await, [queued(&stray), queued(&invented)]);
    assert_eq!(found(&till.api).await, vec![]);
    assert_eq!(exceptions(&till.api, "status=open&kind=capture_without_order").await.len(), 2);
    till.close().await;
}

/// An order was paid and cancelled, and the gateway has refused five times to give the money back. Returns the refund, and the
/// payment's name at the gateway, which behaves again.
async fn under_review(till: &Till) -> [String; 2] {
    let [order, payment, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    till.engine.clock().advance(TimeDelta::minutes(1));
    shop::reaches(&till.api, &order, "processing").await;
    till.sandbox.misbehave(&json!({"refund_fail_percent": 100})).await;
    shop::cancel(&till.api, &order).await;
    let refund = until("a refund under review", async || {
        till.engine.clock().advance(TimeDelta::minutes(1));
        shop::refunds(&till.api, &order).await.pop().filter(|refund| refund["status"] == "manual_review")
    })
    .await;
    till.sandbox.misbehave(&json!({})).await;
    reconcile(&till.api).await.expect_status(200);
    let name = till.payment(&payment).await["gateway_reference"].clone();
    [&refund["id"], &name].map(|name| name.as_str().expect("a name").to_owned())
}

/// Whoever reviews the refund has it done there, under the name that it would have had the next time.
#[tokio::test]
async fn money_that_the_gateway_gave_back_is_not_owed_any_more() {
    let till = Till::open().await;
    let _telling = till.api.tells(&["POST /v1/reconciliations", "GET /v1/refunds/{id}"]);
    let [refund, name] = under_review(&till).await;
    till.sandbox.give_back(&name, &format!("{refund}-6"), 250).await;
    till.engine.clock().advance(TimeDelta::minutes(5));
    assert_eq!(found(&till.api).await, one("refund_not_recorded", &format!("sandbox:{name}"), "repaired"));
    let path = format!("/v1/refunds/{refund}?min_position={}", shop::at_rest(&till.api).await);
    assert_eq!(till.api.get(&path).await["status"], "succeeded");
    assert_eq!(found(&till.api).await, vec![]);
    till.close().await;
}

/// Another sum than is owed, under a name of the engine's: what it is, a person has to see. With what the gateway's own desk
/// gives back besides it is all that is owed.
#[tokio::test]
async fn money_that_the_gateway_gave_back_unasked_counts_for_what_is_owed() {
    let till = Till::open().await;
    let _telling = till.api.tells(&["POST /v1/reconciliations", "GET /v1/payments/{id}"]);
    let [refund, name] = under_review(&till).await;
    let subject = format!("sandbox:{name}");
    till.sandbox.give_back(&name, &format!("{refund}-6"), 200).await;
    assert_eq!(found(&till.api).await, one("payment_mismatch", &subject, "queued"));
    assert_eq!(till.api.get(&format!("/v1/refunds/{refund}")).await["status"], "manual_review");
    till.sandbox.give_back(&name, "goodwill", 50).await;
    assert_eq!(found(&till.api).await, one("refund_not_recorded", &subject, "repaired"));
    let path = format!("/v1/refunds/{refund}?min_position={}", shop::at_rest(&till.api).await);
    let done = till.api.get(&path).await;
    assert_eq!((&done["status"], &done["offset"]["amount"]), (&json!("succeeded"), &json!(50)));
    let payment = till.payment(done["payment"].as_str().expect("a payment")).await;
    assert_eq!(payment["refunded_outside"][0]["amount"]["amount"], 50);
    assert_eq!(found(&till.api).await, vec![]);
    till.close().await;
}

#[tokio::test]
async fn a_gateway_that_is_away_is_said_to_be_and_looked_at_the_next_time() {
    let till = Till::open().await;
    let [order, _, link] = till.payable("automatic").await;
    till.sandbox.pay(&link, "succeed").await;
    till.sandbox.misbehave(&json!({"unavailable_percent": 100})).await;
    let report = reconcile(&till.api).await.expect_status(200).body;
    assert!(report["gateways"][0]["error"].is_string(), "{report}");
    till.sandbox.misbehave(&json!({})).await;
    reconcile(&till.api).await.expect_status(200);
    shop::reaches(&till.api, &order, "processing").await;
    till.close().await;
}
