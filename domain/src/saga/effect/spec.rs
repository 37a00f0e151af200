use proptest::prelude::*;

use super::*;
use crate::{
    refund::RefundCause,
    samples::{capture, every_variant, gbp, order_id, payment_id, payment_terms, text},
};

fn submission() -> Effect {
    let claim = Claim::whole(order_id(7), capture("tx-1", 1530), RefundCause::LatePayment);
    Effect::SubmitRefund { refund: text("rfd_00000000000000000000000000000002"), claim }
}

fn at_gateway() -> Effect {
    Effect::RefundAtGateway { refund: text("rfd_00000000000000000000000000000002"), attempt: 3 }
}

fn errors() -> [EffectError; 3] {
    let why = || "why".to_owned();
    [EffectError::Refused(why()), EffectError::Unknown(why()), EffectError::Unavailable(why())]
}

#[test]
fn a_refund_is_given_up_at_the_fifth_refusal_and_an_operator_decides() {
    let refused = EffectError::Refused("no".to_owned());
    for refusals in 1..=4 {
        let after = submission().after(&refused, Tried { attempts: 100, refusals }, 0);
        assert!(matches!(after, AfterFailure::Retry(_)), "{after:?}");
    }
    let after = submission().after(&refused, Tried { attempts: 5, refusals: 5 }, 0);
    assert_eq!(after, AfterFailure::GiveUp(GiveUp::DeadLetter));
}

/// Nothing may be concluded from silence but that nobody knows; and what a gateway never heard is asked for ever.
#[test]
fn a_refund_that_its_gateway_refuses_or_never_answers_has_failed_on_record() {
    let refund = text("rfd_00000000000000000000000000000002");
    let after = |error: EffectError, attempts| at_gateway().after(&error, Tried { attempts, refusals: 1 }, 0);
    let record = |failure, cause| {
        let cause = text(cause);
        AfterFailure::GiveUp(GiveUp::Record(SagaCommand::RecordRefundFailed { refund, attempt: 3, failure, cause }))
    };
    assert_eq!(
        after(EffectError::Refused("account\nclosed ".to_owned()), 1),
        record(RefundFailure::Refused, "accountclosed")
    );
    let silent = || EffectError::Unknown("x".repeat(300));
    assert!(matches!(after(silent(), 11), AfterFailure::Retry(_)));
    assert_eq!(after(silent(), 12), record(RefundFailure::OutcomeUnknown, &"x".repeat(200)));
    let away = EffectError::Unavailable("away".to_owned());
    assert!(matches!(after(away, u32::MAX), AfterFailure::Retry(_)));
}

/// A customer whose payment cannot be opened must hear of it, and not of an operator.
#[test]
fn a_payment_that_its_gateway_does_not_open_has_failed() {
    let create = Effect::CreatePayment { payment: payment_id(3), terms: payment_terms() };
    let refused = EffectError::Refused("no".to_owned());
    let failed = Effect::not_created(payment_id(3), &payment_terms(), "refused").unwrap();
    let after = create.after(&refused, Tried { attempts: 1, refusals: 1 }, 0);
    assert_eq!(after, AfterFailure::GiveUp(GiveUp::Record(failed)));
    assert_eq!(Effect::not_created(payment_id(3), &payment_terms(), "no code"), None);
}

/// Nothing may be concluded from silence: the money may have been taken.
#[test]
fn a_gateway_that_is_silent_or_away_is_asked_for_ever() {
    for effect in [
        Effect::CreatePayment { payment: payment_id(3), terms: payment_terms() },
        Effect::AskPayment { payment: payment_id(3) },
        Effect::CapturePayment { payment: payment_id(3), number: 1, amount: gbp(1).amount },
        Effect::VoidPayment { payment: payment_id(3) },
    ] {
        for error in [EffectError::Unknown("?".to_owned()), EffectError::Unavailable("away".to_owned())] {
            let after = effect.after(&error, Tried { attempts: u32::MAX, refusals: 0 }, 0);
            assert!(matches!(after, AfterFailure::Retry(_)), "{after:?}");
        }
    }
}

#[test]
fn a_refund_that_nobody_answers_for_is_tried_for_ever() {
    for error in [EffectError::Unknown("?".to_owned()), EffectError::Unavailable("away".to_owned())] {
        let after = submission().after(&error, Tried { attempts: u32::MAX, refusals: 4 }, 0);
        assert!(matches!(after, AfterFailure::Retry(_)), "{after:?}");
    }
}

/// The row in the outbox is a refund's or an effect's; its JSON is the same since the first version.
#[test]
fn an_effect_is_stored_by_its_name() {
    let json = concat!(
        r#"{"submit_refund":{"refund":"rfd_00000000000000000000000000000002","claim":{"#,
        r#""order":"ord_00000000000000000000000000000007","capture":{"reference":"tx-1","#,
        r#""amount":{"amount":1530,"currency":"GBP"}},"cause":"late_payment"}}}"#
    );
    assert_eq!(serde_json::to_string(&submission()).unwrap(), json);
    assert_eq!(serde_json::from_str::<Effect>(json).unwrap(), submission());
}

#[test]
fn every_effect_that_leaves_a_trace_names_events_that_there_are() {
    let effects = every_variant!(Effect {
        SubmitRefund: ["" => submission()],
        RefundAtGateway: ["" => at_gateway()],
        AskRefund: ["" => Effect::AskRefund { refund: text("rfd_00000000000000000000000000000002") }],
        CreatePayment: ["" => Effect::CreatePayment { payment: payment_id(3), terms: payment_terms() }],
        AskPayment: ["" => Effect::AskPayment { payment: payment_id(3) }],
        CapturePayment: ["" => Effect::CapturePayment { payment: payment_id(3), number: 1, amount: gbp(1).amount }],
        VoidPayment: ["" => Effect::VoidPayment { payment: payment_id(3) }],
    });
    for effect in effects {
        let Some(trace) = effect.value.trace() else { continue };
        assert!(!trace.event_types.is_empty(), "{}", effect.variant);
        for name in trace.event_types {
            let golden = format!("{}/src/golden/{name}.1.0.json", env!("CARGO_MANIFEST_DIR"));
            assert!(std::path::Path::new(&golden).exists(), "{name} is no event");
        }
    }
}

proptest! {
    #[test]
    fn a_wait_is_below_its_ceiling_whatever_comes(attempts in any::<u32>(), random in any::<u64>()) {
        let Backoff { base, ceiling } = submission().retries().backoff;
        let doubled = base.saturating_mul(1 << attempts.saturating_sub(1).min(31)).min(ceiling);
        prop_assert!(submission().retries().backoff.wait(attempts, random) < doubled);
    }

    #[test]
    fn an_effect_is_tried_again_or_given_up_and_never_forgotten(
        error in prop::sample::select(errors().to_vec()), attempts in 1_u32..1_000, refusals in 0_u32..1_000,
    ) {
        let tried = Tried { attempts, refusals: refusals.min(attempts) };
        match submission().after(&error, tried, 0) {
            AfterFailure::Retry(wait) => prop_assert!(wait < submission().retries().backoff.ceiling),
            AfterFailure::GiveUp(what) => prop_assert_eq!(what, submission().given_up(&error)),
        }
    }
}

#[test]
fn waits_spread_from_nothing_to_the_doubled_wait() {
    let backoff = Backoff { base: Duration::from_millis(100), ceiling: Duration::from_mins(1) };
    let micros = |attempts, random| backoff.wait(attempts, random).as_micros();
    assert_eq!((micros(1, 0), micros(1, 99_999), micros(1, 100_000)), (0, 99_999, 0));
    assert_eq!(micros(3, 399_999), 399_999);
    assert_eq!(micros(u32::MAX, 59_999_999), 59_999_999);
    assert_eq!(Backoff { base: Duration::ZERO, ceiling: Duration::ZERO }.wait(1, 7), Duration::ZERO);
}
