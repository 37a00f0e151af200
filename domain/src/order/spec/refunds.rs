//! Money of one payment that went back without being asked for, and counts for a refund of another.

use super::{cancel_lines, given, life, pay, state};
use crate::{
    ids::RefundId,
    money::Amount,
    order::{OrderCommand, OrderEvent, OrderRefusal, OrderStatus, Settled, Settlement, decide},
    samples::{amount, at, capture, gbp, order_id, part, payment_id, text},
};

/// Six units for 1530 pence, 400 of them by a gift card and the rest by two captures of a gateway.
fn paid() -> Vec<OrderEvent> {
    let mut log = life(OrderStatus::Processing);
    let captures = vec![capture("card-1", 400), part("tx-1", 1000), part("tx-2", 130)];
    log[1] = OrderEvent::OrderPaid { settlement: Settlement::CapturedInParts(captures), at: at(1) };
    log
}

fn after(mut log: Vec<OrderEvent>, commands: &[OrderCommand]) -> Vec<OrderEvent> {
    for command in commands {
        log.extend(decide(&state(log.clone()), command.clone()).unwrap());
    }
    log
}

fn give(pence: i64) -> OrderCommand {
    OrderCommand::GrantGoodwill { amount: gbp(pence), reason: text("it came late"), at: at(9) }
}

fn shift(from: &str, pence: i64) -> OrderCommand {
    OrderCommand::ShiftRefund { from: text(from), to: payment_id(3), amount: amount(pence), at: at(9) }
}

fn settled(log: &[OrderEvent]) -> Settled {
    state(log.to_vec()).settled().unwrap().clone()
}

/// The refunds that an order has come to owe: of what, how much in pence, and the how-manieth.
fn owed(log: &[OrderEvent]) -> Vec<(&str, i64, u32)> {
    let owed = log.iter().filter_map(|event| match event {
        OrderEvent::RefundOwed { capture, part: Some(part), .. } => {
            Some((capture.reference.as_str(), part.amount.amount.minor_units(), part.number))
        }
        _ => None,
    });
    owed.collect()
}

#[test]
fn what_is_owed_next_is_asked_of_the_payment_that_was_not_sent_back() {
    let log = after(paid(), &[give(300)]);
    let kept = settled(&log).kept();
    let log = after(log, &[shift("card-1", 300)]);
    assert_eq!(settled(&log).kept(), kept);
    assert_eq!(settled(&log).kept_of(payment_id(3)), amount(1130 - 300));
    let log = after(log, &[give(500), give(730)]);
    let all = [("card-1", 300, 1), ("card-1", 400, 2), ("tx-1", 100, 1), ("tx-1", 600, 2), ("tx-2", 130, 1)];
    assert_eq!(owed(&log), all);
    assert_eq!(settled(&log).kept(), Amount::ZERO);
}

#[test]
fn no_more_is_shifted_than_the_one_owes_and_the_other_keeps() {
    let refused = |left, asked| OrderRefusal::MoreThanKept { left: gbp(left), asked: gbp(asked) };
    let log = after(paid(), &[give(300)]);
    given(log.clone()).when(shift("card-1", 301)).then_expect_error(refused(300, 301));
    given(log.clone()).when(shift("card-2", 1)).then_expect_error(refused(0, 1));
    given(log.clone()).when(shift("card-1", 0)).then_expect_error(OrderRefusal::EmptyRefund);
    let log = after(log, &[shift("card-1", 200)]);
    given(log.clone()).when(shift("card-1", 101)).then_expect_error(refused(100, 101));
    let log = after(log, &[give(1230 - 50)]);
    given(log).when(shift("card-1", 51)).then_expect_error(refused(50, 51));
}

/// It is money for the order from then on, and goes back by numbers that no refund has had.
#[test]
fn what_was_paid_on_top_and_is_not_sent_back_is_kept_in_place_of_what_was() {
    let log = after(paid(), &[pay("transfer-1", 500), shift("transfer-1", 450)]);
    let kept = |log: &[OrderEvent]| (settled(log).kept(), settled(log).kept_of(payment_id(3)));
    assert_eq!(kept(&log), (amount(1530), amount(680)));
    let log = after(log, &[give(1500)]);
    assert_eq!(owed(&log), [("card-1", 400, 1), ("tx-1", 550, 1), ("tx-2", 130, 1), ("transfer-1", 420, 1)]);
    given(log).when(pay("transfer-1", 500)).then_expect_events(vec![]);
}

#[test]
fn the_refunds_that_people_send_are_known() {
    let log = after(paid(), &[pay("transfer-1", 500), give(300), cancel_lines(&[(0, 1)])]);
    let known = settled(&log).refunds_by_hand(order_id(1));
    let of = |reference: &str, number| RefundId::of_part(order_id(1), &text(reference), number);
    for owed in [of("card-1", 1), of("card-1", 2), of("transfer-1", 0)] {
        assert!(known.contains(&owed));
    }
    assert!(!known.contains(&of("tx-1", 1)));
}
