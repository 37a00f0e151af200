//! The numbers under which a gateway is asked: another one only where the money has certainly not moved.

use proptest::prelude::*;

use super::{claim, given, requested, state};
use crate::{
    refund::{InHand, Refund, RefundChannel, RefundCommand, RefundEvent, RefundFailure, decide},
    samples::{at, text},
};

fn submit() -> RefundCommand {
    RefundCommand::RecordSubmitted { channel: RefundChannel::Gateway, at: at(2) }
}

fn submitted(attempt: u32) -> RefundEvent {
    RefundEvent::RefundSubmitted { channel: RefundChannel::Gateway, attempt: Some(attempt), at: at(2) }
}

fn fail(attempt: u32, failure: RefundFailure) -> RefundCommand {
    RefundCommand::RecordFailed { attempt: Some(attempt), failure, cause: text("account-closed"), at: at(4) }
}

fn failed(attempt: u32, failure: RefundFailure) -> RefundEvent {
    RefundEvent::RefundFailed { failure, cause: text("account-closed"), attempt: Some(attempt), at: at(4) }
}

fn retried(attempt: u32) -> RefundEvent {
    RefundEvent::RefundRetried { actor: text("b:1"), reason: text("a new card"), attempt: Some(attempt), at: at(6) }
}

fn retry() -> RefundCommand {
    RefundCommand::Retry { actor: text("b:1"), reason: text("a new card"), at: at(6) }
}

const REVIEW: RefundEvent = RefundEvent::RefundReviewRequested { at: chrono::DateTime::UNIX_EPOCH };

#[test]
fn a_gateway_that_said_no_is_asked_under_the_next_number() {
    given(vec![requested()]).when(submit()).then_expect_events(vec![submitted(1)]);
    let refused = vec![requested(), submitted(1), failed(1, RefundFailure::Refused)];
    given(refused.clone()).when(submit()).then_expect_events(vec![submitted(2)]);
    given(refused).and(vec![REVIEW]).when(retry()).then_expect_events(vec![retried(2)]);
}

/// The money may be on its way: under another number it would go twice.
#[test]
fn a_gateway_that_said_nothing_is_asked_under_the_same_number() {
    let unknown = vec![requested(), submitted(1), failed(1, RefundFailure::OutcomeUnknown)];
    given(unknown.clone()).when(submit()).then_expect_events(vec![submitted(1)]);
    given(unknown).and(vec![REVIEW]).when(retry()).then_expect_events(vec![retried(1)]);
}

#[test]
fn what_is_said_of_an_attempt_that_another_one_has_followed_is_no_news() {
    let second = vec![requested(), submitted(1), failed(1, RefundFailure::Refused), submitted(2)];
    for failure in [RefundFailure::Refused, RefundFailure::OutcomeUnknown] {
        given(second.clone()).when(fail(1, failure)).then_expect_events(vec![]);
        given(second.clone()).when(fail(2, failure)).then_expect_events(vec![failed(2, failure)]);
    }
}

/// As an engine wrote it that did not count.
/// The answer to a question may come when it is known already that the money did not arrive.
#[test]
fn a_late_answer_that_an_attempt_succeeded_is_no_news_once_it_has_failed_for_certain() {
    let succeed = |attempt| RefundCommand::RecordSucceeded {
        attempt: Some(attempt),
        reference: text("gr-1"),
        note: None,
        at: at(5),
    };
    let succeeded = |attempt| RefundEvent::RefundSucceeded {
        reference: text("gr-1"),
        note: None,
        settled_by: None,
        attempt: Some(attempt),
        at: at(5),
    };
    let refused = vec![requested(), submitted(1), failed(1, RefundFailure::Refused)];
    let reversal = RefundEvent::RefundReversed { amount: claim().owed(), cause: text("closed"), attempt: 1, at: at(6) };
    let reversed = vec![requested(), submitted(1), succeeded(1), reversal];
    for failed in [refused, reversed] {
        for after in [vec![], vec![retried(2)], vec![retried(2), succeeded(2)]] {
            given(failed.clone()).and(after).when(succeed(1)).then_expect_events(vec![]);
        }
        given(failed).and(vec![retried(2)]).when(succeed(2)).then_expect_events(vec![succeeded(2)]);
    }
    let unknown = vec![requested(), submitted(1), failed(1, RefundFailure::OutcomeUnknown)];
    given(unknown).when(succeed(1)).then_expect_events(vec![succeeded(1)]);
}

#[test]
fn a_submission_to_a_gateway_without_a_number_is_the_first() {
    let submitted = RefundEvent::RefundSubmitted { channel: RefundChannel::Gateway, attempt: None, at: at(2) };
    assert_eq!(state(vec![requested(), submitted]), Refund::Submitted(InHand { attempt: Some(1), ..claim().into() }));
}

proptest! {
    /// Whatever happens, in whatever order: between two numbers the gateway has said no to the first.
    #[test]
    fn a_new_number_follows_a_certain_no_and_nothing_else(steps in prop::collection::vec(0..6_u8, 0..40)) {
        let mut refund = state(vec![requested()]);
        let (mut asked, mut refused) = (0, 0);
        for step in steps {
            let attempt = refund.at_gateway().map_or(1, |(_, attempt)| attempt);
            let command = match step {
                0 => submit(),
                1 => fail(attempt, RefundFailure::Refused),
                2 => fail(attempt, RefundFailure::OutcomeUnknown),
                3 => fail(attempt.saturating_sub(1), RefundFailure::Refused),
                4 => RefundCommand::RequestReview { at: at(5) },
                _ => retry(),
            };
            for event in decide(&refund, command).unwrap_or_default() {
                match &event {
                    RefundEvent::RefundSubmitted { attempt: Some(attempt), .. }
                    | RefundEvent::RefundRetried { attempt: Some(attempt), .. } => {
                        prop_assert!(*attempt == asked || *attempt == asked + 1 && refused == asked, "{event:?}");
                        asked = *attempt;
                    }
                    RefundEvent::RefundFailed { failure: RefundFailure::Refused, attempt: Some(attempt), .. } => {
                        refused = *attempt;
                    }
                    _ => {}
                }
                refund = refund.evolve(event);
            }
        }
    }
}
