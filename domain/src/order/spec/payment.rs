//! Money for an order: on time, twice, too late, too much.

use super::{cancelled, free, given, life, pay};
use crate::{
    order::{OrderCommand, OrderEvent, OrderRefusal, OrderStatus, Settlement},
    samples::{at, capture, gbp, money, text},
};

const SETTLED: [OrderStatus; 6] = [
    OrderStatus::Paid,
    OrderStatus::Processing,
    OrderStatus::Cancelling,
    OrderStatus::Shipped,
    OrderStatus::Delivered,
    OrderStatus::Completed,
];

fn surplus(reference: &str, pence: i64) -> OrderEvent {
    OrderEvent::SurplusPaymentReceived { capture: capture(reference, pence), at: at(1) }
}

fn late(reference: &str, pence: i64) -> OrderEvent {
    OrderEvent::LatePaymentReceived { capture: capture(reference, pence), at: at(1) }
}

fn mismatch(pence: i64) -> OrderRefusal {
    OrderRefusal::AmountMismatch { expected: gbp(1530), received: gbp(pence) }
}

#[test]
fn the_exact_total_pays_an_open_order() {
    let settlement = Settlement::Captured(capture("tx-1", 1530));
    given(life(OrderStatus::PendingPayment))
        .when(pay("tx-1", 1530))
        .then_expect_events(vec![OrderEvent::OrderPaid { settlement, at: at(1) }]);
}

#[test]
fn a_penny_more_does_not_pay_an_open_order() {
    given(life(OrderStatus::PendingPayment)).when(pay("tx-1", 1531)).then_expect_error(mismatch(1531));
}

#[test]
fn the_right_number_in_another_currency_does_not_pay_an_open_order() {
    let received = money(1530, "EUR");
    given(life(OrderStatus::PendingPayment))
        .when(OrderCommand::RecordPayment { reference: text("tx-1"), amount: received, tender: None, at: at(1) })
        .then_expect_error(OrderRefusal::AmountMismatch { expected: gbp(1530), received });
}

#[test]
fn the_payment_that_settled_an_order_is_known_ever_after() {
    for status in SETTLED {
        given(life(status)).when(pay("tx-1", 1530)).then_expect_events(vec![]);
    }
    given(life(OrderStatus::Cancelled)).when(pay("tx-1", 1530)).then_expect_events(vec![]);
}

#[test]
fn no_payment_can_be_restated_with_another_amount() {
    let restated = |recorded| OrderRefusal::RecordedDifferently { recorded: gbp(recorded), received: gbp(1529) };
    for status in SETTLED {
        given(life(status)).when(pay("tx-1", 1529)).then_expect_error(restated(1530));
        given(life(status)).and(vec![surplus("tx-2", 7)]).when(pay("tx-2", 1529)).then_expect_error(restated(7));
    }
    for status in [OrderStatus::Cancelled, OrderStatus::Expired] {
        given(life(status)).and(vec![late("tx-2", 7)]).when(pay("tx-2", 1529)).then_expect_error(restated(7));
    }
}

#[test]
fn any_other_payment_of_a_settled_order_is_surplus_whatever_its_amount() {
    for status in SETTLED {
        given(life(status)).when(pay("tx-2", 7)).then_expect_events(vec![surplus("tx-2", 7)]);
    }
}

#[test]
fn a_surplus_payment_is_taken_once() {
    for status in SETTLED {
        given(life(status)).and(vec![surplus("tx-2", 7)]).when(pay("tx-2", 7)).then_expect_events(vec![]);
    }
}

#[test]
fn every_payment_of_a_free_order_is_surplus() {
    given(free()).when(pay("tx-1", 1530)).then_expect_events(vec![surplus("tx-1", 1530)]);
    given(free()).and(vec![surplus("tx-1", 1530)]).when(pay("tx-1", 1530)).then_expect_events(vec![]);
}

#[test]
fn money_for_an_ended_order_is_late_whatever_its_amount() {
    for status in [OrderStatus::Cancelled, OrderStatus::Expired] {
        given(life(status)).when(pay("tx-2", 7)).then_expect_events(vec![late("tx-2", 7)]);
        given(life(status)).and(vec![late("tx-2", 7)]).when(pay("tx-2", 7)).then_expect_events(vec![]);
    }
}

#[test]
fn money_is_late_before_and_after_the_stock_went_back() {
    let released = OrderEvent::OrderReservationsReleased { at: at(31) };
    given(life(OrderStatus::Expired))
        .and(vec![released])
        .when(pay("tx-1", 1530))
        .then_expect_events(vec![late("tx-1", 1530)]);
}

/// It is owed back since it came: a cancellation must not make it owed a second time.
#[test]
fn a_surplus_payment_is_still_known_after_the_cancellation() {
    given(life(OrderStatus::Paid))
        .and(vec![surplus("tx-2", 7), cancelled(Some("tx-1"))])
        .when(pay("tx-2", 7))
        .then_expect_events(vec![]);
}

#[test]
fn a_payment_of_nothing_is_refused_in_every_status() {
    given(vec![]).when(pay("tx-1", 0)).then_expect_error(OrderRefusal::EmptyPayment);
    for status in OrderStatus::ALL {
        given(life(status)).when(pay("tx-1", 0)).then_expect_error(OrderRefusal::EmptyPayment);
    }
}

#[test]
fn money_for_an_order_that_does_not_exist_is_refused() {
    given(vec![]).when(pay("tx-1", 1530)).then_expect_error(OrderRefusal::Unknown);
}
