//! Pieces that answer a return: deducted at once, on top of what is deducted for the order already.

use super::{backordered, committed, consumed, extend, extended, given, received, released, reserved, state};
use crate::{
    samples::{order_id, quantity},
    stock::{ReservationStage, StockCommand, StockEvent, StockRefusal},
};

fn counts(events: &[StockEvent]) -> (i64, i64, usize) {
    let stock = state(events);
    (stock.on_hand(), stock.reserved(), stock.open_reservations())
}

/// Its own pieces have left; two exchanges of it are under way.
fn twice() -> Vec<StockEvent> {
    vec![received(10), reserved(1, 6), committed(1, 6), consumed(1, 6), extended(1, 1), extended(1, 2)]
}

#[test]
fn what_answers_a_return_is_deducted_at_once_and_adds_to_what_is() {
    given(vec![received(10)]).when(extend(1, 4)).then_expect_events(vec![extended(1, 4)]);
    assert_eq!(counts(&[received(10), extended(1, 4)]), (6, 0, 1));
    assert_eq!(counts(&twice()), (1, 0, 1));
    let both = StockCommand::Consume { order: order_id(1) };
    given(twice()).when(both).then_expect_events(vec![consumed(1, 3)]);
}

#[test]
fn each_of_two_replacements_leaves_or_comes_back_for_itself() {
    let part = |units| StockCommand::ReleasePart { order: order_id(1), quantity: quantity(units) };
    let back = released(1, 2, ReservationStage::Committed);
    given(twice()).when(part(2)).then_expect_events(vec![back.clone()]);
    assert_eq!(counts(&[twice(), vec![back]].concat()), (3, 0, 1));
    let leaves = StockCommand::ConsumePart { order: order_id(1), quantity: quantity(1) };
    given(twice()).when(leaves).then_expect_events(vec![consumed(1, 1)]);
    assert_eq!(counts(&[twice(), vec![consumed(1, 1), consumed(1, 2)]].concat()), (1, 0, 0));
}

#[test]
fn no_piece_is_sent_in_exchange_that_others_hold_or_wait_for() {
    given(vec![received(10), reserved(2, 7)])
        .when(extend(1, 4))
        .then_expect_error(StockRefusal::Insufficient { asked: 4, available: 3 });
    given(vec![received(10), backordered(2, 11)])
        .when(extend(1, 1))
        .then_expect_error(StockRefusal::Insufficient { asked: 1, available: 0 });
}

#[test]
fn a_reservation_is_extended_up_to_the_largest_quantity_and_no_piece_further() {
    let pieces = i64::from(crate::quantity::Quantity::MAX);
    let much = vec![super::adjusted(3 * pieces), extended(1, pieces - 1)];
    given(much.clone()).when(extend(1, 1)).then_expect_events(vec![extended(1, 1)]);
    given(much).when(extend(1, 2)).then_expect_error(StockRefusal::AlreadyReserved);
}
