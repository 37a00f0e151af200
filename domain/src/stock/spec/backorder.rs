//! Orders that wait for pieces: served in their order, whole, and in the append that makes the pieces available.

use super::{
    adjust, adjusted, allocated, backordered, committed, given, no_longer_awaited, receive, received, released,
    reserved, restock, restocked, state,
};
use crate::{
    samples::{order_id, quantity},
    stock::{ReservationStage, Stock, StockCommand, StockEvent, StockRefusal},
};

fn backorder(order: u128, units: i64) -> StockCommand {
    StockCommand::Backorder { order: order_id(order), quantity: quantity(units) }
}

fn release(order: u128) -> StockCommand {
    StockCommand::Release { order: order_id(order) }
}

fn release_part(order: u128, units: i64) -> StockCommand {
    StockCommand::ReleasePart { order: order_id(order), quantity: quantity(units) }
}

/// Two are there; the first waits for five, the second for one, the third for three.
fn queue() -> Vec<StockEvent> {
    vec![received(2), backordered(1, 5), backordered(2, 1), backordered(3, 3)]
}

fn waiting(stock: &Stock) -> Vec<(u128, i64)> {
    stock.waiting().map(|waiting| (waiting.order.as_uuid().as_u128(), waiting.quantity.into())).collect()
}

#[test]
fn whoever_finds_enough_and_nobody_before_them_does_not_wait() {
    given(vec![received(5)]).when(backorder(1, 5)).then_expect_events(vec![backordered(1, 5), allocated(1, 5)]);
    given(vec![received(5)]).when(backorder(1, 6)).then_expect_events(vec![backordered(1, 6)]);
}

#[test]
fn nobody_overtakes_those_who_wait() {
    given(queue()).when(backorder(4, 1)).then_expect_events(vec![backordered(4, 1)]);
    given(queue())
        .when(StockCommand::Reserve { order: order_id(4), quantity: quantity(1) })
        .then_expect_error(StockRefusal::Insufficient { asked: 1, available: 0 });
    let stock = state(&queue());
    assert_eq!((stock.available(), stock.reservable(), stock.open_reservations()), (2, 0, 3));
    assert_eq!(waiting(&stock), [(1, 5), (2, 1), (3, 3)]);
}

#[test]
fn the_first_that_does_not_fit_blocks_those_behind_it() {
    given(queue()).when(receive(2)).then_expect_events(vec![received(2)]);
    given(queue()).when(receive(3)).then_expect_events(vec![received(3), allocated(1, 5)]);
    given(queue()).when(receive(6)).then_expect_events(vec![received(6), allocated(1, 5), allocated(2, 1)]);
}

#[test]
fn pieces_serve_the_queue_however_they_became_available() {
    let holding = |end: StockEvent| [vec![received(3), reserved(9, 3), end], queue()].concat();
    let served = |first: StockEvent| vec![first, allocated(1, 5)];
    given(queue()).when(adjust(3)).then_expect_events(served(adjusted(3)));
    given(queue()).when(restock(8, 3)).then_expect_events(served(restocked(8, 3)));
    given(holding(adjusted(1))).when(release(9)).then_expect_events(vec![
        released(9, 3, ReservationStage::Held),
        allocated(1, 5),
        allocated(2, 1),
    ]);
    given(holding(committed(9, 3))).when(release(9)).then_expect_events(served(released(
        9,
        3,
        ReservationStage::Committed,
    )));
    given(holding(adjusted(1))).when(release_part(9, 2)).then_expect_events(served(released(
        9,
        2,
        ReservationStage::Held,
    )));
}

/// The pieces were there all the time, and too few for the one in front.
#[test]
fn whoever_leaves_the_queue_makes_room_for_those_behind() {
    given(queue()).when(release(1)).then_expect_events(vec![no_longer_awaited(1, 5), allocated(2, 1)]);
    given(queue()).when(release(2)).then_expect_events(vec![no_longer_awaited(2, 1)]);
    let stock = state(&[queue(), vec![no_longer_awaited(2, 1)]].concat());
    assert_eq!(waiting(&stock), [(1, 5), (3, 3)]);
}

#[test]
fn whoever_waits_for_fewer_keeps_their_place() {
    given(queue()).when(release_part(1, 2)).then_expect_events(vec![no_longer_awaited(1, 2)]);
    let stock = state(&[queue(), vec![no_longer_awaited(1, 2)]].concat());
    assert_eq!(waiting(&stock), [(1, 3), (2, 1), (3, 3)]);
    given(queue()).when(release_part(1, 3)).then_expect_events(vec![no_longer_awaited(1, 3), allocated(1, 2)]);
    given(queue()).when(release_part(1, 5)).then_expect_events(vec![no_longer_awaited(1, 5), allocated(2, 1)]);
    given(queue()).when(release_part(1, 6)).then_expect_error(StockRefusal::PartTooLarge { asked: 6, reserved: 5 });
}

#[test]
fn what_was_waited_for_is_held_like_any_other() {
    let served = vec![received(2), backordered(1, 5), received(3), allocated(1, 5)];
    let stock = state(&served);
    assert_eq!((stock.on_hand(), stock.reserved(), stock.available(), waiting(&stock).len()), (5, 5, 0, 0));
    given(served.clone()).when(StockCommand::Commit { order: order_id(1) }).then_expect_events(vec![committed(1, 5)]);
    given(served).when(release(1)).then_expect_events(vec![released(1, 5, ReservationStage::Held)]);
}

/// Pieces that nobody was given yet can turn out to be broken.
#[test]
fn what_lies_there_for_those_who_wait_can_be_adjusted_away() {
    given(queue()).when(adjust(-2)).then_expect_events(vec![adjusted(-2)]);
}

#[test]
fn a_snapshot_keeps_the_queue_in_its_order_and_one_from_before_has_none() {
    let stock = state(&queue());
    let stored = serde_json::to_string(&stock).unwrap();
    let read: Stock = serde_json::from_str(&stored).unwrap();
    assert_eq!(waiting(&read), waiting(&stock));
    let old: Stock = serde_json::from_str(r#"{"on_hand":4,"reserved":0,"reservations":{}}"#).unwrap();
    assert_eq!((old.available(), waiting(&old)), (4, vec![]));
    assert_eq!(serde_json::to_string(&old).unwrap(), r#"{"on_hand":4,"reserved":0,"reservations":{}}"#);
}
