//! An order that leaves in several parcels.

use super::{cancel, given, state};
use crate::{
    order::{
        LineUnits, Order, OrderAction, OrderCommand, OrderEvent, OrderPlaced, OrderRefusal, OrderStatus, RefundPart,
        Settlement, decide,
    },
    refund::RefundCause,
    samples::{allocation, at, capture, gbp, goods_line, placed, text, units},
};

/// Two lines, 1530 and 765 pence: six pieces from two locations, three from one of them; being worked on in two parcels.
fn in_parcels() -> Vec<OrderEvent> {
    let placed = OrderPlaced {
        lines: vec![goods_line("85123A", 6), goods_line("22423", 3)],
        total: gbp(2295),
        allocations: vec![allocation("85123A@main", 4), allocation("85123A@north", 2), allocation("22423@main", 3)],
        ..placed()
    };
    vec![
        OrderEvent::OrderPlaced(placed),
        OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("tx-1", 2295)), at: at(1) },
        OrderEvent::ProcessingStarted { parcels: Some(2), at: at(2) },
    ]
}

fn ship(number: u32, lines: &[(u32, i64)], stock: &[(&str, i64)]) -> OrderCommand {
    OrderCommand::ShipParcel {
        number,
        lines: line_units(lines),
        stock: stock.iter().map(|(stock, quantity)| allocation(stock, *quantity)).collect(),
        tracking: Some(text("GB-1")),
        at: at(3),
    }
}

/// All of the first parcel.
fn ship_first() -> OrderCommand {
    ship(1, &[(0, 4), (1, 3)], &[("85123A@main", 4), ("22423@main", 3)])
}

/// All of the second parcel.
fn ship_second() -> OrderCommand {
    ship(2, &[(0, 2)], &[("85123A@north", 2)])
}

fn line_units(lines: &[(u32, i64)]) -> Vec<LineUnits> {
    lines.iter().map(|(line, quantity)| units(*line, *quantity)).collect()
}

fn cancel_lines(lines: &[(u32, i64)], stock: &[(&str, i64)]) -> OrderCommand {
    let stock = stock.iter().map(|(stock, quantity)| allocation(stock, *quantity)).collect();
    OrderCommand::CancelLines { lines: line_units(lines), stock, reason: text("out of fashion"), at: at(9) }
}

fn after(events: Vec<OrderEvent>, commands: impl IntoIterator<Item = OrderCommand>) -> Vec<OrderEvent> {
    commands.into_iter().fold(events, |mut events, command| {
        events.extend(decide(&state(events.clone()), command).unwrap());
        events
    })
}

fn names(events: &[OrderEvent]) -> Vec<&'static str> {
    events.iter().map(OrderEvent::name).collect()
}

fn delivered(number: u32) -> OrderCommand {
    OrderCommand::DeliverParcel { number, at: at(4) }
}

#[test]
fn an_order_is_shipped_by_the_parcel_that_takes_the_last_units() {
    let first = after(in_parcels(), [ship_first()]);
    assert_eq!(names(&first[3..]), ["ParcelShipped"]);
    assert_eq!(state(first.clone()).status(), Some(OrderStatus::Processing));
    let both = after(first, [ship_second()]);
    assert_eq!(names(&both[4..]), ["ParcelShipped", "OrderShipped"]);
    // Two parcels have two names, and the order has none.
    assert_eq!(both[5], OrderEvent::OrderShipped { tracking: None, at: at(3) });
}

#[test]
fn an_order_of_one_parcel_goes_by_the_name_of_that() {
    let mut events = in_parcels();
    events[2] = OrderEvent::ProcessingStarted { parcels: Some(1), at: at(2) };
    let stock = [("85123A@main", 4), ("85123A@north", 2), ("22423@main", 3)];
    let shipped = after(events, [ship(1, &[(0, 6), (1, 3)], &stock)]);
    assert_eq!(shipped[4], OrderEvent::OrderShipped { tracking: Some(text("GB-1")), at: at(3) });
}

#[test]
fn an_order_has_arrived_when_it_is_shipped_and_all_its_parcels_have_arrived() {
    let early = after(in_parcels(), [ship_first(), delivered(1)]);
    assert_eq!(names(&early[4..]), ["ParcelDelivered"]);
    let all = after(early, [ship_second(), delivered(2)]);
    assert_eq!(names(&all[5..]), ["ParcelShipped", "OrderShipped", "ParcelDelivered", "OrderDelivered"]);
    given(all).when(delivered(1)).then_expect_events(vec![]);
}

#[test]
fn a_parcel_leaves_and_arrives_once() {
    let first = after(in_parcels(), [ship_first()]);
    given(first.clone()).when(ship_first()).then_expect_events(vec![]);
    let arrived = after(first.clone(), [delivered(1)]);
    given(arrived).when(delivered(1)).then_expect_events(vec![]);
    let status = OrderStatus::Processing;
    given(first)
        .when(delivered(2))
        .then_expect_error(OrderRefusal::WrongStatus { action: OrderAction::Deliver, status });
}

#[test]
fn no_unit_leaves_twice_and_none_without_its_stock() {
    let first = after(in_parcels(), [ship_first()]);
    given(first.clone())
        .when(ship(2, &[(0, 3)], &[("85123A@north", 3)]))
        .then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 2 });
    given(first).when(ship(2, &[(0, 2)], &[("85123A@north", 1)])).then_expect_error(OrderRefusal::OtherStock);
}

#[test]
fn an_order_in_parcels_does_not_leave_or_arrive_as_a_whole() {
    let wrong = |action, status| OrderRefusal::WrongStatus { action, status };
    given(in_parcels())
        .when(OrderCommand::Ship { tracking: None, at: at(3) })
        .then_expect_error(wrong(OrderAction::Ship, OrderStatus::Processing));
    given(after(in_parcels(), [ship_first(), ship_second()]))
        .when(OrderCommand::Deliver { at: at(4) })
        .then_expect_error(wrong(OrderAction::Deliver, OrderStatus::Shipped));
}

#[test]
fn fulfillments_are_numbered_on() {
    let opened = after(in_parcels(), [OrderCommand::OpenParcel { at: at(3) }, OrderCommand::OpenParcel { at: at(3) }]);
    assert_eq!(opened[3..], [3, 4].map(|number| OrderEvent::ParcelOpened { number, at: at(3) }));
}

#[test]
fn what_has_left_cannot_be_cancelled() {
    let first = after(in_parcels(), [ship_first()]);
    given(first.clone())
        .when(cancel_lines(&[(0, 3)], &[]))
        .then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 2 });
    given(first).when(cancel_lines(&[(1, 1)], &[])).then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 0 });
}

#[test]
fn units_go_back_to_the_stock_that_their_parcels_name() {
    let named = after(in_parcels(), [cancel_lines(&[(0, 2)], &[("85123A@main", 2)])]);
    let OrderEvent::OrderLinesCancelled { released, .. } = &named[3] else { panic!("{:?}", named[3]) };
    assert_eq!(*released, [allocation("85123A@main", 2)]);
    given(in_parcels())
        .when(cancel_lines(&[(0, 2)], &[("85123A@main", 1)]))
        .then_expect_error(OrderRefusal::OtherStock);
}

/// The rest goes back with its money, and what has left is the order.
#[test]
fn cancelling_an_order_of_which_a_parcel_has_left_takes_out_the_rest() {
    let first = after(in_parcels(), [ship_first()]);
    let lines_cancelled = OrderEvent::OrderLinesCancelled {
        lines: line_units(&[(0, 2)]),
        released: vec![allocation("85123A@north", 2)],
        refund: gbp(510),
        points: None,
        left: 7,
        reason: text("changed my mind"),
        at: at(9),
    };
    let part = Some(RefundPart { amount: gbp(510), number: 1 });
    let cause = RefundCause::LinesCancelled;
    let owed = OrderEvent::RefundOwed { capture: capture("tx-1", 2295), part, cause, returned: None, at: at(9) };
    let shipped = OrderEvent::OrderShipped { tracking: None, at: at(9) };
    given(first.clone()).when(cancel()).then_expect_events(vec![
        lines_cancelled.clone(),
        owed.clone(),
        shipped.clone(),
    ]);
    // By a request that is approved, and after the parcel has arrived, which is the end of it.
    let request = OrderCommand::RequestCancellation { lines: vec![], reason: text("changed my mind"), at: at(8) };
    let asked = after(first, [request, delivered(1)]);
    let approve = OrderCommand::ApproveCancellation { stock: vec![], at: at(9) };
    let arrived = OrderEvent::OrderDelivered { at: at(9) };
    given(asked.clone()).when(approve.clone()).then_expect_events(vec![lines_cancelled, owed, shipped, arrived]);
    assert_eq!(state(after(asked, [approve])).status(), Some(OrderStatus::Delivered));
}

#[test]
fn an_order_of_which_nothing_has_left_is_cancelled_whole() {
    let cancelled = after(in_parcels(), [cancel()]);
    assert_eq!(names(&cancelled[3..]), ["OrderCancelled"]);
    let Order::Cancelled(closed) = state(cancelled) else { panic!("the order is not cancelled") };
    assert_eq!(closed.unreleased.len(), 3);
}
