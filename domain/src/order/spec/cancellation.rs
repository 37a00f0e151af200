//! Cancellations that need the seller's consent.

use super::{cancel, cancelled, given, life, paid, requested, state};
use crate::{
    order::{Interrupted, Order, OrderCommand, OrderEvent, OrderPlaced, OrderStatus, Settlement},
    samples::{at, capture, placed, text},
};

fn decline(reason: &str) -> OrderCommand {
    OrderCommand::DeclineCancellation { reason: text(reason), at: at(10) }
}

fn declined(reason: &str, resumed: Interrupted) -> OrderEvent {
    OrderEvent::CancellationDeclined { reason: text(reason), resumed, at: at(10) }
}

#[test]
fn an_order_stands_where_it_stood_when_its_seller_says_no() {
    for (status, interrupted) in
        [(OrderStatus::Paid, Interrupted::Paid), (OrderStatus::Processing, Interrupted::Processing)]
    {
        let asked: Vec<OrderEvent> = life(status).into_iter().chain([requested()]).collect();
        let no = declined("packed already", interrupted);
        given(asked.clone()).when(decline("packed already")).then_expect_events(vec![no.clone()]);
        assert_eq!(state(asked.into_iter().chain([no]).collect()).status(), Some(status));
    }
}

#[test]
fn an_order_ends_and_owes_its_money_back_when_its_seller_says_yes() {
    given(life(OrderStatus::Cancelling)).when(cancel()).then_expect_events(vec![cancelled(Some("tx-1"))]);
}

#[test]
fn nothing_is_shipped_or_begun_while_the_seller_has_not_answered() {
    let asked = || life(OrderStatus::Paid).into_iter().chain([requested()]).collect();
    given(asked())
        .when(OrderCommand::StartProcessing { parcels: None, at: at(9) })
        .then_expect_error_message("an order that is cancelling cannot be processed");
    given(life(OrderStatus::Cancelling))
        .when(OrderCommand::Ship { tracking: None, at: at(9) })
        .then_expect_error_message("an order that is cancelling cannot be shipped");
}

#[test]
fn an_answer_may_be_repeated_but_not_changed() {
    let answered = || life(OrderStatus::Cancelling).into_iter().chain([declined("packed", Interrupted::Processing)]);
    given(answered().collect()).when(decline("packed")).then_expect_events(vec![]);
    given(answered().collect())
        .when(decline("on its way"))
        .then_expect_error_message("an order that is processing cannot be kept from its cancellation");
}

#[test]
fn the_end_of_an_order_may_be_asked_for_again_after_a_no() {
    let answered = life(OrderStatus::Cancelling).into_iter().chain([declined("packed", Interrupted::Processing)]);
    given(answered.collect())
        .when(OrderCommand::RequestCancellation { lines: vec![], reason: text("ordered twice"), at: at(8) })
        .then_expect_events(vec![requested()]);
}

#[test]
fn an_unpaid_order_needs_no_consent() {
    given(life(OrderStatus::PendingPayment))
        .when(OrderCommand::RequestCancellation { lines: vec![], reason: text("ordered twice"), at: at(8) })
        .then_expect_error_message("an order that is pending_payment cannot be cancelled");
}

#[test]
fn money_that_comes_while_the_seller_has_not_answered_is_owed_back_with_the_rest() {
    let surplus = OrderEvent::SurplusPaymentReceived { capture: capture("tx-2", 7), at: at(9) };
    let events = vec![OrderEvent::OrderPlaced(OrderPlaced { ..placed() }), paid("tx-1"), requested(), surplus];
    let Order::Cancelled(closed) = state(events.into_iter().chain([cancelled(Some("tx-1"))]).collect()) else {
        panic!("the order is not cancelled")
    };
    assert_eq!(closed.owed_back, [capture("tx-2", 7), capture("tx-1", 1530)]);
    let Order::Cancelling(cancelling) = state(life(OrderStatus::Cancelling)) else { panic!("nobody asked") };
    assert_eq!(cancelling.settled.settlement, Settlement::Captured(capture("tx-1", 1530)));
}
