mod backorder;
mod extension;
mod part;
mod reservation;
mod shortage;

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use crate::{
    samples::{at, events::stock_events, order_id, quantity, text},
    stock::{MAX_ON_HAND, Reservation, ReservationStage, Stock, StockCommand, StockEvent, StockId, StockRefusal},
};

fn given(events: Vec<StockEvent>) -> AggregateTestExecutor<Stock> {
    TestFramework::with(()).given(events)
}

fn state(events: &[StockEvent]) -> Stock {
    events.iter().fold(Stock::default(), |mut stock, event| {
        stock.evolve(event);
        stock
    })
}

fn received(units: i64) -> StockEvent {
    StockEvent::StockReceived { quantity: quantity(units), at: at(-60) }
}

fn adjusted(change: i64) -> StockEvent {
    StockEvent::StockAdjusted { change, reason: text("counted"), at: at(-30) }
}

fn reservation(order: u128, units: i64) -> Reservation {
    Reservation { order: order_id(order), quantity: quantity(units) }
}

fn reserved(order: u128, units: i64) -> StockEvent {
    StockEvent::StockReserved(reservation(order, units))
}

fn extended(order: u128, units: i64) -> StockEvent {
    StockEvent::ReservationExtended(reservation(order, units))
}

fn extend(order: u128, units: i64) -> StockCommand {
    StockCommand::Extend { order: order_id(order), quantity: quantity(units) }
}

fn committed(order: u128, units: i64) -> StockEvent {
    StockEvent::ReservationCommitted(reservation(order, units))
}

fn released(order: u128, units: i64, from: ReservationStage) -> StockEvent {
    StockEvent::ReservationReleased { reservation: reservation(order, units), from }
}

fn consumed(order: u128, units: i64) -> StockEvent {
    StockEvent::ReservationConsumed(reservation(order, units))
}

fn restocked(order: u128, units: i64) -> StockEvent {
    StockEvent::StockRestocked { order: order_id(order), quantity: quantity(units), at: at(600) }
}

fn backordered(order: u128, units: i64) -> StockEvent {
    StockEvent::StockBackordered(reservation(order, units))
}

fn allocated(order: u128, units: i64) -> StockEvent {
    StockEvent::BackorderAllocated(reservation(order, units))
}

fn no_longer_awaited(order: u128, units: i64) -> StockEvent {
    StockEvent::BackorderReleased(reservation(order, units))
}

fn restock(order: u128, units: i64) -> StockCommand {
    StockCommand::Restock { order: order_id(order), quantity: quantity(units), at: at(600) }
}

fn receive(units: i64) -> StockCommand {
    StockCommand::Receive { quantity: quantity(units), at: at(-60) }
}

fn adjust(change: i64) -> StockCommand {
    StockCommand::Adjust { change, reason: text("counted"), at: at(-30) }
}

/// A stock that counts exactly so many pieces.
fn counting(pieces: i64) -> Vec<StockEvent> {
    vec![adjusted(pieces)]
}

#[test]
fn the_first_receipt_starts_a_stock() {
    given(vec![]).when(receive(10)).then_expect_events(vec![received(10)]);
}

#[test]
fn two_receipts_of_the_same_are_two_receipts() {
    given(vec![received(10)]).when(receive(10)).then_expect_events(vec![received(10)]);
}

#[test]
fn a_stock_can_be_received_up_to_its_bound_and_no_piece_further() {
    given(counting(MAX_ON_HAND - 5)).when(receive(5)).then_expect_events(vec![received(5)]);
    given(counting(MAX_ON_HAND - 5)).when(receive(6)).then_expect_error(StockRefusal::TooMany);
}

#[test]
fn a_stock_can_be_adjusted_up_to_its_bound_and_no_piece_further() {
    given(vec![received(5)]).when(adjust(MAX_ON_HAND - 5)).then_expect_events(vec![adjusted(MAX_ON_HAND - 5)]);
    given(vec![received(5)]).when(adjust(MAX_ON_HAND - 4)).then_expect_error(StockRefusal::TooMany);
    given(vec![received(5)]).when(adjust(i64::MAX)).then_expect_error(StockRefusal::TooMany);
}

#[test]
fn a_stock_can_be_restocked_up_to_its_bound_and_no_piece_further() {
    given(counting(MAX_ON_HAND - 5)).when(restock(1, 5)).then_expect_events(vec![restocked(1, 5)]);
    given(counting(MAX_ON_HAND - 5)).when(restock(1, 6)).then_expect_error(StockRefusal::TooMany);
}

/// The return that brings them back knows whether it did so before; the stock does not.
#[test]
fn pieces_come_back_for_an_order_whatever_it_holds_and_as_often_as_they_are_brought() {
    given(vec![]).when(restock(1, 2)).then_expect_events(vec![restocked(1, 2)]);
    given(vec![received(10), reserved(1, 6), restocked(1, 2)])
        .when(restock(1, 2))
        .then_expect_events(vec![restocked(1, 2)]);
    let stock = state(&[received(10), reserved(1, 6), restocked(1, 2)]);
    assert_eq!((stock.on_hand(), stock.reserved(), stock.open_reservations()), (12, 6, 1));
}

#[test]
fn an_adjustment_by_nothing_is_refused() {
    given(vec![received(10)]).when(adjust(0)).then_expect_error(StockRefusal::EmptyAdjustment);
}

#[test]
fn pieces_that_are_not_held_can_be_adjusted_away() {
    given(vec![received(10), reserved(1, 6)]).when(adjust(-4)).then_expect_events(vec![adjusted(-4)]);
}

#[test]
fn pieces_that_are_held_for_an_order_cannot_be_adjusted_away() {
    given(vec![received(10), reserved(1, 6)])
        .when(adjust(-5))
        .then_expect_error(StockRefusal::AdjustmentTooLow { change: -5, available: 4 });
}

#[test]
fn pieces_that_are_not_there_cannot_be_adjusted_away() {
    for change in [-1, i64::MIN] {
        given(vec![]).when(adjust(change)).then_expect_error(StockRefusal::AdjustmentTooLow { change, available: 0 });
    }
}

#[test]
fn a_refused_adjustment_says_what_is_available() {
    given(vec![received(3)])
        .when(adjust(-4))
        .then_expect_error_message("an adjustment by -4 would take more than the 3 available");
}

#[test]
fn the_bound_that_a_refusal_names_is_the_bound() {
    assert!(StockRefusal::TooMany.to_string().contains(&MAX_ON_HAND.to_string()));
}

#[test]
fn nothing_recorded_is_the_same_as_nothing_there() {
    let stock = Stock::default();
    assert_eq!((stock.on_hand(), stock.reserved(), stock.available(), stock.open_reservations()), (0, 0, 0, 0));
}

/// Views sum these changes up instead of folding the aggregate.
#[test]
fn the_changes_that_events_state_are_the_changes_that_the_stock_makes() {
    let before = [received(100), reserved(1, 6)];
    for sample in stock_events() {
        let (old, mut new) = (state(&before), state(&before));
        new.evolve(&sample.value);
        assert_eq!(new.on_hand() - old.on_hand(), sample.value.on_hand_change(), "{}", sample.variant);
        assert_eq!(new.reserved() - old.reserved(), sample.value.reserved_change(), "{}", sample.variant);
        // Nobody waits yet, so that of these only a beginning can be seen here; `properties` sees the others.
        assert_eq!(
            new.awaited_pieces() - old.awaited_pieces(),
            sample.value.waiting_change().max(0),
            "{}",
            sample.variant
        );
    }
}

#[test]
fn a_stock_id_is_a_sku_at_a_location() {
    let id: StockId = text("BANK CHARGES@main");
    assert_eq!((id.sku.as_str(), id.location.as_str()), ("BANK CHARGES", "main"));
    assert_eq!(id.to_string(), "BANK CHARGES@main");
    assert_eq!(serde_json::to_value(&id).unwrap(), "BANK CHARGES@main");
}

#[test]
fn what_is_not_a_sku_at_a_location_is_no_stock_id() {
    for malformed in ["85123A", "@main", "85123A@", "85123A@main@north", "85123A @main", "85123A@the north"] {
        assert!(malformed.parse::<StockId>().is_err(), "{malformed} was accepted");
    }
}
