//! The shipping fee: when it goes back with what was delivered.

use super::{
    given, life,
    returns::{open, take_back},
    state,
};
use crate::{
    money::Amount,
    order::{Exchanged, Order, OrderCommand, OrderEvent, OrderPlaced, OrderStatus, Settled, Settlement, decide},
    pricing::Priced,
    refund::RefundCause,
    samples::{at, capture, events::priced_placement, gbp, part, points, return_id, text},
};

const LATER: i64 = 2 * 24 * 60;

/// Six units for 881 pence and 358 points, their postage for 353 pence and 142 points; delivered, and paid by two captures.
fn delivered_by(change: impl FnOnce(&mut Priced)) -> Vec<OrderEvent> {
    let mut placed: OrderPlaced = priced_placement();
    change(placed.pricing.as_mut().unwrap());
    let mut events = life(OrderStatus::Delivered);
    events[0] = OrderEvent::OrderPlaced(placed);
    let settlement = Settlement::CapturedInParts(vec![capture("card-1", 400), part("tx-1", 834)]);
    events[1] = OrderEvent::OrderPaid { settlement, at: at(1) };
    events
}

fn delivered() -> Vec<OrderEvent> {
    delivered_by(|_| {})
}

fn after(mut log: Vec<OrderEvent>, commands: &[OrderCommand]) -> Vec<OrderEvent> {
    for command in commands {
        log.extend(decide(&state(log.clone()), command.clone()).unwrap());
    }
    log
}

fn settled(log: Vec<OrderEvent>) -> Settled {
    match state(log) {
        Order::Delivered(settled) | Order::Completed(settled) => *settled,
        other => panic!("it was not delivered: {other:?}"),
    }
}

/// The money and the points that went back with each return.
fn went_back(log: &[OrderEvent]) -> Vec<(i64, u64)> {
    let back = |event: &OrderEvent| match event {
        OrderEvent::UnitsReturned { refund, points, .. } => {
            Some((refund.amount.minor_units(), points.map_or(0, crate::points::Points::get)))
        }
        _ => None,
    };
    log.iter().filter_map(back).collect()
}

#[test]
fn the_fee_goes_back_with_all_that_was_delivered() {
    let log = after(delivered(), &[open(1, &[(0, 6)]), take_back(1, &[(0, 6)])]);
    assert_eq!(went_back(&log), [(1234, 500)]);
    assert_eq!(settled(log.clone()).kept(), Amount::ZERO);
    let owed = log.iter().filter_map(|event| match event {
        OrderEvent::RefundOwed { capture, part: Some(part), cause: RefundCause::Returned, .. } => {
            Some((capture.reference.to_string(), part.amount))
        }
        _ => None,
    });
    assert_eq!(owed.collect::<Vec<_>>(), [("card-1".to_owned(), gbp(400)), ("tx-1".to_owned(), gbp(834))]);
}

#[test]
fn the_fee_goes_back_once_with_the_last_of_several_returns() {
    let steps = [open(1, &[(0, 2)]), open(2, &[(0, 4)]), take_back(2, &[(0, 4)]), take_back(1, &[(0, 2)])];
    let log = after(delivered(), &steps);
    let back = went_back(&log);
    assert_eq!(back.iter().map(|(money, _)| money).sum::<i64>(), 1234);
    assert_eq!(back.iter().map(|(_, points)| points).sum::<u64>(), 500);
    assert!(back[0].0 < 881 && back[1].0 > 353, "{back:?}");
}

#[test]
fn the_fee_stays_where_anything_of_the_order_is_kept() {
    let log = after(delivered(), &[open(1, &[(0, 6)]), take_back(1, &[(0, 5)])]);
    let [(money, spent)] = went_back(&log)[..] else { panic!("one return") };
    assert!(money < 881 && spent < 358);
    // Other goods were sent for two, which is no return of them.
    let exchanged = OrderCommand::EndReturn { id: return_id(1), exchanged: Some(Exchanged::ForOthers), at: at(LATER) };
    let log = after(delivered(), &[open(1, &[(0, 2)]), exchanged, open(2, &[(0, 4)]), take_back(2, &[(0, 4)])]);
    let kept = settled(log).kept().minor_units();
    assert!(kept > 353, "the fee and two units are kept, not {kept}");
}

#[test]
fn a_seller_may_keep_the_fee() {
    let log = after(
        delivered_by(|priced| priced.shipping.as_mut().unwrap().kept_on_return = true),
        &[open(1, &[(0, 6)]), take_back(1, &[(0, 6)])],
    );
    assert_eq!(went_back(&log), [(881, 358)]);
    assert_eq!(settled(log).kept().minor_units(), 353);
}

/// Those that had been cancelled are not kept.
#[test]
fn units_that_were_cancelled_before_count_as_back() {
    let mut log = delivered();
    log.truncate(3);
    let cancel = OrderCommand::CancelLines {
        lines: vec![crate::samples::units(0, 2)],
        stock: vec![],
        reason: text("out of fashion"),
        at: at(3),
    };
    let steps = [
        cancel,
        OrderCommand::Ship { tracking: None, at: at(3) },
        OrderCommand::Deliver { at: at(4) },
        open(1, &[(0, 4)]),
        take_back(1, &[(0, 4)]),
    ];
    let log = after(log, &steps);
    assert_eq!(settled(log).kept(), Amount::ZERO);
}

/// What was earned with the fee was not earned.
#[test]
fn points_that_all_of_the_money_had_earned_are_taken_back_with_it() {
    let complete = OrderCommand::Complete { points: Some(points(100)), at: at(9) };
    let log = after(delivered(), &[complete, open(1, &[(0, 6)])]);
    given(log.clone()).when(take_back(1, &[(0, 6)]));
    let last = after(log, &[take_back(1, &[(0, 6)])]);
    let revoked = last.iter().find_map(|event| match event {
        OrderEvent::UnitsReturned { revoked, .. } => *revoked,
        _ => None,
    });
    assert_eq!(revoked, Some(points(100)));
}
