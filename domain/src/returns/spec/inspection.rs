//! What came back, and what is owed for it.

use super::{approved, given, requested, state};
use crate::{
    returns::{InspectedLine, Owed, Replacement, ReturnCommand, ReturnEvent, ReturnKind, ReturnRefusal, restocked},
    samples::{at, exchange, inspected, quantity, text, units},
};

fn received(kind: ReturnKind) -> Vec<ReturnEvent> {
    let sent = ReturnEvent::ReturnInTransit { tracking: None, at: at(12_000) };
    vec![requested(kind), approved(), sent, ReturnEvent::ReturnReceived { at: at(13_000) }]
}

fn inspect(inspected: &[InspectedLine]) -> ReturnCommand {
    ReturnCommand::Inspect { inspected: inspected.to_vec(), location: None, at: at(13_100) }
}

fn owed(kind: ReturnKind, found: &[InspectedLine]) -> Owed {
    let inspected = ReturnEvent::ReturnInspected { inspected: found.to_vec(), location: None, at: at(13_100) };
    let events = [received(kind), vec![inspected]].concat();
    let decided =
        crate::returns::decide(&state(events), ReturnCommand::Resolve { refunds: vec![], at: at(13_200) }).unwrap();
    let [ReturnEvent::ReturnResolving { owed, .. }] = decided.as_slice() else { panic!("{decided:?}") };
    owed.clone()
}

#[test]
fn every_unit_of_every_line_is_found_somewhere() {
    let mismatch = |line, expected, inspected| ReturnRefusal::InspectionMismatch { line, expected, inspected };
    for (found, refusal) in [
        (vec![inspected(0, 2, 1, 1), inspected(1, 1, 0, 0)], mismatch(0, 5, 4)),
        (vec![inspected(0, 2, 2, 2), inspected(1, 1, 0, 0)], mismatch(0, 5, 6)),
        (vec![inspected(0, u32::MAX, 6, 0), inspected(1, 1, 0, 0)], mismatch(0, 5, u64::from(u32::MAX) + 6)),
        (vec![inspected(0, 5, 0, 0)], mismatch(1, 1, 0)),
        (vec![], mismatch(0, 5, 0)),
        (vec![inspected(0, 5, 0, 0), inspected(2, 1, 0, 0)], ReturnRefusal::UnknownLine { line: 2 }),
        (vec![inspected(0, 4, 0, 0), inspected(0, 1, 0, 0)], ReturnRefusal::LineNamedTwice { line: 0 }),
    ] {
        given(received(ReturnKind::Return)).when(inspect(&found)).then_expect_error(refusal);
    }
}

#[test]
fn what_was_found_is_stated_line_by_line() {
    let found = [inspected(1, 0, 0, 1), inspected(0, 2, 2, 1)];
    let event = ReturnEvent::ReturnInspected { inspected: found.to_vec(), location: None, at: at(13_100) };
    given(received(ReturnKind::Return)).when(inspect(&found)).then_expect_events(vec![event]);
}

#[test]
fn only_what_can_be_sold_again_goes_back_on_the_shelf() {
    assert_eq!(restocked(&[inspected(0, 2, 2, 1), inspected(1, 0, 1, 0)]), [units(0, 2)]);
}

#[test]
fn what_came_back_is_paid_back_whether_it_can_be_sold_again_or_not() {
    let refund = |units| Owed::Refund { units };
    let found = [inspected(0, 2, 2, 1), inspected(1, 0, 1, 0)];
    assert_eq!(owed(ReturnKind::Return, &found), refund(vec![units(0, 4), units(1, 1)]));
    let found = [inspected(0, 5, 0, 0), inspected(1, 0, 0, 1)];
    assert_eq!(owed(ReturnKind::Return, &found), refund(vec![units(0, 5)]));
}

#[test]
fn nothing_is_owed_for_an_empty_parcel() {
    let found = [inspected(0, 0, 0, 5), inspected(1, 0, 0, 1)];
    assert_eq!(owed(ReturnKind::Return, &found), Owed::Nothing);
    assert_eq!(owed(exchange(), &found), Owed::Nothing);
}

/// The replacement does not belong to single units: half of it is owed for nothing.
#[test]
fn an_exchange_is_owed_whole_and_what_came_back_of_a_part_is_paid_back() {
    let lines = vec![Replacement { sku: text("71053"), quantity: quantity(5) }];
    let all = [inspected(0, 0, 5, 0), inspected(1, 1, 0, 0)];
    assert_eq!(owed(exchange(), &all), Owed::Replacement { lines });
    let part = [inspected(0, 4, 0, 1), inspected(1, 1, 0, 0)];
    assert_eq!(owed(exchange(), &part), Owed::Refund { units: vec![units(0, 4), units(1, 1)] });
}

#[test]
fn the_goods_of_a_refund_only_stay_with_the_customer_and_all_of_them_are_paid_back() {
    let approved = vec![requested(ReturnKind::RefundOnly), approved()];
    given(approved.clone())
        .when(ReturnCommand::RecordInTransit { tracking: None, at: at(12_000) })
        .then_expect_error(ReturnRefusal::NothingToSend);
    let owed = Owed::Refund { units: vec![units(0, 5), units(1, 1)] };
    given(approved)
        .when(ReturnCommand::Resolve { refunds: vec![], at: at(10_200) })
        .then_expect_events(vec![ReturnEvent::ReturnResolving { owed, refunds: vec![], at: at(10_200) }]);
}

#[test]
fn nothing_is_owed_for_goods_before_they_are_back() {
    for kind in [ReturnKind::Return, exchange()] {
        given(vec![requested(kind), approved()])
            .when(ReturnCommand::Resolve { refunds: vec![], at: at(10_200) })
            .then_expect_error(ReturnRefusal::NotInspected);
    }
}
