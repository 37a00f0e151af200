mod attempts;
mod claim;
mod every_pair;
mod review;

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    refund::{Claim, Refund, RefundCause, RefundChannel, RefundCommand, RefundEvent, RefundRefusal},
    samples::{at, capture, order_id, text},
};

fn given(events: Vec<RefundEvent>) -> AggregateTestExecutor<Refund> {
    TestFramework::with(()).given(events)
}

fn state(events: Vec<RefundEvent>) -> Refund {
    events.into_iter().fold(Refund::default(), Refund::evolve)
}

fn claim() -> Claim {
    Claim::whole(order_id(1), capture("tx-1", 1530), RefundCause::OrderCancelled)
}

fn requested() -> RefundEvent {
    RefundEvent::RefundRequested { claim: claim(), at: at(1) }
}

fn submitted() -> RefundEvent {
    RefundEvent::RefundSubmitted { channel: RefundChannel::BackOffice, attempt: None, at: at(2) }
}

fn succeeded() -> RefundEvent {
    RefundEvent::RefundSucceeded {
        reference: text("ft-1"),
        note: Some(text("by hand")),
        settled_by: None,
        attempt: None,
        at: at(3),
    }
}

/// None, requested, submitted, succeeded.
fn lives() -> [Vec<RefundEvent>; 4] {
    [vec![], vec![requested()], vec![requested(), submitted()], vec![requested(), submitted(), succeeded()]]
}

fn request(claim: Claim) -> RefundCommand {
    RefundCommand::Request { claim, at: at(1) }
}

fn submit() -> RefundCommand {
    RefundCommand::RecordSubmitted { channel: RefundChannel::BackOffice, at: at(2) }
}

fn succeed(reference: &str) -> RefundCommand {
    RefundCommand::RecordSucceeded { attempt: None, reference: text(reference), note: Some(text("by hand")), at: at(3) }
}

#[test]
fn money_that_is_owed_is_requested_once() {
    let [none, others @ ..] = lives();
    given(none).when(request(claim())).then_expect_events(vec![requested()]);
    for life in others {
        given(life).when(request(claim())).then_expect_events(vec![]);
    }
}

/// The money is the same, whichever event made it owed.
#[test]
fn the_same_money_for_another_cause_is_already_requested() {
    let late = Claim { cause: RefundCause::LatePayment, ..claim() };
    given(vec![requested()]).when(request(late)).then_expect_events(vec![]);
}

#[test]
fn another_order_or_another_amount_is_another_claim() {
    let [_, requested, submitted, succeeded] = lives();
    for life in [requested, submitted, succeeded] {
        for other in [
            Claim { order: order_id(2), ..claim() },
            Claim { capture: capture("tx-1", 1529), ..claim() },
            Claim { capture: capture("tx-2", 1530), ..claim() },
        ] {
            given(life.clone()).when(request(other)).then_expect_error(RefundRefusal::OtherClaim);
        }
    }
}

#[test]
fn a_requested_refund_is_submitted_once() {
    let [none, requested, submitted_life, succeeded] = lives();
    given(none).when(submit()).then_expect_error(RefundRefusal::Unknown);
    given(requested).when(submit()).then_expect_events(vec![submitted()]);
    given(submitted_life).when(submit()).then_expect_events(vec![]);
    given(succeeded).when(submit()).then_expect_events(vec![]);
}

#[test]
fn only_a_submitted_refund_succeeds() {
    let [none, requested, submitted, _] = lives();
    given(none).when(succeed("ft-1")).then_expect_error(RefundRefusal::Unknown);
    given(requested).when(succeed("ft-1")).then_expect_error(RefundRefusal::NotSubmitted);
    given(submitted).when(succeed("ft-1")).then_expect_events(vec![succeeded()]);
}

#[test]
fn a_refund_succeeds_without_a_note() {
    given(vec![requested(), submitted()])
        .when(RefundCommand::RecordSucceeded { attempt: None, reference: text("ft-1"), note: None, at: at(3) })
        .then_expect_events(vec![RefundEvent::RefundSucceeded {
            reference: text("ft-1"),
            note: None,
            settled_by: None,
            attempt: None,
            at: at(3),
        }]);
}

#[test]
fn the_transfer_that_brought_the_money_back_is_already_known() {
    given(vec![requested(), submitted(), succeeded()]).when(succeed("ft-1")).then_expect_events(vec![]);
}

#[test]
fn money_that_is_back_does_not_come_back_by_another_transfer() {
    given(vec![requested(), submitted(), succeeded()])
        .when(succeed("ft-2"))
        .then_expect_error(RefundRefusal::AlreadyDone);
}

#[test]
fn a_refund_knows_its_claim_to_its_end() {
    let [none, requested, submitted, succeeded] = lives().map(state);
    assert_eq!(none, Refund::Unrequested);
    assert_eq!(requested, Refund::Requested(claim().into()));
    assert_eq!(submitted, Refund::Submitted(claim().into()));
    assert_eq!(succeeded, Refund::Succeeded { claim: claim().into(), reference: text("ft-1") });
}
