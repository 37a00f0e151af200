//! Money that goes back for nothing that comes back.

use super::{
    cancel, cancel_lines, given, life,
    returns::{open, take_back},
    state,
};
use crate::{
    money::Amount,
    order::{
        Capture, OrderCommand, OrderEvent, OrderPlaced, OrderRefusal, OrderStatus, RefundPart, Settlement, decide,
    },
    refund::RefundCause,
    samples::{at, capture, events::priced_placement, gbp, money, part, points, text},
};

fn give(pence: i64) -> OrderCommand {
    OrderCommand::GrantGoodwill { amount: gbp(pence), reason: text("it came late"), at: at(9) }
}

fn given_for_nothing(pence: i64) -> OrderEvent {
    OrderEvent::GoodwillGranted { refund: gbp(pence), revoked: None, reason: text("it came late"), at: at(9) }
}

fn owed(capture: Capture, pence: i64, number: u32) -> OrderEvent {
    let part = Some(RefundPart { amount: gbp(pence), number });
    OrderEvent::RefundOwed { capture, part, cause: RefundCause::Goodwill, returned: None, at: at(9) }
}

/// Six units and their postage for 1234 pence, by a gift card and a gateway.
fn life_of_two_payments(status: OrderStatus) -> Vec<OrderEvent> {
    let mut events = life(status);
    let placed: OrderPlaced = priced_placement();
    events[0] = OrderEvent::OrderPlaced(placed);
    let settlement = Settlement::CapturedInParts(vec![capture("card-1", 400), part("tx-1", 834)]);
    events[1] = OrderEvent::OrderPaid { settlement, at: at(1) };
    events
}

fn after(mut log: Vec<OrderEvent>, commands: &[OrderCommand]) -> Vec<OrderEvent> {
    for command in commands {
        log.extend(decide(&state(log.clone()), command.clone()).unwrap());
    }
    log
}

fn back(log: &[OrderEvent]) -> i64 {
    let back = |event: &OrderEvent| match event {
        OrderEvent::RefundOwed { part: Some(part), .. } => part.amount.amount.minor_units(),
        OrderEvent::RefundOwed { capture, part: None, .. }
        | OrderEvent::OrderCancelled { owed_back: Some(capture), .. } => capture.amount.amount.minor_units(),
        _ => 0,
    };
    log.iter().map(back).sum()
}

#[test]
fn it_goes_over_all_payments_the_first_ones_first() {
    let log = life_of_two_payments(OrderStatus::Delivered);
    given(log.clone()).when(give(500)).then_expect_events(vec![
        given_for_nothing(500),
        owed(capture("card-1", 400), 400, 1),
        owed(part("tx-1", 834), 100, 1),
    ]);
    let log = after(log, &[give(500)]);
    given(log).when(give(500)).then_expect_events(vec![given_for_nothing(500), owed(part("tx-1", 834), 500, 2)]);
}

#[test]
fn no_more_is_given_than_is_left_of_what_was_taken() {
    let refused = |left, asked| OrderRefusal::MoreThanKept { left: gbp(left), asked: gbp(asked) };
    let log = life_of_two_payments(OrderStatus::Delivered);
    given(log.clone()).when(give(1235)).then_expect_error(refused(1234, 1235));
    let log = after(log, &[give(1000)]);
    given(log.clone()).when(give(235)).then_expect_error(refused(234, 235));
    let log = after(log, &[give(234)]);
    given(log).when(give(1)).then_expect_error(refused(0, 1));
    // Whatever made it owed.
    let log = after(life_of_two_payments(OrderStatus::Delivered), &[open(1, &[(0, 6)]), take_back(1, &[(0, 6)])]);
    given(log).when(give(1)).then_expect_error(refused(0, 1));
    for status in [OrderStatus::Cancelled, OrderStatus::Expired] {
        given(life(status)).when(give(1)).then_expect_error(refused(0, 1));
    }
}

#[test]
fn nothing_and_another_currency_are_not_given() {
    given(life(OrderStatus::Paid)).when(give(0)).then_expect_error(OrderRefusal::EmptyRefund);
    let refusal = OrderRefusal::OtherCurrency { expected: gbp(1).currency };
    let yen = OrderCommand::GrantGoodwill { amount: money(5, "JPY"), reason: text("it came late"), at: at(9) };
    given(life(OrderStatus::Paid)).when(yen).then_expect_error(refusal);
}

/// What goes back later goes back as far as there is anything left.
#[test]
fn what_was_given_is_not_there_any_more_when_goods_come_back() {
    let log = life_of_two_payments(OrderStatus::Delivered);
    let log = after(log, &[give(500), open(1, &[(0, 6)]), take_back(1, &[(0, 6)])]);
    let told = log.iter().find_map(|event| match event {
        OrderEvent::UnitsReturned { refund, .. } => Some(*refund),
        _ => None,
    });
    assert_eq!((told, back(&log)), (Some(gbp(734)), 1234));
    // Of a part of them all of their price.
    let log =
        after(life_of_two_payments(OrderStatus::Delivered), &[give(500), open(1, &[(0, 2)]), take_back(1, &[(0, 2)])]);
    assert_eq!(back(&log), 500 + 294);
}

/// What was given before is not of the money that earned them.
#[test]
fn points_that_the_money_had_earned_are_taken_back_with_it() {
    let revoked = |log: &[OrderEvent]| {
        let told = log.iter().filter_map(|event| match event {
            OrderEvent::GoodwillGranted { revoked, .. } | OrderEvent::UnitsReturned { revoked, .. } => Some(*revoked),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let complete = OrderCommand::Complete { points: Some(points(100)), at: at(9) };
    let log = after(life_of_two_payments(OrderStatus::Delivered), &[give(234), complete, give(500)]);
    assert_eq!(revoked(&log), [None, Some(points(50))]);
    let log = after(log, &[open(1, &[(0, 6)]), take_back(1, &[(0, 6)])]);
    assert_eq!(revoked(&log), [None, Some(points(50)), Some(points(50))]);
}

#[test]
fn what_was_given_is_not_owed_once_more_when_the_order_is_cancelled() {
    for status in [OrderStatus::Paid, OrderStatus::Processing, OrderStatus::Cancelling] {
        let log = after(life_of_two_payments(status), &[give(500), cancel()]);
        assert_eq!(state(log.clone()).status(), Some(OrderStatus::Cancelled), "{status}");
        assert_eq!(back(&log), 1234, "{status}");
    }
    let log = after(life_of_two_payments(OrderStatus::Processing), &[give(1000), cancel_lines(&[(0, 4)])]);
    let told = log.iter().find_map(|event| match event {
        OrderEvent::OrderLinesCancelled { refund, .. } => Some(refund.amount),
        _ => None,
    });
    assert_eq!((told, back(&log)), (Some(Amount::try_from(234).unwrap()), 1234));
}
