//! Stated times are in the order of the steps.

use super::{given, life};
use crate::{
    order::{OrderCommand, OrderRefusal, OrderStatus},
    samples::{at, gbp, part, text},
};

#[test]
fn nothing_happens_to_an_order_before_it_is_placed() {
    let early = OrderRefusal::TooEarly { since: at(0) };
    let pay = |minute| OrderCommand::RecordPayment {
        reference: text("tx-1"),
        amount: gbp(1530),
        tender: None,
        at: at(minute),
    };
    given(life(OrderStatus::PendingPayment)).when(pay(-1)).then_expect_error(early.clone());
    let ship = OrderCommand::Ship { tracking: None, at: at(-1) };
    given(life(OrderStatus::Processing)).when(ship).then_expect_error(early.clone());
    let deliver = OrderCommand::Deliver { at: at(-1) };
    given(life(OrderStatus::Shipped)).when(deliver).then_expect_error(early.clone());
    let cancel = OrderCommand::Cancel { reason: text("x"), at: at(-1) };
    given(life(OrderStatus::Paid)).when(cancel).then_expect_error(early);
}

#[test]
fn an_order_is_not_completed_before_it_is_delivered() {
    let complete = |minute| OrderCommand::Complete { points: None, at: at(minute) };
    let early = OrderRefusal::TooEarly { since: at(4) };
    given(life(OrderStatus::Delivered)).when(complete(3)).then_expect_error(early);
    assert_eq!(
        given(life(OrderStatus::Delivered)).when(complete(4)).inspect_result().map(|events| events.len()),
        Ok(1)
    );
}

/// An order is delivered at 4. Whoever changes their mind, or is not at the door, need not wait for that.
#[test]
fn goods_are_asked_back_before_they_arrive_and_not_before_they_are_bought() {
    let ask = |minute| super::returns::open_at(4, &[(0, 1)], 30, minute);
    let asked = given(life(OrderStatus::Delivered)).when(ask(3)).inspect_result();
    assert_eq!(asked.map(|events| events.len()), Ok(1));
    given(life(OrderStatus::Delivered)).when(ask(-1)).then_expect_error(OrderRefusal::TooEarly { since: at(0) });
}

#[test]
fn money_that_a_gateway_took_is_recorded_whatever_the_gateways_clock_says() {
    let capture = OrderCommand::RecordCapture { capture: part("tx-1", 1530), at: at(-60) };
    let recorded = given(life(OrderStatus::PendingPayment)).when(capture).inspect_result();
    assert_eq!(recorded.map(|events| events.len()), Ok(1));
}
