use purser_domain::{
    ids::{OrderId, RefundId},
    refund::{Claim, RefundCause, RefundChannel},
};

use super::*;

fn order(number: u128) -> OrderId {
    OrderId::from_uuid(Uuid::from_u128(number))
}

fn cause(saga: Saga, position: i64) -> Cause {
    Cause { saga, position, correlation_id: "c".to_owned() }
}

fn processing(number: u128, position: i64) -> Step {
    let command = SagaCommand::StartProcessing { order: order(number) };
    Step::after_event(cause(Saga::Processing, position), 0, Action::Command(command))
}

fn submission() -> Effect {
    let capture = r#"{"reference":"tx-1","amount":{"amount":5,"currency":"GBP"}}"#;
    let capture = serde_json::from_str(capture).unwrap();
    let claim = Claim::whole(order(1), capture, RefundCause::LatePayment);
    Effect::SubmitRefund { refund: RefundId::from_uuid(Uuid::from_u128(9)), claim }
}

fn window() -> SetTimer {
    SetTimer {
        timer: Timer::PaymentWindow { order: order(1) },
        due: chrono::DateTime::UNIX_EPOCH,
        repeat: None,
        position: 7,
        correlation_id: "c".to_owned(),
    }
}

fn repeated(due_seconds: i64) -> SetTimer {
    let repeat = Repeat { every_seconds: std::num::NonZeroU32::MIN, until: None };
    SetTimer { repeat: Some(repeat), due: chrono::DateTime::from_timestamp(due_seconds, 0).unwrap(), ..window() }
}

/// Steps that wait in an outbox, or are in the middle of a retry, keep their ids over an upgrade of the engine.
#[test]
fn the_id_of_a_known_step_never_changes() {
    let command = |saga, command| Step::after_event(cause(saga, 7), 0, Action::Command(command)).id.to_string();
    let effect = Step::after_event(cause(Saga::Refund, 7), 0, Action::Effect(submission()));
    let Effect::SubmitRefund { refund, claim } = submission() else { unreachable!() };
    let outcome = SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::BackOffice };
    for (id, known) in [
        (processing(1, 7).id.to_string(), "331b5033-8033-5555-a781-e737a5ad65ee"),
        (
            command(Saga::Release, SagaCommand::ReleaseReservations { order: order(1) }),
            "ab29d541-6dba-5413-bdc4-2a24a531af25",
        ),
        (command(Saga::Refund, SagaCommand::RequestRefund { claim }), "59dcf50a-b0f7-514f-ab4b-684739b3bf60"),
        (effect.id.to_string(), "59dcf50a-b0f7-514f-ab4b-684739b3bf60"),
        (effect.record(outcome).id.to_string(), "f5635af2-0bbc-5cbf-87bc-0b7a74501ca0"),
        (Step::after_timer(&window()).id.to_string(), "4377f0d6-d493-5b9c-ad34-940d8bda2b74"),
    ] {
        assert_eq!(id, known);
    }
}

#[test]
fn every_saga_order_position_and_trigger_has_an_id_of_its_own() {
    let release = Action::Command(SagaCommand::ReleaseReservations { order: order(1) });
    let second = Step::after_event(cause(Saga::Processing, 7), 1, processing(1, 7).action);
    let steps = [
        processing(1, 7),
        processing(1, 8),
        processing(2, 7),
        second,
        Step::after_event(cause(Saga::Release, 7), 0, release),
        Step::after_timer(&window()),
        Step::after_timer(&repeated(60)),
        Step::after_timer(&repeated(120)),
    ];
    let distinct: std::collections::HashSet<_> = steps.iter().map(|step| step.id).collect();
    assert_eq!(distinct.len(), steps.len());
}

#[test]
fn what_follows_from_one_event_goes_in_the_order_it_was_asked_for_and_before_what_its_timer_asks_for() {
    let second = Step::after_event(cause(Saga::Processing, 7), 1, processing(1, 7).action);
    assert!(processing(1, 7).place() < second.place());
    assert!(second.place() < Step::after_timer(&window()).place());
    assert!(Step::after_timer(&window()).place() < processing(1, 8).place());
}

#[test]
fn the_record_of_an_outcome_is_not_mistaken_for_its_effect_nor_for_another_outcome() {
    let effect = Step::after_event(cause(Saga::Refund, 7), 0, Action::Effect(submission()));
    let Effect::SubmitRefund { refund, claim } = submission() else { unreachable!() };
    let outcomes = [
        SagaCommand::RecordRefundSubmitted { refund, channel: RefundChannel::BackOffice },
        SagaCommand::RequestRefund { claim },
        SagaCommand::ExpireOrder { order: order(1) },
    ];
    let ids: std::collections::HashSet<_> =
        outcomes.into_iter().map(|outcome| effect.record(outcome).id).chain([effect.id]).collect();
    assert_eq!(ids.len(), 4);
}

#[test]
fn a_request_says_who_asks_and_why() {
    let metadata_of = |step: &Step| {
        let Action::Command(command) = step.action.clone() else { panic!("not a command") };
        step.request(command).metadata
    };
    let Metadata { actor, correlation_id, causation_id } = metadata_of(&processing(1, 7));
    assert_eq!((&*actor, &*correlation_id, &*causation_id), ("saga:processing", "c", "event:7"));
    let Metadata { causation_id, .. } = metadata_of(&Step::after_timer(&window()));
    assert_eq!(causation_id, "timer:payment_window:ord_00000000000000000000000000000001");
}

/// Rows that an older version has stored are worked off by this one.
#[test]
fn an_action_reads_back_from_its_stored_form() {
    let command = r#"{"command":{"command":"start_processing","order":"ord_00000000000000000000000000000001"}}"#;
    let refund = concat!(
        r#"{"submit_refund":{"refund":"rfd_00000000000000000000000000000009","claim":{"#,
        r#""order":"ord_00000000000000000000000000000001","capture":{"reference":"tx-1","#,
        r#""amount":{"amount":5,"currency":"GBP"}},"cause":"late_payment"}}}"#
    );
    for (action, form) in [(processing(1, 7).action, command), (Action::Effect(submission()), refund)] {
        assert_eq!(stored(&action).unwrap(), form);
        assert_eq!(Kind::of(&action).read(form).unwrap(), action);
    }
    assert_eq!(Kind::Effect.names(), ["effect", "refund"]);
}
