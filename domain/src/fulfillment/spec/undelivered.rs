//! Parcels that have left and do not arrive.

use super::{failed, given, life, opened, shipped, started, state};
use crate::{
    fulfillment::{
        Fulfillment, FulfillmentAction, FulfillmentCommand, FulfillmentEvent, FulfillmentRefusal, FulfillmentStatus,
        GivenUp, Parcel, Reach, Undelivered, give_up, under_way,
    },
    product::ProductKind,
    samples::{at, parcel, parcel_line, return_id, text, units},
};

/// Six units of the first line and one of the second, of which some did not arrive.
fn reduced(lines: &[(u32, i64)]) -> FulfillmentCommand {
    let lines = lines.iter().map(|(line, quantity)| units(*line, *quantity)).collect();
    FulfillmentCommand::GiveUp { lines: Some(lines), outcome: Undelivered::Lost, reason: text("lost"), at: at(200) }
}

/// The state of a parcel of the first line, which was sent.
fn sent(number: u32, quantity: i64, has_failed: bool) -> Fulfillment {
    let lines = vec![parcel_line(0, "85123A", ProductKind::Goods, quantity)];
    let parcel = Parcel { number, lines: lines.clone(), ..parcel() };
    let mut events = vec![
        FulfillmentEvent::FulfillmentOpened { parcel, at: at(5) },
        started(),
        FulfillmentEvent::FulfillmentShipped { lines, tracking: None, carrier: None, at: at(60) },
    ];
    events.extend(has_failed.then(failed));
    state(events)
}

fn given_up(number: u32, quantity: i64, is_all: bool) -> GivenUp {
    GivenUp { number, lines: vec![units(0, quantity)], is_all }
}

#[test]
fn a_parcel_that_was_returned_or_lost_neither_leaves_nor_arrives() {
    for status in [FulfillmentStatus::Returned, FulfillmentStatus::Lost] {
        let ship = FulfillmentCommand::Ship { lines: None, tracking: None, carrier: None, at: at(300) };
        let wrong = |action| FulfillmentRefusal::WrongStatus { action, status };
        given(life(status)).when(ship).then_expect_error(wrong(FulfillmentAction::Ship));
        given(life(status))
            .when(FulfillmentCommand::Deliver { at: at(300) })
            .then_expect_error(wrong(FulfillmentAction::Deliver));
    }
}

#[test]
fn units_are_given_up_one_after_the_other_and_the_parcel_with_the_last() {
    for life in [vec![opened(), started(), shipped()], vec![opened(), started(), shipped(), failed()]] {
        let line = |quantity| parcel_line(0, "85123A", ProductKind::Goods, quantity);
        let less = FulfillmentEvent::FulfillmentReduced { lines: vec![line(6)], reason: text("lost"), at: at(200) };
        given(life.clone()).when(reduced(&[(0, 6)])).then_expect_events(vec![less.clone()]);
        let lost = FulfillmentEvent::FulfillmentLost { replaces: None, reason: text("lost"), at: at(200) };
        let after = [life, vec![less]].concat();
        given(after.clone()).when(reduced(&[(1, 1)])).then_expect_events(vec![lost]);
        given(after).when(reduced(&[(0, 1)])).then_expect_error(FulfillmentRefusal::UnknownLine { line: 0 });
    }
}

#[test]
fn what_came_back_is_what_had_arrived_and_only_then_what_had_not() {
    let parcels = [sent(1, 2, false), sent(2, 3, true)];
    let back = |quantity, arrived| give_up(&parcels, &[units(0, quantity)], |_| arrived, Reach::ArrivedFirst);
    assert_eq!(back(1, 1), []);
    assert_eq!(back(3, 1), [given_up(2, 2, false)]);
    assert_eq!(back(6, 1), [given_up(2, 3, true), given_up(1, 2, true)]);
}

#[test]
fn what_is_paid_back_without_coming_back_is_what_never_came() {
    let parcels = [sent(1, 2, false), sent(2, 3, true)];
    let back = |quantity, arrived| give_up(&parcels, &[units(0, quantity)], |_| arrived, Reach::FailedFirst);
    assert_eq!(back(1, 1), [given_up(2, 1, false)]);
    assert_eq!(back(4, 1), [given_up(2, 3, true)]);
    assert_eq!(back(5, 1), [given_up(2, 3, true), given_up(1, 1, false)]);
}

#[test]
fn what_answers_a_return_is_not_the_orders_to_give_back() {
    let Fulfillment::Shipped(mut dispatch) = sent(1, 2, false) else { panic!("it was not sent") };
    dispatch.parcel.replaces = Some(return_id(4));
    let parcels = [Fulfillment::Shipped(dispatch), state(life(FulfillmentStatus::Delivered)), sent(3, 1, false)];
    assert_eq!(under_way(&parcels).into_iter().collect::<Vec<_>>(), [(0, 1)]);
    assert_eq!(give_up(&parcels, &[units(0, 2)], |_| 0, Reach::ArrivedFirst), [given_up(3, 1, true)]);
}
