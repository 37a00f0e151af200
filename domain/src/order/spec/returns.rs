//! Units that come back after the order has left.

use super::{given, life, paid, state};
use crate::{
    ids::ReturnId,
    merchant::ReturnWindow,
    money::Amount,
    order::{
        Exchanged, Order, OrderCommand, OrderEvent, OrderPlaced, OrderRefusal, OrderStatus, RefundPart, Settled,
        Settlement,
    },
    refund::RefundCause,
    samples::{at, capture, events::priced_placement, gbp, goods_line, placed, points, return_id, units},
};

/// Two days after the delivery, which is within any window.
const LATER: i64 = 2 * 24 * 60;

pub(super) fn open(id: u128, lines: &[(u32, i64)]) -> OrderCommand {
    open_at(id, lines, 30, LATER)
}

pub(super) fn open_at(id: u128, lines: &[(u32, i64)], days: i64, minute: i64) -> OrderCommand {
    let window = ReturnWindow::try_from(days).unwrap();
    OrderCommand::OpenReturn { id: return_id(id), units: line_units(lines), window, at: at(minute) }
}

pub(super) fn take_back(id: u128, lines: &[(u32, i64)]) -> OrderCommand {
    OrderCommand::TakeBack { id: return_id(id), units: line_units(lines), at: at(LATER) }
}

fn line_units(lines: &[(u32, i64)]) -> Vec<crate::order::LineUnits> {
    lines.iter().map(|(line, quantity)| units(*line, *quantity)).collect()
}

fn end(id: u128) -> OrderCommand {
    OrderCommand::EndReturn { id: return_id(id), exchanged: None, at: at(LATER) }
}

fn after(events: &[OrderEvent], commands: &[OrderCommand]) -> Vec<OrderEvent> {
    let mut log = events.to_vec();
    for command in commands {
        log.extend(crate::order::decide(&state(log.clone()), command.clone()).unwrap());
    }
    log
}

fn settled(events: Vec<OrderEvent>) -> Settled {
    match state(events) {
        Order::Shipped(settled) | Order::Delivered(settled) | Order::Completed(settled) => *settled,
        other => panic!("it has not left: {other:?}"),
    }
}

/// Two lines, 1530 and 765 pence; delivered in minute four.
fn delivered() -> Vec<OrderEvent> {
    let placed =
        OrderPlaced { lines: vec![goods_line("85123A", 6), goods_line("22423", 3)], total: gbp(2295), ..placed() };
    let mut events = life(OrderStatus::Delivered);
    events[0] = OrderEvent::OrderPlaced(placed);
    events[1] = OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("tx-1", 2295)), at: at(1) };
    events
}

fn owed(pence: i64, number: u32, id: ReturnId) -> OrderEvent {
    let part = Some(RefundPart { amount: gbp(pence), number });
    let returned = Some(id);
    OrderEvent::RefundOwed {
        capture: capture("tx-1", 2295),
        part,
        cause: RefundCause::Returned,
        returned,
        at: at(LATER),
    }
}

fn returned(id: u128, lines: &[(u32, i64)], pence: i64, left: u64) -> OrderEvent {
    OrderEvent::UnitsReturned {
        id: return_id(id),
        lines: line_units(lines),
        refund: gbp(pence),
        points: None,
        revoked: None,
        left,
        at: at(LATER),
    }
}

#[test]
fn units_are_asked_back_by_one_return_at_a_time() {
    let asked = after(&delivered(), &[open(1, &[(0, 4)])]);
    let refusal = OrderRefusal::TooManyUnits { place: 1, open: 2 };
    given(asked.clone()).when(open(2, &[(1, 3), (0, 3)])).then_expect_error(refusal);
    let opened = |id| OrderEvent::ReturnOpened { id: return_id(id), units: line_units(&[(0, 2)]), at: at(LATER) };
    given(asked.clone()).when(open(2, &[(0, 2)])).then_expect_events(vec![opened(2)]);
    // What came to nothing leaves its units to others.
    let ended = after(&asked, &[end(1), open(2, &[(0, 6)])]);
    given(ended).when(end(1)).then_expect_events(vec![]);
}

/// The customer has other goods for them, which the order did not sell; its money stays as it was.
#[test]
fn units_that_were_exchanged_for_other_goods_are_not_asked_back_again() {
    let ends = |exchanged| OrderCommand::EndReturn { id: return_id(1), exchanged: Some(exchanged), at: at(LATER) };
    let asked = after(&delivered(), &[open(1, &[(0, 4)])]);
    let others = after(&asked, &[ends(Exchanged::ForOthers)]);
    assert_eq!(settled(others.clone()).kept(), settled(delivered()).kept());
    given(others.clone()).when(open(2, &[(0, 3)])).then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 2 });
    given(others.clone()).when(ends(Exchanged::ForOthers)).then_expect_events(vec![]);
    given(others.clone()).when(take_back(1, &[(0, 4)])).then_expect_events(vec![]);
    let rest = after(&others, &[open(2, &[(0, 2)]), take_back(2, &[(0, 2)])]);
    assert_eq!(settled(rest).kept(), Amount::try_from(2295 - 2 * 255).unwrap());
    let same = after(&asked, &[ends(Exchanged::ForTheSame)]);
    assert!(crate::order::decide(&state(same), open(2, &[(0, 6)])).is_ok());
}

#[test]
fn units_that_are_not_there_cannot_be_asked_back() {
    for (lines, refusal) in [
        (vec![], OrderRefusal::NoUnits),
        (vec![(2, 1)], OrderRefusal::UnknownLine { place: 0 }),
        (vec![(0, 1), (0, 1)], OrderRefusal::LineRepeated { place: 1 }),
        (vec![(0, 7)], OrderRefusal::TooManyUnits { place: 0, open: 6 }),
    ] {
        given(delivered()).when(open(1, &lines)).then_expect_error(refusal);
    }
    let taken = after(&delivered(), &[open(1, &[(0, 4)]), take_back(1, &[(0, 4)])]);
    given(taken).when(open(2, &[(0, 3)])).then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 2 });
}

/// The window counts from the delivery, and not before it.
#[test]
fn units_are_asked_back_within_the_window_and_not_a_microsecond_after_it() {
    let closes = at(4) + chrono::TimeDelta::days(30);
    let at_its_end = |at| match open(1, &[(0, 1)]) {
        OrderCommand::OpenReturn { id, units, window, at: _ } => OrderCommand::OpenReturn { id, units, window, at },
        other => other,
    };
    let refusal = OrderRefusal::ReturnWindowClosed { days: 30 };
    for events in [delivered(), after(&delivered(), &[OrderCommand::Complete { points: None, at: at(9) }])] {
        assert!(crate::order::decide(&state(events.clone()), at_its_end(closes)).is_ok());
        given(events).when(at_its_end(closes + chrono::TimeDelta::microseconds(1))).then_expect_error(refusal.clone());
    }
    assert!(
        crate::order::decide(
            &state(life(OrderStatus::Shipped)),
            at_its_end(closes + closes.signed_duration_since(at(0)))
        )
        .is_ok()
    );
    for events in [delivered(), life(OrderStatus::Shipped)] {
        given(events).when(open_at(1, &[(0, 1)], 0, 4)).then_expect_error(OrderRefusal::ReturnWindowClosed { days: 0 });
    }
}

#[test]
fn exactly_what_was_frozen_for_the_units_goes_back() {
    let asked = after(&delivered(), &[open(1, &[(0, 4), (1, 1)])]);
    given(asked.clone())
        .when(take_back(1, &[(0, 3), (1, 1)]))
        .then_expect_events(vec![returned(1, &[(0, 3), (1, 1)], 1020, 5), owed(1020, 1, return_id(1))]);
    // The unit that did not come back may be asked back again.
    let again = after(&asked, &[take_back(1, &[(0, 3), (1, 1)]), open(2, &[(0, 3), (1, 2)])]);
    given(again.clone()).when(take_back(1, &[(0, 1)])).then_expect_events(vec![]);
    given(again)
        .when(take_back(2, &[(0, 3), (1, 2)]))
        .then_expect_events(vec![returned(2, &[(0, 3), (1, 2)], 1275, 0), owed(1275, 2, return_id(2))]);
}

#[test]
fn no_more_is_taken_back_than_the_return_is_about() {
    let asked = after(&delivered(), &[open(1, &[(0, 4)])]);
    given(asked.clone())
        .when(take_back(1, &[(0, 5)]))
        .then_expect_error(OrderRefusal::TooManyUnits { place: 0, open: 4 });
    given(asked)
        .when(take_back(1, &[(0, 4), (1, 1)]))
        .then_expect_error(OrderRefusal::TooManyUnits { place: 1, open: 0 });
}

/// 1234 pence and 500 points for six units and their postage: the postage stays, 415 pence and 142 points.
#[test]
fn a_priced_order_gives_back_money_and_points_of_its_units_and_its_shipping_fee_with_the_last() {
    let mut events = life(OrderStatus::Delivered);
    events[0] = OrderEvent::OrderPlaced(priced_placement());
    events[1] = OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("tx-1", 1234)), at: at(1) };
    let (mut money, mut spent) = (0, 0);
    for number in 1..=6 {
        let log = after(&events, &[open(number, &[(0, 1)]), take_back(number, &[(0, 1)])]);
        for event in &log[events.len()..] {
            if let OrderEvent::UnitsReturned { refund, points, .. } = event {
                money += refund.amount.minor_units();
                spent += points.unwrap().get();
            }
        }
        events = log;
    }
    assert_eq!((money, spent), (1234, 500));
    let settled = settled(events);
    assert_eq!(settled.kept(), Amount::ZERO);
    assert_eq!(settled.terms.benefits.unwrap().points, None);
}

/// 459 points for 2295 pence: what is kept of the money has earned its share of them, and no more.
#[test]
fn points_that_were_granted_for_units_that_came_back_are_taken_back() {
    let complete = OrderCommand::Complete { points: Some(points(459)), at: at(9) };
    let mut events = after(&delivered(), &[complete]);
    let mut revoked = 0;
    for number in 1..=6 {
        let log = after(&events, &[open(number, &[(0, 1)]), take_back(number, &[(0, 1)])]);
        for event in &log[events.len()..] {
            if let OrderEvent::UnitsReturned { revoked: Some(points), .. } = event {
                revoked += points.get();
            }
        }
        events = log;
        let left = 459 * (2295 - 255 * i64::try_from(number).unwrap()) / 2295;
        assert_eq!(459 - i64::try_from(revoked).unwrap(), left);
    }
    let all = after(&events, &[open(9, &[(1, 3)]), take_back(9, &[(1, 3)])]);
    let Some(OrderEvent::UnitsReturned { revoked: Some(rest), left: 0, .. }) = all.iter().rev().nth(1) else {
        panic!("not the last units: {all:?}")
    };
    assert_eq!(rest.get() + revoked, 459);
}

#[test]
fn an_order_that_was_never_granted_points_has_none_to_lose() {
    let all = after(&delivered(), &[OrderCommand::Complete { points: None, at: at(9) }, open(1, &[(0, 6), (1, 3)])]);
    given(all)
        .when(take_back(1, &[(0, 6), (1, 3)]))
        .then_expect_events(vec![returned(1, &[(0, 6), (1, 3)], 2295, 0), owed(2295, 1, return_id(1))]);
}

#[test]
fn an_order_that_has_not_left_cannot_be_returned() {
    assert_eq!(paid("tx-1"), life(OrderStatus::Paid)[1]);
    given(life(OrderStatus::Processing))
        .when(open(1, &[(0, 1)]))
        .then_expect_error_message("an order that is processing cannot be returned");
}
