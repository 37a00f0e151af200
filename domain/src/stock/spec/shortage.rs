//! Fewer pieces are there than are held: who loses them, and what becomes of the others.

use super::{adjusted, given};
use crate::{
    samples::{at, order_id, quantity, text},
    stock::{
        Reservation,
        ReservationStage::{self, Committed, Held},
        Stock, StockCommand, StockEvent, StockRefusal, decide,
    },
};

pub(super) fn short(change: i64, orders: &[u128]) -> StockCommand {
    let orders = orders.iter().map(|order| order_id(*order)).collect();
    StockCommand::Short { change, orders, reason: text("counted"), at: at(-30) }
}

pub(super) fn more(order: u128, units: i64) -> StockCommand {
    StockCommand::BackorderMore { order: order_id(order), quantity: quantity(units) }
}

fn of(order: u128, units: i64) -> Reservation {
    Reservation { order: order_id(order), quantity: quantity(units) }
}

pub(super) fn shorted(order: u128, units: i64, from: ReservationStage) -> StockEvent {
    StockEvent::ReservationShorted { reservation: of(order, units), from }
}

/// Ten pieces: two are held for the first order, three are deducted for the second, four for the third.
fn life() -> Vec<StockEvent> {
    let mut events = vec![StockEvent::StockReceived { quantity: quantity(10), at: at(0) }];
    events.extend([(1, 2), (2, 3), (3, 4)].map(|(order, units)| StockEvent::StockReserved(of(order, units))));
    events.extend([(2, 3), (3, 4)].map(|(order, units)| StockEvent::ReservationCommitted(of(order, units))));
    events
}

fn after(events: impl IntoIterator<Item = StockEvent>) -> Stock {
    events.into_iter().fold(Stock::default(), |mut stock, event| {
        stock.evolve(&event);
        stock
    })
}

fn waiting(stock: &Stock) -> Vec<Reservation> {
    stock.waiting().collect()
}

#[test]
fn only_as_many_orders_lose_their_pieces_as_it_takes() {
    given(life()).when(short(-1, &[3, 2])).then_expect_events(vec![adjusted(-1)]);
    given(life()).when(short(-5, &[3, 2, 1])).then_expect_events(vec![shorted(3, 4, Committed), adjusted(-5)]);
    let two = vec![shorted(3, 4, Committed), shorted(1, 2, Held), adjusted(-6)];
    given(life()).when(short(-6, &[3, 3, 1, 2])).then_expect_events(two);
}

#[test]
fn more_than_all_of_it_is_not_missing() {
    let refused = StockRefusal::AdjustmentTooLow { change: -11, available: 10 };
    given(life()).when(short(-11, &[3, 2, 1])).then_expect_error(refused);
    given(life()).when(short(-9, &[4])).then_expect_error(StockRefusal::NotReserved);
    given(life()).when(short(0, &[1])).then_expect_error(StockRefusal::EmptyAdjustment);
}

/// The last who lost its pieces heads the queue, and what is there of them is kept for it.
#[test]
fn who_lost_its_pieces_waits_before_all_others() {
    let mut events = life();
    events.push(StockEvent::StockBackordered(of(9, 8)));
    let stock = after(events.clone());
    events.extend(decide(&stock, short(-6, &[3, 2])).unwrap());
    let stock = after(events);
    assert_eq!(waiting(&stock), [of(2, 3), of(3, 4), of(9, 8)]);
    assert_eq!((stock.on_hand(), stock.reserved(), stock.available(), stock.reservable()), (4, 2, 2, 0));
    assert_eq!([2, 3, 9].map(|order| stock.kept_for(order_id(order))), [2, 0, 0]);
    let receive = StockCommand::Receive { quantity: quantity(1), at: at(2) };
    let served = StockEvent::BackorderAllocated(of(2, 3));
    assert!(decide(&stock, receive).unwrap().contains(&served));
}

/// What is missing is cancelled: the rest is there for it at once.
#[test]
fn who_waits_for_no_more_than_is_kept_for_it_has_it() {
    let stock = after(life());
    let stock = after(life().into_iter().chain(decide(&stock, short(-2, &[3])).unwrap()));
    assert_eq!(stock.kept_for(order_id(3)), 3);
    let release = StockCommand::ReleasePart { order: order_id(3), quantity: quantity(1) };
    let expected = [StockEvent::BackorderReleased(of(3, 1)), StockEvent::BackorderAllocated(of(3, 3))];
    assert_eq!(decide(&stock, release).unwrap(), expected);
}

#[test]
fn who_waits_for_more_keeps_its_place() {
    let queue = [StockEvent::StockBackordered(of(8, 5)), StockEvent::StockBackordered(of(9, 5))];
    let stock = after(queue.clone());
    let stock = after(queue.into_iter().chain(decide(&stock, more(8, 2)).unwrap()));
    assert_eq!(waiting(&stock), [of(8, 7), of(9, 5)]);
    assert_eq!(stock.awaited_pieces(), 12);
}
