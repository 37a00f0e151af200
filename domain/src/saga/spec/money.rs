//! Payments, and what goes back.

use super::{claim, order, owes};
use crate::{
    event::Event,
    money::Amount,
    order::OrderEvent,
    payment::{PaymentAction, PaymentEvent, PaymentRefusal, PaymentStatus},
    refund::{RefundCause, RefundChannel, RefundEvent, RefundFailure, RefundRefusal},
    saga::{Action, Effect, Reaction, Reactions, Repeat, Saga, SagaCommand, Timer},
    samples::{
        at, capture,
        events::{payment_events, refund_events},
        payment_id, text,
    },
};

/// What was failed for good, and what nobody knows of, is for a person; and nobody is asked about what is over.
#[test]
fn the_refund_saga_reacts_to_each_event_as_its_page_says_and_what_is_settled_is_noted_on_its_return() {
    let refund = text("rfd_00000000000000000000000000000002");
    let (poll, again) = (Timer::RefundPoll { refund }, Timer::RefundRetry { refund });
    let clear = |timer| Reaction::ClearTimer { timer };
    let review = || Reaction::from(SagaCommand::RequestRefundReview { refund });
    let asked = |attempt, at: &crate::Timestamp| {
        let every_seconds = std::num::NonZeroU32::new(60).unwrap();
        let repeat = Some(Repeat { every_seconds, until: None });
        vec![
            Effect::RefundAtGateway { refund, attempt }.into(),
            Reaction::SetTimer { timer: poll, due: *at + chrono::TimeDelta::minutes(1), repeat },
        ]
    };
    for sample in refund_events() {
        let expected: Vec<Reaction> = match &sample.value {
            RefundEvent::RefundRequested { claim, at: _ } if claim.capture.payment.is_some() => {
                vec![SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::Gateway }.into()]
            }
            RefundEvent::RefundRequested { claim, at: _ } => {
                vec![Effect::SubmitRefund { refund, claim: claim.clone() }.into()]
            }
            RefundEvent::RefundSubmitted { channel: RefundChannel::Gateway, attempt, at } => {
                asked(attempt.unwrap_or(1), at)
            }
            RefundEvent::RefundRetried { attempt: Some(attempt), at, .. } => asked(*attempt, at),
            // A minute, and up to two minutes more, as the id says: its lower half is a 2, of microseconds.
            RefundEvent::RefundFailed { failure: RefundFailure::Refused, attempt: Some(2), at, .. } => {
                let due = *at + chrono::TimeDelta::minutes(1) + chrono::TimeDelta::microseconds(2);
                vec![clear(poll), Reaction::SetTimer { timer: again, due, repeat: None }]
            }
            RefundEvent::RefundFailed { failure: RefundFailure::Refused, .. } => vec![clear(poll), review()],
            RefundEvent::RefundFailed { failure: RefundFailure::OutcomeUnknown, .. } => vec![review()],
            RefundEvent::RefundSucceeded { attempt: Some(_), at, .. } => {
                let every_seconds = std::num::NonZeroU32::new(24 * 60 * 60).unwrap();
                let repeat = Some(Repeat { every_seconds, until: Some(*at + chrono::TimeDelta::days(31)) });
                vec![clear(again), Reaction::SetTimer { timer: poll, due: *at + chrono::TimeDelta::days(1), repeat }]
            }
            RefundEvent::RefundReversed { .. } => vec![clear(poll)],
            RefundEvent::RefundSucceeded { .. }
            | RefundEvent::RefundOffset { left: Amount::ZERO, .. }
            | RefundEvent::RefundWrittenOff { .. } => {
                vec![clear(poll), clear(again)]
            }
            RefundEvent::RefundSubmitted { channel: RefundChannel::BackOffice, .. }
            | RefundEvent::RefundOffset { .. }
            | RefundEvent::RefundReviewRequested { .. }
            | RefundEvent::RefundRetried { attempt: None, .. } => vec![],
        };
        let event = Event::Refund(refund, sample.value);
        for saga in Saga::ALL {
            let reactions: Vec<Reaction> = saga.react(&event).into_iter().collect();
            let expected = match (saga, sample.variant) {
                (Saga::Refund, _) => expected.clone(),
                (Saga::Return, "RefundSucceeded" | "RefundWrittenOff" | "RefundOffset")
                    if sample.variant != "RefundOffset" || sample.label.is_empty() =>
                {
                    vec![SagaCommand::SettleReturn { refund }.into()]
                }
                (_, _) => vec![],
            };
            assert_eq!(reactions, expected, "{} x {} {}", saga.name(), sample.variant, sample.label);
        }
    }
}

#[test]
fn a_refund_is_asked_after_and_tried_again_by_its_timers() {
    let refund = text("rfd_00000000000000000000000000000002");
    assert_eq!(Timer::RefundPoll { refund }.fired(), Action::Effect(Effect::AskRefund { refund }));
    let again = SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::Gateway };
    assert_eq!(Timer::RefundRetry { refund }.fired(), Action::Command(again));
}

/// That money came back twice, or after it was written off, somebody must hear.
#[test]
fn a_saga_command_is_superseded_where_the_refund_went_on_without_it() {
    use RefundRefusal::{AlreadyDone, InReview, NotFailed, NotSubmitted, Succeeded, Unknown, WrittenOff};
    let refund = text("rfd_00000000000000000000000000000002");
    let failure = RefundFailure::Refused;
    let submit = SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::Gateway };
    let review = SagaCommand::RequestRefundReview { refund };
    let fail = SagaCommand::RecordRefundFailed { refund, attempt: 1, failure, cause: text("no") };
    let succeed = SagaCommand::RecordRefundSucceeded { refund, attempt: 1, reference: text("gr-1") };
    let all = [Unknown, NotSubmitted, AlreadyDone, NotFailed, InReview, Succeeded, WrittenOff];
    for (command, superseded) in [
        (submit, &[InReview, Succeeded, WrittenOff][..]),
        (review, &[NotFailed, Succeeded, WrittenOff]),
        (fail, &[Succeeded]),
        (succeed, &[]),
    ] {
        for refusal in &all {
            let answer = command.is_superseded_by_refund(refusal);
            assert_eq!(answer, superseded.contains(refusal), "{command:?} x {refusal}");
        }
    }
}

#[test]
fn money_is_owed_for_what_made_it_owed_and_in_full() {
    let cancelled = OrderEvent::OrderCancelled {
        reason: text("x"),
        owed_back: Some(capture("tx-1", 1530)),
        refund: None,
        at: at(9),
    };
    let surplus = OrderEvent::SurplusPaymentReceived { capture: capture("tx-3", 8), at: at(32) };
    for (event, claim) in [
        (cancelled, claim("tx-1", 1530, RefundCause::OrderCancelled)),
        (surplus, claim("tx-3", 8, RefundCause::SurplusPayment)),
    ] {
        assert_eq!(Saga::Refund.react(&order(event)), owes(claim).into());
    }
}

/// Every minute, beginning with the first, until the end; the first time at or after it is the last.
#[test]
fn the_payment_saga_alone_reacts_to_payments_and_to_each_event_as_its_page_says() {
    let payment = payment_id(3);
    let (poll, expiry) = (Timer::PaymentPoll { payment }, Timer::PaymentExpiry { payment });
    for sample in payment_events() {
        let expected: Reactions = match &sample.value {
            PaymentEvent::PaymentInitiated { payment: _, terms, at } => {
                let every_seconds = std::num::NonZeroU32::new(60).unwrap();
                let repeat = Some(Repeat { every_seconds, until: Some(terms.expires_at) });
                [
                    Effect::CreatePayment { payment, terms: terms.clone() }.into(),
                    Reaction::SetTimer { timer: poll, due: *at + chrono::TimeDelta::minutes(1), repeat },
                    Reaction::SetTimer { timer: expiry, due: terms.expires_at, repeat: None },
                ]
                .into_iter()
                .collect()
            }
            PaymentEvent::CaptureRequested { number, amount, at: _ } => {
                Effect::CapturePayment { payment, number: *number, amount: amount.amount }.into()
            }
            PaymentEvent::VoidRequested { .. } => Effect::VoidPayment { payment }.into(),
            PaymentEvent::PaymentCaptured { rest, .. } if *rest > Amount::ZERO => Reactions::NONE,
            PaymentEvent::PaymentCaptured { .. }
            | PaymentEvent::PaymentFailed { .. }
            | PaymentEvent::PaymentExpired { .. }
            | PaymentEvent::PaymentVoided { .. }
            | PaymentEvent::AuthorizationExpired { .. }
            | PaymentEvent::PaymentDisputeWon { .. }
            | PaymentEvent::PaymentChargedBack { .. } => {
                [Reaction::ClearTimer { timer: poll }, Reaction::ClearTimer { timer: expiry }].into_iter().collect()
            }
            PaymentEvent::PaymentDisputed { at, .. } => {
                let repeat = Some(Repeat { every_seconds: std::num::NonZeroU32::new(3_600).unwrap(), until: None });
                [
                    Reaction::ClearTimer { timer: expiry },
                    Reaction::SetTimer { timer: poll, due: *at + chrono::TimeDelta::hours(1), repeat },
                ]
                .into_iter()
                .collect()
            }
            PaymentEvent::PaymentPending { .. }
            | PaymentEvent::PaymentAuthorized { .. }
            | PaymentEvent::PaymentRefundBegun { .. }
            | PaymentEvent::PaymentRefundedOutside { .. }
            | PaymentEvent::OutsideRefundFailed { .. }
            | PaymentEvent::MoneyBackApplied { .. }
            | PaymentEvent::PaymentMismatchReported { .. }
            | PaymentEvent::PaymentMismatchResolved { .. } => Reactions::NONE,
        };
        let event = Event::Payment(payment, sample.value);
        for saga in Saga::ALL {
            let expected = if saga == Saga::Payment { expected.clone() } else { Reactions::NONE };
            assert_eq!(saga.react(&event), expected, "{} x {} {}", saga.name(), sample.variant, sample.label);
        }
    }
}

#[test]
fn a_payment_is_asked_after_and_given_up_by_its_timers() {
    let payment = payment_id(3);
    assert_eq!(Timer::PaymentPoll { payment }.fired(), Action::Effect(Effect::AskPayment { payment }));
    assert_eq!(Timer::PaymentExpiry { payment }.fired(), Action::Command(SagaCommand::ExpirePayment { payment }));
}

/// Who pays at the last moment is not to be taken for one who did not: but only that is nobody's concern.
#[test]
fn a_payment_that_came_to_something_is_not_given_up_and_nobody_needs_to_know() {
    let payment = payment_id(3);
    let wrong = PaymentRefusal::WrongStatus { action: PaymentAction::Expire, status: PaymentStatus::Captured };
    let ask = SagaCommand::RecordPaymentPending { payment, gateway_reference: text("gp-1"), next_action: None };
    assert!(SagaCommand::ExpirePayment { payment }.is_superseded_by_payment(&wrong));
    assert!(!ask.is_superseded_by_payment(&wrong));
    for refusal in [PaymentRefusal::Unknown, PaymentRefusal::WindowOpen { expires_at: at(30) }] {
        assert!(!SagaCommand::ExpirePayment { payment }.is_superseded_by_payment(&refusal), "{refusal}");
    }
}
