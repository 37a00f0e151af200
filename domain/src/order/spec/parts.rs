//! Totals that a gateway takes in parts.

use uuid::Uuid;

use super::{cancel, capture_of, given, life, pay, state};
use crate::{
    ids::PaymentId,
    order::{Capture, Order, OrderCommand, OrderEvent, OrderRefusal, OrderStatus, Settlement},
    refund::RefundCause,
    samples::{at, capture, gbp, money, part, payment_id},
};

fn received(reference: &str, pence: i64) -> OrderEvent {
    OrderEvent::PartialPaymentReceived { capture: part(reference, pence), at: at(1) }
}

fn of_another_payment(reference: &str, pence: i64) -> Capture {
    Capture { payment: Some(PaymentId::from_uuid(Uuid::from_u128(4))), ..capture(reference, pence) }
}

fn owed(capture: Capture, minute: i64) -> OrderEvent {
    OrderEvent::RefundOwed {
        capture,
        part: None,
        cause: RefundCause::IncompletePayment,
        returned: None,
        at: at(minute),
    }
}

/// Placed, and two parts of 1530 pence taken.
fn partly_paid() -> Vec<OrderEvent> {
    let parts = [received("tx-1", 500), received("tx-2", 1000)];
    life(OrderStatus::PendingPayment).into_iter().chain(parts).collect()
}

#[test]
fn money_that_is_set_aside_is_noted_once_until_the_order_waits_no_more() {
    let note = |payment| OrderCommand::NoteAuthorization { payment: payment_id(payment), at: at(1) };
    let noted = |payment| OrderEvent::AuthorizationReceived { payment: payment_id(payment), at: at(1) };
    let events: Vec<OrderEvent> = life(OrderStatus::PendingPayment).into_iter().chain([noted(3)]).collect();
    given(life(OrderStatus::PendingPayment)).when(note(3)).then_expect_events(vec![noted(3)]);
    given(events.clone()).when(note(3)).then_expect_events(vec![]);
    given(events.clone()).when(note(4)).then_expect_events(vec![noted(4)]);
    let Order::PendingPayment(open) = state(events) else { panic!("it waits") };
    assert_eq!(open.authorized.iter().collect::<Vec<_>>(), [payment_id(3)]);
}

#[test]
fn parts_that_add_up_to_the_total_pay_an_order() {
    let settlement = Settlement::CapturedInParts(vec![part("tx-1", 500), part("tx-2", 1000), part("tx-3", 30)]);
    given(partly_paid())
        .when(capture_of("tx-3", 30))
        .then_expect_events(vec![OrderEvent::OrderPaid { settlement, at: at(1) }]);
}

#[test]
fn a_part_alone_pays_nothing_and_is_taken_once() {
    given(life(OrderStatus::PendingPayment))
        .when(capture_of("tx-1", 1529))
        .then_expect_events(vec![received("tx-1", 1529)]);
    given(partly_paid()).when(capture_of("tx-2", 1000)).then_expect_events(vec![]);
    given(partly_paid())
        .when(capture_of("tx-2", 999))
        .then_expect_error(OrderRefusal::RecordedDifferently { recorded: gbp(1000), received: gbp(999) });
}

#[test]
fn parts_of_two_payments_do_not_add_up() {
    let other = of_another_payment("tx-3", 30);
    given(partly_paid())
        .when(OrderCommand::RecordCapture { capture: other.clone(), at: at(1) })
        .then_expect_events(vec![OrderEvent::PartialPaymentReceived { capture: other, at: at(1) }]);
}

#[test]
fn more_than_the_total_or_another_currency_does_not_pay_an_order() {
    let mismatch = |received| OrderRefusal::AmountMismatch { expected: gbp(1530), received };
    given(partly_paid()).when(capture_of("tx-3", 31)).then_expect_error(mismatch(gbp(31)));
    given(life(OrderStatus::PendingPayment)).when(capture_of("tx-3", 1531)).then_expect_error(mismatch(gbp(1531)));
    let yen = Capture { amount: money(30, "JPY"), ..part("tx-3", 30) };
    given(partly_paid())
        .when(OrderCommand::RecordCapture { capture: yen, at: at(1) })
        .then_expect_error(mismatch(money(30, "JPY")));
}

#[test]
fn parts_are_owed_back_when_another_payment_settles_the_order() {
    let whole = of_another_payment("tx-9", 1530);
    let paid = OrderEvent::OrderPaid { settlement: Settlement::Captured(whole.clone()), at: at(1) };
    given(partly_paid()).when(OrderCommand::RecordCapture { capture: whole, at: at(1) }).then_expect_events(vec![
        paid,
        owed(part("tx-1", 500), 1),
        owed(part("tx-2", 1000), 1),
    ]);
    let paid = OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("cash", 1530)), at: at(1) };
    given(partly_paid()).when(pay("cash", 1530)).then_expect_events(vec![
        paid,
        owed(part("tx-1", 500), 1),
        owed(part("tx-2", 1000), 1),
    ]);
}

/// They are owed back since then: to hear of them again must not make them owed a second time.
#[test]
fn parts_that_were_owed_back_are_known_ever_after() {
    let whole = OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("cash", 1530)), at: at(1) };
    given(partly_paid()).and(vec![whole]).when(capture_of("tx-1", 500)).then_expect_events(vec![]);
    given(partly_paid())
        .and(vec![OrderEvent::OrderExpired { at: at(30) }])
        .when(capture_of("tx-2", 1000))
        .then_expect_events(vec![]);
}

#[test]
fn an_order_that_ends_owes_back_the_parts_that_it_received() {
    let cancelled =
        |owed_back| OrderEvent::OrderCancelled { reason: "changed my mind".parse().unwrap(), owed_back, at: at(9) };
    given(partly_paid()).when(cancel()).then_expect_events(vec![
        cancelled(None),
        owed(part("tx-1", 500), 9),
        owed(part("tx-2", 1000), 9),
    ]);
    given(partly_paid()).when(OrderCommand::Expire { at: at(30) }).then_expect_events(vec![
        OrderEvent::OrderExpired { at: at(30) },
        owed(part("tx-1", 500), 30),
        owed(part("tx-2", 1000), 30),
    ]);
}

#[test]
fn cancelling_an_order_that_was_paid_in_parts_owes_all_of_them_back() {
    let settlement = Settlement::CapturedInParts(vec![part("tx-1", 500), part("tx-2", 1030)]);
    let events: Vec<OrderEvent> = life(OrderStatus::PendingPayment)
        .into_iter()
        .chain([OrderEvent::OrderPaid { settlement, at: at(1) }])
        .collect();
    let first = OrderEvent::OrderCancelled {
        reason: "changed my mind".parse().unwrap(),
        owed_back: Some(part("tx-1", 500)),
        at: at(9),
    };
    let second = OrderEvent::RefundOwed {
        capture: part("tx-2", 1030),
        part: None,
        cause: RefundCause::OrderCancelled,
        returned: None,
        at: at(9),
    };
    given(events.clone()).when(cancel()).then_expect_events(vec![first.clone(), second.clone()]);
    let Order::Cancelled(closed) = state(events.into_iter().chain([first, second]).collect()) else {
        panic!("the order is not cancelled")
    };
    assert_eq!(closed.owed_back, [part("tx-1", 500), part("tx-2", 1030)]);
}
