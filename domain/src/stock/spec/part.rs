//! A reservation that goes by parts: what is left of it stays as it was, and its last piece ends it.

use super::{committed, consumed, given, received, released, reserved, state};
use crate::{
    samples::{order_id, quantity},
    stock::{ReservationStage, StockCommand, StockEvent, StockRefusal},
};

fn release_part(units: i64) -> StockCommand {
    StockCommand::ReleasePart { order: order_id(1), quantity: quantity(units) }
}

fn consume_part(units: i64) -> StockCommand {
    StockCommand::ConsumePart { order: order_id(1), quantity: quantity(units) }
}

fn counts(events: &[StockEvent]) -> (i64, i64, usize) {
    let stock = state(events);
    (stock.on_hand(), stock.reserved(), stock.open_reservations())
}

#[test]
fn a_part_of_what_is_held_is_given_back_and_the_rest_stays_held() {
    let part = released(1, 4, ReservationStage::Held);
    let held = vec![received(10), reserved(1, 6)];
    given(held.clone()).when(release_part(4)).then_expect_events(vec![part.clone()]);
    let after = [held, vec![part]].concat();
    assert_eq!(counts(&after), (10, 2, 1));
    given(after).when(StockCommand::Commit { order: order_id(1) }).then_expect_events(vec![committed(1, 2)]);
}

#[test]
fn a_part_of_what_is_deducted_comes_back_and_the_rest_stays_deducted() {
    let part = released(1, 4, ReservationStage::Committed);
    let deducted = vec![received(10), reserved(1, 6), committed(1, 6)];
    given(deducted.clone()).when(release_part(4)).then_expect_events(vec![part.clone()]);
    let after = [deducted, vec![part]].concat();
    assert_eq!(counts(&after), (8, 0, 1));
    given(after).when(StockCommand::Consume { order: order_id(1) }).then_expect_events(vec![consumed(1, 2)]);
}

#[test]
fn a_part_leaves_and_the_rest_can_still_be_given_back() {
    let shipped = vec![received(10), reserved(1, 6), committed(1, 6), consumed(1, 4)];
    assert_eq!(counts(&shipped), (4, 0, 1));
    let rest = released(1, 2, ReservationStage::Committed);
    given(shipped).when(StockCommand::Release { order: order_id(1) }).then_expect_events(vec![rest]);
}

#[test]
fn a_part_that_is_the_whole_ends_the_reservation() {
    let deducted = [received(10), reserved(1, 6), committed(1, 6)];
    for (command, end) in
        [(release_part(6), released(1, 6, ReservationStage::Committed)), (consume_part(6), consumed(1, 6))]
    {
        given(deducted.to_vec()).when(command).then_expect_events(vec![end.clone()]);
        assert_eq!(state(&[&deducted[..], &[end]].concat()).open_reservations(), 0);
    }
}

#[test]
fn the_last_part_ends_the_reservation() {
    let parts = [received(10), reserved(1, 6), committed(1, 6), consumed(1, 4), consumed(1, 2)];
    assert_eq!(counts(&parts), (4, 0, 0));
    given(parts.to_vec()).when(consume_part(1)).then_expect_error(StockRefusal::NotReserved);
}

#[test]
fn a_part_is_never_more_than_what_is_left() {
    let deducted = vec![received(10), reserved(1, 6), committed(1, 6), consumed(1, 4)];
    let refusal = || StockRefusal::PartTooLarge { asked: 3, reserved: 2 };
    given(deducted.clone()).when(release_part(3)).then_expect_error(refusal());
    given(deducted).when(consume_part(3)).then_expect_error(refusal());
}
