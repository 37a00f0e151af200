use purser_domain::{
    event::Event,
    ids::OrderId,
    recorded::Recorded,
    saga::{Action, SagaCommand},
    upcast::Upcasters,
};

use super::*;

const PAID: &str = r#"{"OrderPaid":{"settlement":"nothing_due","at":"2026-01-01T00:00:00Z"}}"#;
const CANCELLED: &str = r#"{"OrderCancelled":{"reason":"changed my mind","at":"2026-01-01T00:00:00Z"}}"#;
const PROCESSING: &str = r#"{"ProcessingStarted":{"at":"2026-01-01T00:00:00Z"}}"#;

fn order(number: u8) -> OrderId {
    OrderId::from_uuid(uuid::Uuid::from_u128(number.into()))
}

fn placed(pay_by: &str) -> String {
    format!(
        r#"{{"OrderPlaced":{{"merchant":"m","lines":[],"total":{{"amount":5,"currency":"GBP"}},
            "ship_to":{{"recipient":"r","country":"GB"}},"allocations":[],
            "placed_at":"2026-01-01T00:00:00Z","pay_by":"{pay_by}"}}}}"#
    )
}

fn event(position: i64, number: u8, payload: &str) -> FeedEvent {
    let recorded = Recorded {
        position,
        recorded_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        aggregate_type: "order".into(),
        aggregate_id: order(number).into(),
        sequence: position,
        event_type: "whatever".into(),
        event_version: "1.0".into(),
        payload: serde_json::from_str(payload).unwrap(),
        metadata: serde_json::from_str(r#"{"actor":"x","correlation_id":"conversation","causation_id":"r"}"#).unwrap(),
    };
    FeedEvent { event: Event::decode(&recorded, &Upcasters::current()).map_err(|error| error.to_string()), recorded }
}

fn unreadable(position: i64, number: u8) -> FeedEvent {
    event(position, number, r#"{"OrderTeleported":{}}"#)
}

fn react_to<'a>(events: &'a [FeedEvent], parked: &mut ParkedStreams) -> Reactions<'a> {
    react(&events.iter().collect::<Vec<_>>(), parked)
}

fn parked_positions(reactions: &Reactions<'_>) -> Vec<(i64, bool)> {
    reactions.parkings.iter().map(|parking| (parking.event.recorded.position, parking.error.is_some())).collect()
}

#[test]
fn an_order_placed_sets_the_timer_of_its_window() {
    let events = [event(1, 7, &placed("2026-01-01T00:30:00Z"))];
    let reactions = react_to(&events, &mut ParkedStreams::default());
    let timer = SetTimer {
        timer: Timer::PaymentWindow { order: order(7) },
        repeat: None,
        due: "2026-01-01T00:30:00Z".parse().unwrap(),
        position: 1,
        correlation_id: "conversation".to_owned(),
    };
    assert_eq!(reactions.timers, TimerChanges { set: vec![timer], cleared: vec![] });
    assert_eq!(reactions.steps, []);
}

#[test]
fn an_order_placed_and_paid_in_one_batch_writes_no_timer() {
    let events = [event(1, 7, &placed("2026-01-01T00:30:00Z")), event(2, 7, PAID)];
    let reactions = react_to(&events, &mut ParkedStreams::default());
    assert_eq!(reactions.timers.set, []);
    let command = SagaCommand::StartProcessing { order: order(7) };
    let cause = Cause { saga: Saga::Processing, position: 2, correlation_id: "conversation".to_owned() };
    let step = Step::after_event(cause, 0, Action::Command(command));
    assert_eq!(reactions.steps, [step]);
}

#[test]
fn a_timer_of_an_earlier_batch_is_cleared() {
    let events = [event(9, 7, PAID)];
    let reactions = react_to(&events, &mut ParkedStreams::default());
    assert_eq!(reactions.timers.cleared, [Timer::PaymentWindow { order: order(7) }]);
}

#[test]
fn timers_come_out_in_the_order_of_the_orders() {
    let events: Vec<FeedEvent> =
        (1..=9).map(|number| event(number.into(), 10 - number, &placed("2026-01-01T00:30:00Z"))).collect();
    let set = react_to(&events, &mut ParkedStreams::default()).timers.set;
    assert_eq!(
        set.iter().map(|set| set.timer.subject()).collect::<Vec<_>>(),
        (1..=9).map(|n| order(n).as_uuid()).collect::<Vec<_>>()
    );
}

#[test]
fn steps_come_out_in_the_order_of_the_events() {
    let events = [event(1, 2, CANCELLED), event(2, 1, PAID), event(3, 2, PROCESSING), event(4, 3, PAID)];
    let steps = react_to(&events, &mut ParkedStreams::default()).steps;
    assert_eq!(steps.iter().map(|step| step.position).collect::<Vec<_>>(), [1, 2, 4]);
}

#[test]
fn an_event_that_cannot_be_read_parks_its_stream_and_no_other() {
    let events = [unreadable(1, 1), event(2, 1, PAID), event(3, 2, PAID)];
    let mut parked = ParkedStreams::default();
    let reactions = react_to(&events, &mut parked);
    assert_eq!(parked_positions(&reactions), [(1, true), (2, false)]);
    assert_eq!(reactions.steps.iter().map(|step| step.position).collect::<Vec<_>>(), [3]);
    assert!(parked.contains(&events[0].recorded));
    assert!(!parked.contains(&events[2].recorded));
}

#[test]
fn behind_a_parked_event_only_those_wait_that_something_follows_from() {
    let events = [event(2, 1, PROCESSING), event(3, 1, PAID), unreadable(4, 1)];
    let mut parked = ParkedStreams::default();
    parked.insert(&events[0].recorded);
    assert_eq!(parked_positions(&react_to(&events, &mut parked)), [(3, false), (4, false)]);
}

#[test]
fn metadata_that_cannot_be_read_parks_its_stream_like_any_other_damage() {
    let mut event = event(1, 1, PAID);
    event.recorded.metadata = serde_json::from_str(r#"{"correlation":"x"}"#).unwrap();
    let events = [event];
    let reactions = react_to(&events, &mut ParkedStreams::default());
    assert_eq!(parked_positions(&reactions), [(1, true)]);
    assert_eq!(reactions.steps, []);
}

#[test]
fn the_steps_of_one_saga_after_one_event_are_counted() {
    let step = |saga, position| {
        let command = SagaCommand::StartProcessing { order: order(7) };
        let cause = Cause { saga, position, correlation_id: "conversation".to_owned() };
        Step::after_event(cause, 0, Action::Command(command))
    };
    let steps = [step(Saga::Processing, 1), step(Saga::Processing, 2), step(Saga::Release, 2), step(Saga::Release, 2)];
    assert_eq!(ordinal_of(&steps, Saga::Release, 2), 2);
    assert_eq!(ordinal_of(&steps, Saga::Release, 3), 0);
    assert_eq!(ordinal_of(&steps, Saga::Refund, 2), 0);
}
