//! Units that are cancelled while the order is being worked on.

use super::{cancel, cancel_lines, given, life, requested, state};
use crate::{
    money::Amount,
    order::{Order, OrderCommand, OrderEvent, OrderPlaced, OrderRefusal, OrderStatus, RefundPart, Settlement},
    refund::RefundCause,
    samples::{
        allocation, amount, at, capture, events::priced_placement, gbp, goods_line, placed, points, text, units,
    },
};

fn lines_cancelled(lines: &[(u32, i64)], released: &[(&str, i64)], pence: i64, left: u64) -> OrderEvent {
    OrderEvent::OrderLinesCancelled {
        lines: lines.iter().map(|(line, quantity)| units(*line, *quantity)).collect(),
        released: released.iter().map(|(stock, quantity)| allocation(stock, *quantity)).collect(),
        refund: gbp(pence),
        points: None,
        left,
        reason: text("out of fashion"),
        at: at(9),
    }
}

fn owed(reference: &str, total: i64, pence: i64, number: u32, cause: RefundCause) -> OrderEvent {
    let part = Some(RefundPart { amount: gbp(pence), number });
    OrderEvent::RefundOwed { capture: capture(reference, total), part, cause, returned: None, at: at(9) }
}

/// Two lines, 1530 and 765 pence, from two locations; paid and being worked on.
fn two_lines() -> Vec<OrderEvent> {
    let placed = OrderPlaced {
        lines: vec![goods_line("85123A", 6), goods_line("22423", 3)],
        total: gbp(2295),
        allocations: vec![allocation("85123A@main", 4), allocation("85123A@north", 2), allocation("22423@main", 3)],
        ..placed()
    };
    let settlement = Settlement::Captured(capture("tx-1", 2295));
    vec![
        OrderEvent::OrderPlaced(placed),
        OrderEvent::OrderPaid { settlement, at: at(1) },
        OrderEvent::ProcessingStarted { parcels: None, at: at(2) },
    ]
}

fn after(events: Vec<OrderEvent>, command: OrderCommand) -> Vec<OrderEvent> {
    let decided = crate::order::decide(&state(events.clone()), command).unwrap();
    events.into_iter().chain(decided).collect()
}

#[test]
fn exactly_the_units_that_are_cancelled_go_back_with_their_stock_and_their_money() {
    given(two_lines()).when(cancel_lines(&[(0, 3), (1, 1)])).then_expect_events(vec![
        lines_cancelled(&[(0, 3), (1, 1)], &[("22423@main", 1), ("85123A@north", 2), ("85123A@main", 1)], 1020, 5),
        owed("tx-1", 2295, 1020, 1, RefundCause::LinesCancelled),
    ]);
    let Order::Processing(settled) = state(after(two_lines(), cancel_lines(&[(0, 3), (1, 1)]))) else {
        panic!("the order does not go on")
    };
    assert_eq!(settled.terms.allocations, [allocation("85123A@main", 3), allocation("22423@main", 2)]);
    assert_eq!(settled.refunds.kept(&capture("tx-1", 2295)), amount(1275));
}

#[test]
fn what_is_left_of_an_order_is_cancelled_with_what_is_kept_of_its_money() {
    let touched = after(two_lines(), cancel_lines(&[(0, 3)]));
    let rest = OrderEvent::OrderLinesCancelled {
        lines: vec![units(0, 3), units(1, 3)],
        released: vec![allocation("22423@main", 3), allocation("85123A@main", 3)],
        refund: gbp(1530),
        points: None,
        left: 0,
        reason: text("changed my mind"),
        at: at(9),
    };
    let cancelled =
        OrderEvent::OrderCancelled { reason: text("changed my mind"), owed_back: None, refund: None, at: at(9) };
    let owed = owed("tx-1", 2295, 1530, 2, RefundCause::OrderCancelled);
    given(touched.clone()).when(cancel()).then_expect_events(vec![rest, owed, cancelled]);
    let Order::Cancelled(closed) = state(after(touched, cancel())) else { panic!("the order is not cancelled") };
    assert_eq!((closed.owed_back, closed.unreleased), (vec![capture("tx-1", 2295)], vec![]));
}

#[test]
fn all_units_at_once_are_the_order() {
    let cancelled = OrderEvent::OrderCancelled {
        reason: text("out of fashion"),
        owed_back: Some(capture("tx-1", 2295)),
        refund: None,
        at: at(9),
    };
    given(two_lines()).when(cancel_lines(&[(0, 6), (1, 3)])).then_expect_events(vec![cancelled]);
}

#[test]
fn units_that_are_not_there_cannot_be_cancelled() {
    let refused = |lines: &[(u32, i64)], refusal| {
        given(two_lines()).when(cancel_lines(lines)).then_expect_error(refusal);
    };
    refused(&[], OrderRefusal::NoUnits);
    refused(&[(0, 1), (2, 1)], OrderRefusal::UnknownLine { place: 1 });
    refused(&[(0, 1), (0, 1)], OrderRefusal::LineRepeated { place: 1 });
    refused(&[(0, 7)], OrderRefusal::TooManyUnits { place: 0, open: 6 });
    given(after(two_lines(), cancel_lines(&[(0, 4)])))
        .when(cancel_lines(&[(0, 3)]))
        .then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 2 });
}

#[test]
fn captures_are_given_back_one_after_the_other_and_never_beyond_what_was_taken() {
    let settlement = Settlement::CapturedInParts(vec![capture("tx-1", 500), capture("tx-2", 1795)]);
    let mut events = two_lines();
    events[1] = OrderEvent::OrderPaid { settlement, at: at(1) };
    given(events.clone()).when(cancel_lines(&[(0, 3)])).then_expect_events(vec![
        lines_cancelled(&[(0, 3)], &[("85123A@north", 2), ("85123A@main", 1)], 765, 6),
        owed("tx-1", 500, 500, 1, RefundCause::LinesCancelled),
        owed("tx-2", 1795, 265, 1, RefundCause::LinesCancelled),
    ]);
    let Order::Cancelled(closed) = state(after(after(events, cancel_lines(&[(0, 3)])), cancel())) else {
        panic!("the order is not cancelled")
    };
    assert_eq!(closed.owed_back.len(), 2);
}

/// 1234 pence for six units, 500 points spent: unit by unit, the same sums go back as with all of them at once.
#[test]
fn units_of_a_priced_order_go_back_with_what_was_frozen_for_each() {
    let settlement = Settlement::Captured(capture("tx-1", 1234));
    let mut events = vec![
        OrderEvent::OrderPlaced(priced_placement()),
        OrderEvent::OrderPaid { settlement, at: at(1) },
        OrderEvent::ProcessingStarted { parcels: None, at: at(2) },
    ];
    let (mut money, mut spent) = (0, 0);
    for _ in 0..5 {
        events = after(events, cancel_lines(&[(0, 1)]));
        for event in &events[events.len() - 2..] {
            if let OrderEvent::OrderLinesCancelled { refund, points, .. } = event {
                money += refund.amount.minor_units();
                spent += points.unwrap().get();
            }
        }
    }
    let together = state(after(vec![events[0].clone(), events[1].clone(), events[2].clone()], cancel_lines(&[(0, 5)])));
    let Order::Processing(together) = together else { panic!("the order does not go on") };
    assert_eq!(together.refunds.kept(&capture("tx-1", 1234)), Amount::try_from(1234 - money).unwrap());
    let benefits = together.terms.benefits.unwrap();
    assert_eq!(benefits.points, Some(points(500 - i64::try_from(spent).unwrap())));
    assert_eq!(i64::from(benefits.limited[0].quantity), 1);
}

#[test]
fn a_customer_asks_for_some_units_and_the_rest_goes_on_when_the_seller_consents() {
    let request =
        OrderCommand::RequestCancellation { lines: vec![units(1, 3)], reason: text("out of fashion"), at: at(8) };
    let asked = after(two_lines(), request.clone());
    assert_eq!(state(asked.clone()).status(), Some(OrderStatus::Cancelling));
    given(asked.clone()).when(request).then_expect_events(vec![]);
    given(asked.clone()).when(OrderCommand::ApproveCancellation { stock: vec![], at: at(9) }).then_expect_events(vec![
        lines_cancelled(&[(1, 3)], &[("22423@main", 3)], 765, 6),
        owed("tx-1", 2295, 765, 1, RefundCause::LinesCancelled),
    ]);
    let approved = after(asked, OrderCommand::ApproveCancellation { stock: vec![], at: at(9) });
    assert_eq!(state(approved).status(), Some(OrderStatus::Processing));
}

#[test]
fn units_that_are_not_there_cannot_be_asked_for() {
    let request = |lines| OrderCommand::RequestCancellation { lines, reason: text("x"), at: at(8) };
    given(two_lines())
        .when(request(vec![units(0, 7)]))
        .then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 6 });
    given(life(OrderStatus::Paid))
        .when(request(vec![units(0, 1)]))
        .then_expect_error_message("an order that is paid cannot be cancelled");
    let asked: Vec<OrderEvent> = life(OrderStatus::Processing).into_iter().chain([requested()]).collect();
    given(asked)
        .when(request(vec![units(0, 1)]))
        .then_expect_error_message("an order that is cancelling cannot be cancelled");
}
