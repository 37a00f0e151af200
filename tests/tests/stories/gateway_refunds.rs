//! Money that a gateway took goes back through it, once, whatever the gateway does meanwhile.

use std::sync::Arc;

use chrono::TimeDelta;
use purser::ports::{SagaCommands, effects};
use purser_commands::{Command, Failure, Refusal, Request};
use purser_domain::{
    ids::{OrderId, RefundId},
    principal::Principal,
    refund::RefundRefusal,
};
use purser_tests::{
    SagasAlone, Sandbox, TestDatabase, Wish, WriteSide, shop,
    wait::until,
    write_side::{order_of, place, request},
};
use serde_json::json;

/// What three pieces cost, in pence.
const TOTAL: i64 = 750;

/// An order that was paid at the gateway, and sagas at work.
struct Story {
    database: TestDatabase,
    write_side: WriteSide,
    gateway: Sandbox,
    order: OrderId,
    /// The payment's name at the gateway.
    payment: String,
    sagas: SagasAlone,
}

impl Story {
    async fn begin() -> Self {
        let database = TestDatabase::create().await;
        let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
        let gateway = Sandbox::start().await;
        write_side.stock("A", 10).await;
        let order = order_of(&write_side.execute(place(&[("A", 3)])).await.expect("a placement"));
        let payment = gateway.takes(&database, &write_side, order).await;
        let commands = Arc::new(SagaCommands::new(write_side.commands.clone()));
        let ports = effects(gateway.gateways(), database.pool(), Arc::clone(&write_side.clock) as _);
        let sagas = SagasAlone::start(&database, &write_side.clock, commands, ports).await;
        Self { database, write_side, gateway, order, payment, sagas }
    }

    async fn cancel(&self, units: Option<i64>) {
        let lines = units.map(|quantity| json!([{"line": 0, "quantity": quantity}])).unwrap_or(json!([]));
        let lines = serde_json::from_value(lines).expect("lines");
        let reason = "changed my mind".parse().expect("a reason");
        let cancel = Command::CancelOrder { order: self.order, lines, reason };
        self.write_side.execute(cancel).await.expect("a cancellation");
    }

    /// Lets the clock go on until the log has so many events of a type.
    async fn comes_to(&self, event: &str, count: i64, tick: TimeDelta) {
        until(event, async || {
            let seen = shop::events(&self.database, event).await;
            if seen < count {
                self.write_side.clock.advance(tick);
            }
            (seen >= count).then_some(())
        })
        .await;
    }

    async fn at_rest(&self) {
        until("the sagas are at rest", async || {
            self.write_side.clock.advance(TimeDelta::seconds(1));
            self.sagas.status().await.is_quiescent().then_some(())
        })
        .await;
    }

    /// The amounts that the gateway gave back, in pence.
    async fn given_back(&self) -> Vec<i64> {
        self.gateway.refunds(&self.payment, "succeeded").await.into_iter().map(|(_, amount)| amount).collect()
    }

    async fn the_refund(&self) -> RefundId {
        let ids: Vec<String> =
            sqlx::query_scalar("select aggregate_id from events where event_type = 'RefundRequested'")
                .fetch_all(&mut self.database.owner().await)
                .await
                .expect("refunds");
        assert_eq!(ids.len(), 1, "{ids:?}");
        ids[0].parse().expect("a refund")
    }

    async fn end(self) {
        assert_eq!(self.sagas.status().await.dead_letters, 0);
        drop(self.sagas);
        shop::verified(&self.database).await.expect("a whole log");
        self.write_side.stop().await;
        self.gateway.stop().await;
    }
}

const SECOND: TimeDelta = TimeDelta::seconds(1);
const MINUTE: TimeDelta = TimeDelta::minutes(1);

#[tokio::test]
async fn the_money_of_a_cancelled_order_goes_back_through_the_gateway_that_took_it() {
    let story = Story::begin().await;
    story.cancel(None).await;
    story.comes_to("RefundSucceeded", 1, SECOND).await;
    story.at_rest().await;
    let refund = story.the_refund().await;
    assert_eq!(story.gateway.refunds(&story.payment, "succeeded").await, [(format!("{refund}-1"), TOTAL)]);
    assert_eq!(story.sagas.status().await.open_timers, 1, "whether it comes back is asked for a month");
    story.end().await;
}

/// What is on its way out when the answer is lost is not sent again.
#[tokio::test]
async fn a_gateway_that_does_the_work_and_loses_the_answer_pays_once() {
    let story = Story::begin().await;
    story.gateway.misbehave(&json!({"timeout_percent": 100, "timeout_hang_ms": 1})).await;
    story.cancel(None).await;
    story.comes_to("RefundSubmitted", 1, SECOND).await;
    until("an attempt whose answer was lost", async || {
        let attempts: Option<i32> = sqlx::query_scalar("select max(attempts) from saga_commands")
            .fetch_one(&mut story.database.owner().await)
            .await
            .expect("the outbox");
        story.write_side.clock.advance(SECOND);
        attempts.is_some_and(|attempts| attempts >= 2).then_some(())
    })
    .await;
    story.gateway.misbehave(&json!({})).await;
    story.comes_to("RefundSucceeded", 1, SECOND).await;
    assert_eq!(story.given_back().await, [TOTAL]);
    assert_eq!(shop::events(&story.database, "RefundFailed").await, 0);
    story.end().await;
}

/// The gateway is asked on, and what it says in the end is believed: the person who has it under review need not guess.
#[tokio::test]
async fn a_refund_of_which_nobody_knows_is_for_a_person_until_the_gateway_tells() {
    let story = Story::begin().await;
    story.gateway.misbehave(&json!({"timeout_percent": 100, "timeout_hang_ms": 1})).await;
    story.cancel(None).await;
    story.comes_to("RefundReviewRequested", 1, MINUTE).await;
    // A person who has it tried once more cannot send the money twice either.
    let retry = Command::RetryRefund { refund: story.the_refund().await, reason: "try".parse().expect("a reason") };
    story.write_side.execute(retry).await.expect("a retry");
    story.comes_to("RefundReviewRequested", 2, MINUTE).await;
    story.gateway.misbehave(&json!({})).await;
    story.comes_to("RefundSucceeded", 1, MINUTE).await;
    story.at_rest().await;
    assert_eq!(story.given_back().await, [TOTAL]);
    assert_eq!(story.sagas.status().await.open_timers, 1, "whether it comes back is asked for a month");
    story.end().await;
}

#[tokio::test]
async fn a_refund_that_its_gateway_refuses_is_tried_again_and_then_left_to_a_person() {
    let story = Story::begin().await;
    story.gateway.misbehave(&json!({"refund_fail_percent": 100})).await;
    story.cancel(None).await;
    story.comes_to("RefundReviewRequested", 1, MINUTE).await;
    story.at_rest().await;
    assert_eq!(shop::events(&story.database, "RefundFailed").await, 5);
    assert_eq!(story.gateway.refunds(&story.payment, "failed").await.len(), 5, "each under a name of its own");
    assert_eq!(story.sagas.status().await.open_timers, 0, "nothing more happens by itself");

    story.gateway.misbehave(&json!({})).await;
    let refund = story.the_refund().await;
    let retry = || Command::RetryRefund { refund, reason: "a new card".parse().expect("a reason") };
    let by_a_saga = Request { principal: Principal::Saga, ..request(retry(), None) };
    let refused = story.write_side.commands.execute(by_a_saga).await.unwrap_err();
    assert_eq!(refused, Failure::Refused(Refusal::Refund(RefundRefusal::Unknown)));
    for _ in 0..2 {
        story.write_side.execute(retry()).await.expect("a retry");
    }
    story.comes_to("RefundSucceeded", 1, SECOND).await;
    assert_eq!(story.gateway.refunds(&story.payment, "succeeded").await, [(format!("{refund}-6"), TOTAL)]);
    story.end().await;
}

#[tokio::test]
async fn a_refund_that_was_refused_by_mistake_succeeds_at_the_next_attempt() {
    let story = Story::begin().await;
    story.gateway.misbehave(&json!({"refund_fail_percent": 100})).await;
    story.cancel(None).await;
    story.comes_to("RefundFailed", 1, SECOND).await;
    story.gateway.misbehave(&json!({})).await;
    story.comes_to("RefundSucceeded", 1, MINUTE).await;
    story.at_rest().await;
    assert_eq!(story.given_back().await, [TOTAL]);
    assert_eq!(shop::events(&story.database, "RefundReviewRequested").await, 0);
    story.end().await;
}

/// The gateway's answer was on its way when it told otherwise.
#[tokio::test]
async fn a_success_that_is_heard_after_the_failure_of_its_attempt_is_not_believed() {
    let story = Story::begin().await;
    story.gateway.misbehave(&json!({"refund_fail_percent": 100})).await;
    story.cancel(None).await;
    story.comes_to("RefundFailed", 1, SECOND).await;
    let (refund, reference) = (story.the_refund().await, "re-1".parse().expect("a reference"));
    let late = Command::RecordRefundSucceeded { refund, attempt: Some(1), reference, note: None, reason: None };
    let by_a_saga = Request { principal: Principal::Saga, ..request(late, None) };
    story.write_side.commands.execute(by_a_saga).await.expect("no news");
    assert_eq!(shop::events(&story.database, "RefundSucceeded").await, 0);
    story.gateway.misbehave(&json!({})).await;
    story.comes_to("RefundSucceeded", 1, MINUTE).await;
    assert_eq!(story.given_back().await, [TOTAL]);
    story.end().await;
}

/// What a gateway has in hand nobody sends by hand.
#[tokio::test]
async fn what_a_gateway_performs_is_not_marked_done_before_it_is_under_review() {
    let story = Story::begin().await;
    story.gateway.misbehave(&json!({"unavailable_percent": 100})).await;
    story.cancel(None).await;
    story.comes_to("RefundSubmitted", 1, SECOND).await;
    let refund = story.the_refund().await;
    let (reference, reason) = ("bank-1".parse().expect("a reference"), "in cash".parse().ok());
    let done = Command::RecordRefundSucceeded { refund, attempt: None, reference, note: None, reason };
    let refused = story.write_side.execute(done).await.unwrap_err();
    assert_eq!(refused, Failure::Refused(Refusal::Refund(RefundRefusal::NotInReview)));
    story.gateway.misbehave(&json!({})).await;
    story.comes_to("RefundSucceeded", 1, MINUTE).await;
    assert_eq!(story.given_back().await, [TOTAL]);
    story.end().await;
}

#[tokio::test]
async fn the_parts_of_one_payment_that_go_back_never_pass_it() {
    let story = Story::begin().await;
    story.gateway.misbehave(&json!({"refund_fail_percent": 50})).await;
    story.cancel(Some(1)).await;
    story.cancel(Some(1)).await;
    story.cancel(None).await;
    story.gateway.misbehave(&json!({})).await;
    story.comes_to("RefundSucceeded", 3, MINUTE).await;
    story.at_rest().await;
    assert_eq!(story.given_back().await, [TOTAL / 3; 3]);
    assert_eq!(shop::events(&story.database, "RefundRequested").await, 3);
    story.end().await;
}
