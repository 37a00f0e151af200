//! Refunds that fail, and what people make of them.

use super::{claim, given, requested, state, submit, submitted, succeed};
use crate::{
    refund::{Refund, RefundCommand, RefundEvent, RefundFailure, RefundRefusal, SettledBy},
    samples::{at, text},
};

pub(super) fn failed(failure: RefundFailure) -> RefundEvent {
    RefundEvent::RefundFailed { failure, cause: text("card_closed"), attempt: None, at: at(4) }
}

pub(super) fn review_requested() -> RefundEvent {
    RefundEvent::RefundReviewRequested { at: at(5) }
}

pub(super) fn written_off() -> RefundEvent {
    RefundEvent::RefundWrittenOff { actor: text("back_office:tok_1"), reason: text("a penny"), at: at(6) }
}

pub(super) fn fail(failure: RefundFailure) -> RefundCommand {
    RefundCommand::RecordFailed { attempt: None, failure, cause: text("card_closed"), at: at(4) }
}

pub(super) fn retry() -> RefundCommand {
    RefundCommand::Retry { actor: text("back_office:tok_1"), reason: text("a new card"), at: at(6) }
}

pub(super) fn mark_done(reference: &str) -> RefundCommand {
    RefundCommand::MarkDone {
        reference: text(reference),
        actor: text("back_office:tok_1"),
        reason: text("paid in cash"),
        at: at(6),
    }
}

pub(super) fn write_off() -> RefundCommand {
    RefundCommand::WriteOff { actor: text("back_office:tok_1"), reason: text("a penny"), at: at(6) }
}

fn in_review() -> Vec<RefundEvent> {
    vec![requested(), submitted(), failed(RefundFailure::Refused), review_requested()]
}

#[test]
fn whoever_decides_about_a_refund_is_on_record_with_their_reason() {
    let (actor, reason) = (text("back_office:tok_1"), text("a new card"));
    let retried = RefundEvent::RefundRetried { actor, reason, attempt: None, at: at(6) };
    given(in_review()).when(retry()).then_expect_events(vec![retried]);
    given(in_review()).when(write_off()).then_expect_events(vec![written_off()]);
    let settled_by = SettledBy { actor: text("back_office:tok_1"), reason: text("paid in cash") };
    given(in_review()).when(mark_done("ft-1")).then_expect_events(vec![RefundEvent::RefundSucceeded {
        reference: text("ft-1"),
        note: None,
        settled_by: Some(settled_by),
        attempt: None,
        at: at(6),
    }]);
}

#[test]
fn a_refund_that_failed_is_submitted_again() {
    let events = vec![requested(), submitted(), failed(RefundFailure::OutcomeUnknown)];
    given(events.clone()).when(submit()).then_expect_events(vec![submitted()]);
    assert_eq!(state(events.into_iter().chain([submitted()]).collect()), Refund::Submitted(claim().into()));
}

/// Asked again, the gateway says no: then it is certain that the money is not back, and it may be sent another way.
#[test]
fn a_failure_is_told_again_only_when_it_becomes_certain() {
    let unknown = vec![requested(), submitted(), failed(RefundFailure::OutcomeUnknown)];
    given(unknown.clone()).when(fail(RefundFailure::OutcomeUnknown)).then_expect_events(vec![]);
    given(unknown).when(fail(RefundFailure::Refused)).then_expect_events(vec![failed(RefundFailure::Refused)]);
    let refused = vec![requested(), submitted(), failed(RefundFailure::Refused)];
    given(refused).when(fail(RefundFailure::OutcomeUnknown)).then_expect_events(vec![]);
}

/// A person who thinks about it would otherwise send it a second time.
#[test]
fn money_that_is_back_after_all_ends_a_failed_refund_and_its_review() {
    let failed = vec![requested(), submitted(), failed(RefundFailure::OutcomeUnknown)];
    for events in [failed, in_review()] {
        let done = given(events.clone()).when(succeed("ft-1")).inspect_result().unwrap();
        let after = state(events.into_iter().chain(done).collect());
        assert_eq!(after, Refund::Succeeded { claim: claim().into(), reference: text("ft-1") });
        assert_eq!(crate::refund::decide(&after, retry()), Err(RefundRefusal::Succeeded));
    }
}
