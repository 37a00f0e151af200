//! Pieces that were held for an order are not there: all of that SKU which has not left waits, or comes from elsewhere.

use super::{given, state};
use crate::{
    order::{Order, OrderCommand, OrderEvent, OrderRefusal, PlaceOrder, Settlement, decide},
    samples::{allocation, at, capture, gbp, goods_line, place, service_line, text, units},
};

/// Four pieces are at one location, two at another, each in a parcel, the postage with the first; the second has left.
fn life(steps: usize) -> Vec<OrderEvent> {
    let placed = PlaceOrder {
        lines: vec![goods_line("85123A", 6), service_line("POST", 1)],
        total: gbp(1785),
        allocations: vec![allocation("85123A@main", 4), allocation("85123A@north", 2)],
        ..place()
    };
    let events = [
        OrderEvent::OrderPlaced(placed.into()),
        OrderEvent::OrderPaid { settlement: Settlement::Captured(capture("tx-1", 1785)), at: at(1) },
        OrderEvent::ProcessingStarted { parcels: Some(2), at: at(2) },
        OrderEvent::ParcelShipped {
            number: 2,
            lines: vec![units(0, 2)],
            stock: vec![allocation("85123A@north", 2)],
            at: at(3),
        },
    ];
    events.into_iter().take(steps).collect()
}

fn short() -> OrderCommand {
    OrderCommand::Short { stock: text("85123A@main"), at: at(4) }
}

fn shorted(pieces: i64, moved: i64) -> OrderEvent {
    let moved = if moved > 0 { vec![allocation("85123A@north", moved)] } else { vec![] };
    OrderEvent::StockShorted { allocation: allocation("85123A@main", pieces), moved, at: at(4) }
}

fn come() -> OrderCommand {
    OrderCommand::ServeBackorder { stock: text("85123A@main"), at: at(5) }
}

fn moving(to: &[(&str, i64)]) -> OrderCommand {
    let to = to.iter().map(|(stock, units)| allocation(stock, *units)).collect();
    OrderCommand::MoveBackorder { from: text("85123A@main"), to, at: at(5) }
}

fn is_short(order: &Order) -> (bool, usize) {
    (!order.shorted().is_empty(), order.terms().unwrap().waiting.len())
}

fn after(mut events: Vec<OrderEvent>, command: OrderCommand) -> Vec<OrderEvent> {
    let decided = decide(&state(events.clone()), command).unwrap();
    events.extend(decided);
    events
}

#[test]
fn all_of_the_sku_that_has_not_left_waits_at_one_stock() {
    for (steps, pieces, moved) in [(1, 6, 2), (2, 6, 2), (3, 6, 2), (4, 4, 0)] {
        given(life(steps)).when(short()).then_expect_events(vec![shorted(pieces, moved)]);
        let order = state(after(life(steps), short()));
        assert_eq!(is_short(&order), (true, 1), "{steps}");
        assert_eq!(order.unshipped_stock(), [allocation("85123A@main", pieces)], "{steps}");
        assert_eq!(order.terms().unwrap().last_units(&text("85123A"), 2), [units(0, 2)]);
    }
    let elsewhere = OrderCommand::Short { stock: text("85123A@south"), at: at(4) };
    given(life(3)).when(elsewhere).then_expect_error(OrderRefusal::OtherStock);
    let gone = OrderCommand::Short { stock: text("85123A@north"), at: at(4) };
    given(life(4)).when(gone).then_expect_error(OrderRefusal::OtherStock);
}

#[test]
fn what_was_short_is_put_into_a_parcel_when_it_has_come() {
    for (steps, pieces, parcel) in [(2, 6, None), (3, 6, Some(3)), (4, 4, Some(3))] {
        let events = after(life(steps), short());
        let served = OrderEvent::BackorderServed { allocation: allocation("85123A@main", pieces), parcel, at: at(5) };
        given(events.clone()).when(come()).then_expect_events(vec![served]);
        assert_eq!(is_short(&state(after(events, come()))), (false, 0));
    }
}

#[test]
fn what_is_taken_from_elsewhere_is_waited_for_no_more() {
    let events = after(life(4), short());
    let some = state(after(events.clone(), moving(&[("85123A@south", 3)])));
    assert_eq!(is_short(&some), (true, 1));
    assert_eq!(some.unshipped_stock(), [allocation("85123A@main", 1), allocation("85123A@south", 3)]);
    let all = state(after(events.clone(), moving(&[("85123A@north", 1), ("85123A@south", 3)])));
    assert_eq!(is_short(&all), (false, 0));
    assert_eq!(all.unshipped_stock(), [allocation("85123A@north", 1), allocation("85123A@south", 3)]);
    for wrong in [&[("85123A@south", 5)][..], &[("85123A@main", 1)], &[("71053@south", 1)], &[]] {
        given(events.clone()).when(moving(wrong)).then_expect_error(OrderRefusal::OtherStock);
    }
    given(life(4)).when(moving(&[("85123A@south", 1)])).then_expect_error(OrderRefusal::NothingShort);
}

/// The rest of the SKU has left: nothing of it waits any more.
#[test]
fn what_is_cancelled_is_waited_for_no_more() {
    let cancel = |pieces: i64| OrderCommand::CancelLines {
        lines: vec![units(0, pieces)],
        stock: vec![allocation("85123A@main", pieces)],
        reason: text("lost"),
        at: at(5),
    };
    let events = after(life(4), short());
    let some = state(after(events.clone(), cancel(1)));
    assert_eq!((is_short(&some), some.unshipped_stock()), ((true, 1), vec![allocation("85123A@main", 3)]));
    let all = state(after(events, cancel(4)));
    assert_eq!((is_short(&all), all.unshipped_stock()), ((false, 0), vec![]));
}
