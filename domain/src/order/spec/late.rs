//! Money that comes after an order has ended.

use super::{given, life, pay, state};
use crate::{
    order::{Capture, Order, OrderAction, OrderCommand, OrderEvent, OrderRefusal, OrderStatus, Settlement, decide},
    refund::RefundCause,
    samples::{allocation, at, capture, money, part, text},
};

fn late(capture: Capture) -> OrderEvent {
    OrderEvent::LatePaymentReceived { capture, at: at(31) }
}

fn expired(late_money: Vec<Capture>) -> Vec<OrderEvent> {
    life(OrderStatus::Expired).into_iter().chain(late_money.into_iter().map(late)).collect()
}

fn reinstate(reference: &str) -> OrderCommand {
    OrderCommand::Reinstate { reference: text(reference), allocations: vec![allocation("85123A@north", 6)], at: at(32) }
}

fn owe(reference: &str) -> OrderCommand {
    OrderCommand::OweLatePayment { reference: text(reference), at: at(32) }
}

fn reinstated(settlement: Settlement) -> OrderEvent {
    OrderEvent::OrderReinstated { settlement, allocations: vec![allocation("85123A@north", 6)], at: at(32) }
}

fn owed(capture: Capture) -> OrderEvent {
    OrderEvent::RefundOwed { capture, part: None, cause: RefundCause::LatePayment, returned: None, at: at(32) }
}

fn refused(status: OrderStatus) -> OrderRefusal {
    OrderRefusal::WrongStatus { action: OrderAction::Reinstate, status }
}

#[test]
fn an_expired_order_lives_again_by_exactly_its_total() {
    let money = capture("tx-1", 1530);
    given(expired(vec![money.clone()]))
        .when(reinstate("tx-1"))
        .then_expect_events(vec![reinstated(Settlement::Captured(money))]);
    for pence in [1529, 1531] {
        given(expired(vec![capture("tx-1", pence)]))
            .when(reinstate("tx-1"))
            .then_expect_error(refused(OrderStatus::Expired));
    }
    let yen = Capture { amount: money_of("JPY"), ..capture("tx-1", 1530) };
    given(expired(vec![yen])).when(reinstate("tx-1")).then_expect_error(refused(OrderStatus::Expired));
}

fn money_of(currency: &str) -> crate::money::Money {
    money(1530, currency)
}

#[test]
fn the_late_parts_of_one_payment_count_together_and_those_of_others_do_not() {
    let parts = vec![part("tx-1", 1000), part("tx-2", 530)];
    given(expired(parts.clone()))
        .when(reinstate("tx-2"))
        .then_expect_events(vec![reinstated(Settlement::CapturedInParts(parts))]);
    given(expired(vec![part("tx-1", 1000), capture("tx-2", 530)]))
        .when(reinstate("tx-2"))
        .then_expect_error(refused(OrderStatus::Expired));
}

/// What came in time went back when the order expired.
#[test]
fn money_that_is_on_its_way_back_does_not_count() {
    let mut events = life(OrderStatus::PendingPayment);
    events.push(OrderEvent::PartialPaymentReceived { capture: part("tx-1", 1000), at: at(1) });
    let expiry = decide(&state(events.clone()), OrderCommand::Expire { at: at(30) }).unwrap();
    events.extend(expiry.into_iter().chain([late(part("tx-2", 530))]));
    given(events).when(reinstate("tx-2")).then_expect_error(refused(OrderStatus::Expired));
    let owed_already = expired(vec![capture("tx-1", 1530)]).into_iter().chain([owed(capture("tx-1", 1530))]).collect();
    given(owed_already).when(reinstate("tx-1")).then_expect_error(refused(OrderStatus::Expired));
}

#[test]
fn an_order_that_somebody_cancelled_stays_cancelled() {
    let mut events = life(OrderStatus::Cancelled);
    events.push(late(capture("tx-2", 1530)));
    given(events.clone()).when(reinstate("tx-2")).then_expect_error(refused(OrderStatus::Cancelled));
    given(events).when(owe("tx-2")).then_expect_events(vec![owed(capture("tx-2", 1530))]);
}

/// The second may have been on its way to be asked about itself: it is decided about with the first.
#[test]
fn of_late_money_that_came_twice_one_pays_and_the_other_goes_back() {
    let (first, second) = (capture("tx-1", 1530), capture("tx-2", 1530));
    let events = expired(vec![first.clone(), second.clone()]);
    let decided = decide(&state(events.clone()), reinstate("tx-1")).unwrap();
    assert_eq!(decided, [owed(second), reinstated(Settlement::Captured(first))]);
    let events: Vec<OrderEvent> = events.into_iter().chain(decided).collect();
    for command in [reinstate("tx-2"), owe("tx-2"), reinstate("tx-1"), owe("tx-1"), pay("tx-1", 1530)] {
        given(events.clone()).when(command).then_expect_events(vec![]);
    }
    let third = OrderEvent::SurplusPaymentReceived { capture: capture("tx-3", 1530), at: at(1) };
    given(events).when(pay("tx-3", 1530)).then_expect_events(vec![third]);
}

#[test]
fn late_money_goes_back_once() {
    let money = capture("tx-1", 1530);
    let events = expired(vec![money.clone()]);
    given(events.clone()).when(owe("tx-1")).then_expect_events(vec![owed(money.clone())]);
    given(events).and(vec![owed(money)]).when(owe("tx-1")).then_expect_events(vec![]);
}

/// As a release of what it held, which was asked for when it expired, may come later.
#[test]
fn an_order_that_lives_again_is_paid_holds_its_stock_and_is_not_released() {
    let events: Vec<OrderEvent> = expired(vec![capture("tx-1", 1530)])
        .into_iter()
        .chain([reinstated(Settlement::Captured(capture("tx-1", 1530)))])
        .collect();
    let Order::Paid(settled) = state(events.clone()) else { panic!("the order is not paid") };
    assert_eq!(settled.terms.allocations, [allocation("85123A@north", 6)]);
    assert_eq!((settled.captures(), settled.surplus.as_slice()), (&[capture("tx-1", 1530)][..], &[][..]));
    let release = OrderCommand::ReleaseReservations { at: at(33) };
    let refusal = OrderRefusal::WrongStatus { action: OrderAction::ReleaseReservations, status: OrderStatus::Paid };
    given(events).when(release).then_expect_error(refusal);
}

/// Its coupons, its points and its share of limits are claimed again.
#[test]
fn an_order_that_lives_again_claims_what_it_claimed_at_its_placement() {
    let placed = crate::order::OrderPlaced { total: crate::samples::gbp(1530), ..super::priced_placement() };
    let events = |between: Vec<OrderEvent>| {
        let first = [OrderEvent::OrderPlaced(placed.clone()), OrderEvent::OrderExpired { at: at(30) }];
        let rest = [late(capture("tx-1", 1530)), reinstated(Settlement::Captured(capture("tx-1", 1530)))];
        first.into_iter().chain(between).chain(rest).collect::<Vec<_>>()
    };
    let claimed = state(vec![OrderEvent::OrderPlaced(placed.clone())]).terms().unwrap().benefits.clone();
    assert!(claimed.is_some());
    for between in [vec![], vec![OrderEvent::OrderReservationsReleased { at: at(31) }]] {
        assert_eq!(state(events(between)).terms().unwrap().benefits, claimed);
    }
}
