//! Totals that are taken in parts, by a gateway and by hand.

use uuid::Uuid;

use super::{cancel, capture_of, given, life, pay, state};
use crate::{
    ids::PaymentId,
    order::{Capture, Order, OrderCommand, OrderEvent, OrderRefusal, OrderStatus, RefundPart, Settlement, Tender},
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
    let mismatch = |expected, received| OrderRefusal::AmountMismatch { expected: gbp(expected), received };
    given(partly_paid()).when(capture_of("tx-3", 31)).then_expect_error(mismatch(30, gbp(31)));
    given(life(OrderStatus::PendingPayment))
        .when(capture_of("tx-3", 1531))
        .then_expect_error(mismatch(1530, gbp(1531)));
    let yen = Capture { amount: money(30, "JPY"), ..part("tx-3", 30) };
    given(partly_paid())
        .when(OrderCommand::RecordCapture { capture: yen, at: at(1) })
        .then_expect_error(mismatch(1530, money(30, "JPY")));
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
    let cancelled = |owed_back| OrderEvent::OrderCancelled {
        reason: "changed my mind".parse().unwrap(),
        owed_back,
        refund: None,
        at: at(9),
    };
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
        refund: None,
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

fn by_hand(reference: &str, pence: i64) -> OrderEvent {
    OrderEvent::PartialPaymentReceived { capture: capture(reference, pence), at: at(1) }
}

fn in_parts(parts: Vec<Capture>) -> OrderEvent {
    OrderEvent::OrderPaid { settlement: Settlement::CapturedInParts(parts), at: at(1) }
}

/// Placed, and 400 of 1530 pence taken by a gift card.
fn gift_card() -> Vec<OrderEvent> {
    life(OrderStatus::PendingPayment).into_iter().chain([by_hand("card-1", 400)]).collect()
}

#[test]
fn a_part_that_was_taken_by_hand_is_counted_and_pays_with_the_rest() {
    given(life(OrderStatus::PendingPayment)).when(pay("card-1", 400)).then_expect_events(vec![by_hand("card-1", 400)]);
    given(gift_card()).when(pay("card-1", 400)).then_expect_events(vec![]);
    given(gift_card()).when(pay("cash", 1129)).then_expect_events(vec![by_hand("cash", 1129)]);
    given(gift_card())
        .when(pay("cash", 1130))
        .then_expect_events(vec![in_parts(vec![capture("card-1", 400), capture("cash", 1130)])]);
    given(gift_card()).and(vec![by_hand("card-2", 130)]).when(pay("cash", 1000)).then_expect_events(vec![in_parts(
        vec![capture("card-1", 400), capture("card-2", 130), capture("cash", 1000)],
    )]);
}

#[test]
fn it_is_on_record_as_what_it_came() {
    let card = Capture { tender: Some(Tender::GiftCard), ..capture("card-1", 400) };
    let command = OrderCommand::RecordPayment {
        reference: card.reference.clone(),
        amount: card.amount,
        tender: card.tender,
        at: at(1),
    };
    given(life(OrderStatus::PendingPayment))
        .when(command)
        .then_expect_events(vec![OrderEvent::PartialPaymentReceived { capture: card, at: at(1) }]);
}

/// What somebody has written down wrongly sends no money away.
#[test]
fn more_than_is_open_is_not_taken_by_hand() {
    let mismatch = |open, pence| OrderRefusal::AmountMismatch { expected: gbp(open), received: gbp(pence) };
    given(gift_card()).when(pay("cash", 1131)).then_expect_error(mismatch(1130, 1131));
    given(partly_paid()).when(pay("cash", 31)).then_expect_error(mismatch(30, 31));
    given(partly_paid()).and(vec![by_hand("card-1", 10)]).when(pay("cash", 21)).then_expect_error(mismatch(20, 21));
}

/// All of it once more is not the rest: it pays alone, and the parts go back.
#[test]
fn the_total_by_hand_pays_alone_and_the_parts_go_back() {
    let paid = OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("cash", 1530)), at: at(1) };
    given(gift_card()).when(pay("cash", 1530)).then_expect_events(vec![paid, owed(capture("card-1", 400), 1)]);
}

#[test]
fn what_was_taken_by_hand_adds_up_with_one_payment_at_a_gateway() {
    let whole = vec![capture("card-1", 400), part("tx-1", 1130)];
    given(gift_card()).when(capture_of("tx-1", 1130)).then_expect_events(vec![in_parts(whole)]);
    given(gift_card()).when(capture_of("tx-1", 1000)).then_expect_events(vec![received("tx-1", 1000)]);
    let whole = vec![part("tx-1", 500), part("tx-2", 1000), capture("cash", 30)];
    given(partly_paid()).when(pay("cash", 30)).then_expect_events(vec![in_parts(whole)]);
    // Of two payments at a gateway one is chosen, and the other goes back.
    let other = OrderEvent::PartialPaymentReceived { capture: of_another_payment("tx-9", 1130), at: at(1) };
    given(partly_paid()).and(vec![other]).when(pay("cash", 400)).then_expect_events(vec![
        in_parts(vec![of_another_payment("tx-9", 1130), capture("cash", 400)]),
        owed(part("tx-1", 500), 1),
        owed(part("tx-2", 1000), 1),
    ]);
}

/// The payment at the gateway was begun for all of it before the gift card came.
#[test]
fn what_a_gateway_took_beyond_the_rest_goes_back() {
    let whole = Settlement::Captured(part("tx-1", 1530));
    given(gift_card()).when(capture_of("tx-1", 1530)).then_expect_events(vec![
        OrderEvent::OrderPaid { settlement: whole, at: at(1) },
        owed(capture("card-1", 400), 1),
    ]);
    let surplus = OrderEvent::RefundOwed {
        capture: part("tx-1", 1200),
        part: Some(RefundPart { amount: gbp(70), number: 1 }),
        cause: RefundCause::SurplusPayment,
        returned: None,
        at: at(1),
    };
    let events = vec![in_parts(vec![capture("card-1", 400), part("tx-1", 1200)]), surplus];
    given(gift_card()).when(capture_of("tx-1", 1200)).then_expect_events(events.clone());

    // What went back is not owed a second time when the order is cancelled.
    let life: Vec<OrderEvent> = gift_card().into_iter().chain(events).collect();
    let rest = |number, capture: Capture, pence| OrderEvent::RefundOwed {
        capture,
        part: Some(RefundPart { amount: gbp(pence), number }),
        cause: RefundCause::OrderCancelled,
        returned: None,
        at: at(9),
    };
    let cancelled = OrderEvent::OrderCancelled {
        reason: "changed my mind".parse().unwrap(),
        owed_back: None,
        refund: Some(gbp(1530)),
        at: at(9),
    };
    given(life).when(cancel()).then_expect_events(vec![
        rest(1, capture("card-1", 400), 400),
        rest(2, part("tx-1", 1200), 1130),
        cancelled,
    ]);
}

#[test]
fn the_rest_of_an_order_is_its_total_less_what_was_taken_by_hand() {
    let Order::PendingPayment(open) = state(gift_card()) else { panic!("it waits") };
    assert_eq!(open.rest(), gbp(1130).amount);
    let Order::PendingPayment(open) = state(partly_paid()) else { panic!("it waits") };
    assert_eq!(open.rest(), gbp(1530).amount, "an attempt at a gateway is for all of it");
}

#[test]
fn an_order_that_ends_owes_back_what_was_taken_by_hand() {
    let end = gift_card().into_iter().chain([by_hand("card-2", 100)]).collect();
    given(end).when(OrderCommand::Expire { at: at(30) }).then_expect_events(vec![
        OrderEvent::OrderExpired { at: at(30) },
        owed(capture("card-1", 400), 30),
        owed(capture("card-2", 100), 30),
    ]);
}
