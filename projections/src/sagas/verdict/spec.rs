use purser_domain::{
    ids::{OrderId, RefundId},
    refund::{Claim, RefundCause, RefundChannel},
    saga::{Saga, SagaCommand},
};
use uuid::Uuid;

use super::*;
use crate::sagas::step::{Cause, Kind};

const NOW: Timestamp = chrono::DateTime::UNIX_EPOCH;

fn step(position: i64) -> Step {
    let command = SagaCommand::StartProcessing { order: OrderId::from_uuid(Uuid::from_u128(1)) };
    let cause = Cause { saga: Saga::Processing, position, correlation_id: "c".to_owned() };
    Step::after_event(cause, 0, Action::Command(command))
}

fn effect() -> Effect {
    let capture = r#"{"reference":"tx-1","amount":{"amount":5,"currency":"GBP"}}"#;
    let capture = serde_json::from_str(capture).unwrap();
    let claim = Claim::whole(OrderId::from_uuid(Uuid::from_u128(1)), capture, RefundCause::LatePayment);
    Effect::SubmitRefund { refund: RefundId::from_uuid(Uuid::from_u128(9)), claim }
}

fn effect_step() -> Step {
    let cause = Cause { saga: Saga::Refund, position: 1, correlation_id: "c".to_owned() };
    Step::after_event(cause, 0, Action::Effect(effect()))
}

fn kept(step: Step, fate: Fate) -> Kept {
    judge(step, fate, NOW, &SagaSettings::default()).expect("something is left to do")
}

#[test]
fn what_is_done_or_superseded_is_over() {
    for fate in [Fate::Done, Fate::Superseded, Fate::Stored] {
        assert_eq!(judge(step(1), fate, NOW, &SagaSettings::default()), None);
    }
}

#[test]
fn unavailability_never_makes_a_dead_letter() {
    let mut step = step(1);
    for _ in 0..1_000 {
        let kept = kept(step, Fate::Unavailable("away".to_owned()));
        assert_eq!(kept.state, State::Pending);
        step = kept.step;
    }
    assert_eq!((step.attempts, step.refusals), (1_000, 0));
}

#[test]
fn the_last_of_the_allowed_refusals_makes_a_dead_letter() {
    let mut step = step(1);
    for refusal in 1..=5 {
        let kept = kept(step, Fate::Refused("no".to_owned()));
        assert_eq!(kept.state == State::Dead, refusal == 5, "refusal {refusal}");
        step = kept.step;
    }
}

#[test]
fn too_early_is_no_failure_and_comes_back_when_it_is_time() {
    let until = NOW + TimeDelta::minutes(30);
    let kept = kept(step(1), Fate::TooEarly(until));
    assert_eq!((kept.next_attempt_at, kept.step.attempts, kept.state), (until, 0, State::Pending));
}

#[test]
fn waits_double_up_to_the_longest_and_never_fall_below_half() {
    let settings = SagaSettings::default();
    for (attempts, ceiling_ms) in [(1, 100), (2, 200), (3, 400), (10, 51_200), (11, 60_000), (u32::MAX, 60_000)] {
        let wait = backoff(&Step { attempts, ..step(1) }, &settings);
        let ceiling = Duration::from_millis(ceiling_ms);
        assert!(wait >= ceiling / 2 && wait < ceiling, "{wait:?} after {attempts} attempts");
    }
}

#[test]
fn steps_that_fail_together_come_back_apart_and_always_at_the_same_time() {
    let settings = SagaSettings::default();
    let waits: std::collections::HashSet<Duration> =
        (0..100).map(|position| backoff(&Step { attempts: 5, ..step(position) }, &settings)).collect();
    assert!(waits.len() > 95, "only {} different waits", waits.len());
    let again = || backoff(&Step { attempts: 5, ..step(1) }, &settings);
    assert_eq!(again(), again());
}

#[test]
fn an_effect_is_retried_and_given_up_as_its_own_rules_say() {
    let mut step = effect_step();
    for refusal in 1..=5 {
        let fate = Fate::of_effect(&step, &effect(), EffectError::Refused("no".to_owned()));
        let kept = kept(step, fate);
        assert_eq!(kept.state == State::Dead, refusal == 5, "refusal {refusal}");
        assert_eq!(kept.last_error.as_deref(), Some("refused: no"));
        step = kept.step;
        assert_eq!((step.attempts, step.refusals), (refusal, refusal));
    }
    for error in [EffectError::Unknown("?".to_owned()), EffectError::Unavailable("away".to_owned())] {
        let fate = Fate::of_effect(&step, &effect(), error);
        let kept = kept(step.clone(), fate);
        assert_eq!((kept.state, kept.step.attempts, kept.step.refusals), (State::Pending, 6, 5));
    }
}

#[test]
fn the_record_of_a_failure_takes_the_place_of_its_effect_and_is_tried_afresh() {
    let failure = SagaCommand::RecordRefundSubmitted {
        refund: RefundId::from_uuid(Uuid::from_u128(9)),
        channel: RefundChannel::BackOffice,
    };
    let step = Step { attempts: 7, refusals: 4, ..effect_step() };
    let after = AfterFailure::GiveUp(GiveUp::Record(failure.clone()));
    let kept = kept(step.clone(), Fate::Failed(EffectError::Refused("no".to_owned()), after));
    assert_eq!((kept.state, kept.next_attempt_at), (State::Pending, NOW));
    assert_eq!(kept.step, Step { attempts: 0, refusals: 0, action: Action::Command(failure), ..step });
    assert_eq!(Kind::of(&kept.step.action), Kind::Command);
}
