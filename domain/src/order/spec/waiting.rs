//! An order that waits for some of its goods: paid and begun with the rest, and given the others when they have come.

use OrderStatus::{Cancelled, Cancelling, Expired, Paid, PendingPayment, Processing};

use super::{given, life, paid, requested, state};
use crate::{
    order::{LineUnits, Order, OrderCommand, OrderEvent, OrderPlaced, OrderRefusal, OrderStatus, Settlement},
    product::ProductKind::{Goods, Service},
    samples::{allocation, at, capture, events::waiting_placement, parcel_line, place, text, units},
};

/// Six pieces of line 0 are there, three of line 1 are waited for, and line 2 is postage.
fn placed() -> OrderEvent {
    OrderEvent::OrderPlaced(waiting_placement())
}

fn settled() -> OrderEvent {
    OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("tx-1", 2550)), at: at(1) }
}

fn begun() -> OrderEvent {
    OrderEvent::ProcessingStarted { parcels: Some(1), at: at(2) }
}

fn come(stock: &str) -> OrderCommand {
    OrderCommand::ServeBackorder { stock: text(stock), at: at(3) }
}

fn served(pieces: i64, parcel: Option<u32>) -> OrderEvent {
    OrderEvent::BackorderServed { allocation: allocation("71053@main", pieces), parcel, at: at(3) }
}

fn waiting(order: &Order) -> usize {
    order.terms().unwrap().waiting.len()
}

/// As far as the status, and the number of the fulfillment that what comes then is put into.
fn lives() -> Vec<(Vec<OrderEvent>, OrderStatus, Option<u32>)> {
    let cancelled =
        OrderEvent::OrderCancelled { reason: text("changed my mind"), owed_back: None, refund: None, at: at(9) };
    vec![
        (vec![placed()], PendingPayment, None),
        (vec![placed(), settled()], Paid, None),
        (vec![placed(), settled(), begun()], Processing, Some(2)),
        (vec![placed(), settled(), requested()], Cancelling, None),
        (vec![placed(), settled(), begun(), requested()], Cancelling, Some(2)),
        (vec![placed(), cancelled], Cancelled, None),
        (vec![placed(), OrderEvent::OrderExpired { at: at(30) }], Expired, None),
    ]
}

#[test]
fn what_comes_is_held_until_the_work_begins_and_then_put_into_a_parcel_once() {
    for (events, status, parcel) in lives() {
        assert_eq!((state(events.clone()).status(), waiting(&state(events.clone()))), (Some(status), 1));
        given(events.clone()).when(come("71053@main")).then_expect_events(vec![served(3, parcel)]);
        let after = [events, vec![served(3, parcel)]].concat();
        assert_eq!((state(after.clone()).status(), waiting(&state(after.clone()))), (Some(status), 0), "{status}");
        given(after).when(come("71053@main")).then_expect_events(vec![]);
    }
}

#[test]
fn what_is_not_waited_for_does_not_come() {
    for (events, ..) in lives() {
        given(events.clone()).when(come("71053@north")).then_expect_events(vec![]);
        given(events).when(come("85123A@main")).then_expect_events(vec![]);
    }
    given(vec![]).when(come("71053@main")).then_expect_error(OrderRefusal::Unknown);
    given(life(Processing)).when(come("85123A@main")).then_expect_events(vec![]);
}

#[test]
fn an_order_that_has_ended_waits_until_its_stock_is_released() {
    let ended = vec![placed(), OrderEvent::OrderExpired { at: at(30) }];
    let released = OrderEvent::OrderReservationsReleased { at: at(31) };
    assert_eq!(waiting(&state(ended.clone())), 1);
    let after = [ended, vec![released]].concat();
    assert_eq!(waiting(&state(after.clone())), 0);
    given(after).when(come("71053@main")).then_expect_events(vec![]);
}

/// What it held was not released, so that it still waits in the place that it had.
#[test]
fn an_order_that_lives_again_waits_on() {
    let reinstated = OrderEvent::OrderReinstated {
        settlement: Settlement::Captured(capture("tx-9", 2550)),
        allocations: vec![allocation("85123A@main", 6), allocation("71053@main", 3)],
        at: at(40),
    };
    let order = state(vec![placed(), OrderEvent::OrderExpired { at: at(30) }, reinstated]);
    assert_eq!((order.status(), waiting(&order)), (Some(Paid), 1));
    let held: Vec<_> = order.held_stock().cloned().collect();
    assert_eq!(held, [allocation("85123A@main", 6)]);
}

#[test]
fn the_work_begins_with_what_is_there_and_services_go_with_the_first_goods() {
    let Order::Processing(order) = state(vec![placed(), settled(), begun()]) else { panic!("the work has begun") };
    let (first, late) = (parcel_line(0, "85123A", Goods, 6), parcel_line(1, "71053", Goods, 3));
    let postage = parcel_line(2, "POST", Service, 1);
    assert_eq!(order.terms.ready(), [first, postage.clone()]);
    assert_eq!(order.come(&text("71053")), std::slice::from_ref(&late));
    let all_wait = OrderPlaced {
        allocations: vec![allocation("85123A@main", 6), allocation("71053@main", 3)],
        ..waiting_placement()
    };
    let all_wait = OrderPlaced { waiting: vec![text("85123A@main"), text("71053@main")], ..all_wait };
    let begun = OrderEvent::ProcessingStarted { parcels: Some(0), at: at(2) };
    let Order::Processing(order) = state(vec![OrderEvent::OrderPlaced(all_wait), settled(), begun]) else {
        panic!("the work has begun")
    };
    assert_eq!((order.terms.ready(), order.left_alone()), (vec![], vec![]));
    assert_eq!(order.come(&text("71053")), [late, postage]);
}

#[test]
fn units_that_wait_are_in_no_parcel_and_are_cancelled_where_they_are_waited_for() {
    let events = vec![placed(), settled(), begun()];
    let Order::Processing(order) = state(events.clone()) else { panic!("the work has begun") };
    let named = [units(0, 2), units(1, 2)];
    assert_eq!(order.in_parcels(&named), (vec![units(0, 2)], vec![allocation("71053@main", 2)]));
    let cancel = |lines: Vec<LineUnits>| OrderCommand::CancelLines {
        lines,
        stock: vec![],
        reason: text("out of fashion"),
        at: at(9),
    };
    let decided = given(events.clone()).when(cancel(vec![units(1, 2)])).inspect_result().unwrap();
    let OrderEvent::OrderLinesCancelled { released, .. } = &decided[0] else { panic!("{decided:?}") };
    assert_eq!(*released, [allocation("71053@main", 2)]);
    let after = [events, decided].concat();
    given(after.clone()).when(come("71053@main")).then_expect_events(vec![served(1, Some(2))]);
    let decided = given(after.clone()).when(cancel(vec![units(1, 1)])).inspect_result().unwrap();
    let after = [after, decided].concat();
    assert_eq!(waiting(&state(after.clone())), 0);
    given(after).when(come("71053@main")).then_expect_events(vec![]);
}

/// Nothing else tells that something is still to come.
#[test]
fn an_order_is_not_shipped_while_it_waits() {
    let ship = |number, line, units_of_it, stock: Vec<_>| OrderCommand::ShipParcel {
        number,
        lines: [units(line, units_of_it)].into_iter().chain((number == 1).then(|| units(2, 1))).collect(),
        stock,
        tracking: None,
        at: at(4),
    };
    let events = vec![placed(), settled(), begun()];
    given(events.clone())
        .when(OrderCommand::Ship { tracking: None, at: at(4) })
        .then_expect_error_message("an order that is processing cannot be shipped");
    let first = ship(1, 0, 6, vec![allocation("85123A@main", 6)]);
    let decided = given(events.clone()).when(first).inspect_result().unwrap();
    assert_eq!(decided.iter().map(OrderEvent::name).collect::<Vec<_>>(), ["ParcelShipped"]);
    let events = [events, decided, vec![served(3, Some(2))]].concat();
    let second = ship(2, 1, 3, vec![allocation("71053@main", 3)]);
    let decided = given(events).when(second).inspect_result().unwrap();
    assert_eq!(decided.iter().map(OrderEvent::name).collect::<Vec<_>>(), ["ParcelShipped", "OrderShipped"]);
}

/// Its placement says nothing of waiting.
#[test]
fn an_order_from_before_waits_for_nothing() {
    let order = state(vec![OrderEvent::OrderPlaced(place().into()), paid("tx-1")]);
    assert_eq!(waiting(&order), 0);
    let stored = serde_json::to_string(&order).unwrap();
    assert!(!stored.contains("waiting"), "{stored}");
}
