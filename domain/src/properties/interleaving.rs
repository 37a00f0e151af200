//! Orders, stock, money and sagas in any order, some steps twice: what must hold all the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::shop::Shop;
use crate::{
    checkout::LineRequest,
    event::Event,
    ids::OrderId,
    order::{Allocation, Capture, Order, OrderCommand, OrderEvent, OrderStatus},
    refund::{Refund, RefundEvent},
    samples::{at, gbp, order_id, quantity, text},
    stock::{Stock, StockCommand, StockEvent, StockId},
};

#[derive(Debug, Clone)]
enum Action {
    Place { order: u128, lines: Vec<(&'static str, i64)> },
    Pay { order: u128, reference: &'static str, pence: Option<i64> },
    Cancel(u128),
    Start(u128),
    Ship(u128),
    Release(u128),
    Expire(u128),
    Receive { stock: &'static str, pieces: i64 },
    Adjust { stock: &'static str, change: i64 },
    Wait { minutes: i64 },
    React { event: prop::sample::Index },
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let order = || 1..=4_u128;
    let stock = || prop::sample::select(vec!["DEAR@main", "DEAR@north", "FREE@main", "LATE@main", "LATE@north"]);
    let line = (prop::sample::select(vec!["DEAR", "DEAR", "FREE", "LATE", "LATE", "POST"]), 1..6_i64);
    let reference = prop::sample::select(vec!["tx-1", "tx-2", "tx-3"]);
    let pence = prop::option::weighted(0.2, 1..600_i64);
    let action = prop_oneof![
        5 => (order(), prop::collection::vec(line, 1..4)).prop_map(|(order, lines)| Action::Place { order, lines }),
        4 => (order(), reference, pence).prop_map(|(order, reference, pence)| Action::Pay { order, reference, pence }),
        2 => order().prop_map(Action::Cancel),
        2 => order().prop_map(Action::Start),
        2 => order().prop_map(Action::Ship),
        1 => order().prop_map(Action::Release),
        1 => order().prop_map(Action::Expire),
        3 => (stock(), 1..9_i64).prop_map(|(stock, pieces)| Action::Receive { stock, pieces }),
        2 => (stock(), -6..6_i64).prop_map(|(stock, change)| Action::Adjust { stock, change }),
        1 => (1..20_i64).prop_map(|minutes| Action::Wait { minutes }),
        4 => any::<prop::sample::Index>().prop_map(|event| Action::React { event }),
    ];
    prop::collection::vec(action, 1..80)
}

/// Refusals are part of the game; whatever must not be refused panics within the shop.
fn act(shop: &mut Shop, action: Action) {
    let now = at(shop.minute);
    match action {
        Action::Place { order, lines } => {
            let request = |(sku, units)| LineRequest { sku: text(sku), quantity: quantity(units), unit_price: None };
            let lines: Vec<LineRequest> = lines.into_iter().map(request).collect();
            _ = shop.place(order_id(order), &lines);
        }
        Action::Pay { order, reference, pence } => {
            let total = shop.orders.get(&order_id(order)).and_then(Order::terms).map(|terms| terms.total);
            let amount = pence.map(gbp).or(total).unwrap_or(gbp(1));
            let pay = OrderCommand::RecordPayment { reference: text(reference), amount, tender: None, at: now };
            _ = shop.change(order_id(order), pay, None);
        }
        Action::Cancel(order) => {
            let cancel = OrderCommand::Cancel { reason: text("changed my mind"), at: now };
            _ = shop.change(order_id(order), cancel, None);
        }
        Action::Start(order) => _ = shop.start(order_id(order)),
        Action::Ship(order) => _ = shop.ship(order_id(order)),
        Action::Release(order) => _ = shop.release(order_id(order)),
        Action::Expire(order) => _ = shop.expire(order_id(order)),
        Action::Receive { stock, pieces } => {
            _ = shop.drive_stock(&text(stock), StockCommand::Receive { quantity: quantity(pieces), at: now });
        }
        Action::Adjust { stock, change } => {
            let adjust = StockCommand::Adjust { change, reason: text("counted"), at: now };
            _ = shop.drive_stock(&text(stock), adjust);
        }
        Action::Wait { minutes } => {
            shop.minute += minutes;
            shop.fire_timers();
        }
        Action::React { event } => {
            if !shop.log.is_empty() {
                shop.react(event.index(shop.log.len()));
            }
        }
    }
}

/// Lets all come that is waited for, the sagas see the whole log once more, the payment windows close, and all that can be
/// shipped be shipped.
fn settle(shop: &mut Shop) {
    let mut next = 0;
    shop.minute += 60;
    let waited: Vec<(StockId, i64)> = shop.stocks().map(|(id, stock)| (id, stock.awaited_pieces())).collect();
    for (id, pieces) in waited.into_iter().filter(|(_, pieces)| *pieces > 0) {
        shop.drive_stock(&id, StockCommand::Receive { quantity: quantity(pieces), at: at(shop.minute) }).unwrap();
    }
    while next < shop.log.len() {
        shop.react(next);
        next += 1;
        if next == shop.log.len() {
            shop.fire_timers();
            let orders: Vec<OrderId> = shop.orders.keys().copied().collect();
            for order in orders {
                let shipped = shop.ship(order).is_ok();
                let status = shop.orders[&order].status();
                assert_eq!(shipped, status == Some(OrderStatus::Shipped));
            }
        }
    }
}

fn check_stocks(shop: &Shop) -> Result<(), TestCaseError> {
    for (id, stock) in shop.stocks() {
        prop_assert!(stock.on_hand() >= stock.reserved() && stock.reserved() >= 0, "{id}: {stock:?}");
    }
    Ok(())
}

/// How often pieces of one stock were reserved or waited for by one order, and how that ended.
#[derive(Debug, Default, PartialEq, Eq)]
struct Fate {
    times: usize,
    reserved: i64,
    committed: usize,
    released: usize,
    consumed: usize,
}

fn fates(shop: &Shop) -> BTreeMap<(StockId, OrderId), Fate> {
    let mut fates: BTreeMap<_, Fate> = BTreeMap::new();
    for event in &shop.log {
        let Event::Stock(stock, event) = event else { continue };
        let (held, step): (_, fn(&mut Fate, i64)) = match event {
            // Nothing is sent in exchange here.
            StockEvent::ReservationExtended(_)
            | StockEvent::StockReceived { .. }
            | StockEvent::StockAdjusted { .. }
            | StockEvent::StockRestocked { .. }
            | StockEvent::ReservationShorted { .. }
            | StockEvent::BackorderAllocated(_) => continue,
            StockEvent::StockReserved(held) | StockEvent::StockBackordered(held) => (held, |fate, pieces| {
                fate.times += 1;
                fate.reserved += pieces;
            }),
            StockEvent::ReservationCommitted(held) => (held, |fate, _| fate.committed += 1),
            StockEvent::ReservationReleased { reservation, from: _ } | StockEvent::BackorderReleased(reservation) => {
                (reservation, |fate, _| fate.released += 1)
            }
            StockEvent::ReservationConsumed(held) => (held, |fate, _| fate.consumed += 1),
        };
        step(fates.entry((stock.clone(), held.order)).or_default(), held.quantity.into());
    }
    fates
}

/// Pieces that came through the door or left by it; what is held or given back in between moves nothing.
fn came_or_left(event: &StockEvent) -> i64 {
    match event {
        StockEvent::StockReceived { quantity, at: _ } | StockEvent::StockRestocked { quantity, .. } => {
            i64::from(*quantity)
        }
        StockEvent::StockAdjusted { change, .. } => *change,
        StockEvent::ReservationConsumed(reservation) => -i64::from(reservation.quantity),
        StockEvent::StockReserved(_)
        | StockEvent::ReservationExtended(_)
        | StockEvent::ReservationCommitted(_)
        | StockEvent::ReservationReleased { .. }
        | StockEvent::ReservationShorted { .. }
        | StockEvent::StockBackordered(_)
        | StockEvent::BackorderAllocated(_)
        | StockEvent::BackorderReleased(_) => 0,
    }
}

/// What each order reserved at its placement, and again where it lives again after what it held was released.
fn allocated(shop: &Shop) -> BTreeMap<(StockId, OrderId), i64> {
    let (mut allocated, mut released) = (BTreeMap::new(), BTreeSet::new());
    for event in &shop.log {
        let Event::Order(order, event) = event else { continue };
        let allocations = match event {
            OrderEvent::OrderPlaced(placed) => &placed.allocations,
            OrderEvent::OrderReinstated { allocations, .. } if released.contains(order) => allocations,
            OrderEvent::OrderReservationsReleased { .. } => {
                released.insert(*order);
                continue;
            }
            _ => continue,
        };
        for Allocation { stock, quantity } in allocations {
            *allocated.entry((stock.clone(), *order)).or_default() += i64::from(*quantity);
        }
    }
    allocated
}

fn check_reservations(shop: &Shop) -> Result<(), TestCaseError> {
    let fates = fates(shop);
    let reserved: BTreeMap<_, _> = fates.iter().map(|(key, fate)| (key.clone(), fate.reserved)).collect();
    prop_assert_eq!(reserved, allocated(shop), "what was reserved is not what the orders were placed with");
    for ((stock, order), fate) in &fates {
        prop_assert_eq!(fate.released + fate.consumed, fate.times, "{} {}", stock, order);
        match shop.orders[order].status() {
            Some(OrderStatus::Cancelled | OrderStatus::Expired) => {
                prop_assert_eq!(fate.consumed, 0, "{} {}", stock, order);
            }
            // Where it lives again, it may be served from elsewhere.
            Some(OrderStatus::Shipped) => prop_assert_eq!(fate.consumed, fate.committed, "{} {}", stock, order),
            other => prop_assert!(false, "{order} never ended: {other:?}"),
        }
    }
    for (id, stock) in shop.stocks() {
        prop_assert_eq!((stock.reserved(), stock.open_reservations()), (0, 0), "{} still holds something", id);
        let pieces = shop.log.iter().filter_map(|event| match event {
            Event::Stock(of, event) if *of == id => Some(event),
            _ => None,
        });
        let there: i64 = pieces.map(came_or_left).sum();
        prop_assert_eq!(stock.on_hand(), there, "{} counts other pieces than are there", id);
    }
    Ok(())
}

/// Every capture is kept by the one order that it settled, alone or with others, or owed back in full, and never both.
fn check_money(shop: &Shop) -> Result<(), TestCaseError> {
    let (mut captures, mut owed) = (Vec::<(OrderId, &Capture)>::new(), Vec::<(OrderId, &Capture)>::new());
    for event in &shop.log {
        match event {
            Event::Order(order, OrderEvent::OrderPaid { settlement, .. }) => {
                let parts = settlement.captures().iter().map(|capture| (*order, capture));
                let new: Vec<_> = parts.filter(|part| !captures.contains(part)).collect();
                captures.extend(new);
            }
            Event::Order(
                order,
                OrderEvent::PartialPaymentReceived { capture, .. }
                | OrderEvent::LatePaymentReceived { capture, .. }
                | OrderEvent::SurplusPaymentReceived { capture, .. },
            ) => captures.push((*order, capture)),
            Event::Refund(_, RefundEvent::RefundRequested { claim, .. }) => owed.push((claim.order, &claim.capture)),
            _ => {}
        }
    }
    for (order, capture) in &captures {
        let kept = match &shop.orders[order] {
            Order::Paid(settled) | Order::Processing(settled) | Order::Shipped(settled) => {
                settled.captures().contains(capture)
            }
            _ => false,
        };
        let owed = owed.iter().filter(|claim| **claim == (*order, *capture)).count();
        let same = captures.iter().filter(|other| **other == (*order, *capture)).count();
        prop_assert_eq!((usize::from(kept) + owed, same), (1, 1), "{} of {}", capture.reference, order);
    }
    let kept = captures.len() - owed.len();
    let settled = shop.orders.values().filter_map(Order::settled).map(|settled| settled.captures().len());
    prop_assert_eq!(kept, settled.sum::<usize>());
    for refund in shop.refunds.values() {
        prop_assert!(matches!(refund, Refund::Submitted(_)), "nobody has it in hand: {refund:?}");
    }
    Ok(())
}

/// The state of everything is what the log says, and nothing else.
fn check_replay(shop: &Shop) -> Result<(), TestCaseError> {
    let (mut orders, mut stocks) = (BTreeMap::<OrderId, Order>::new(), BTreeMap::<StockId, Stock>::new());
    let mut refunds = BTreeMap::new();
    for event in shop.log.iter().cloned() {
        match event {
            Event::Order(id, event) => {
                let order = orders.entry(id).or_default();
                *order = std::mem::take(order).evolve(event);
            }
            Event::Stock(id, event) => stocks.entry(id).or_default().evolve(&event),
            Event::Refund(id, event) => {
                let refund: &mut Refund = refunds.entry(id).or_default();
                *refund = std::mem::take(refund).evolve(event);
            }
            Event::Product(..)
            | Event::Payment(..)
            | Event::Fulfillment(..)
            | Event::Return(..)
            | Event::Coupon(..)
            | Event::Points(..)
            | Event::Quota(..)
            | Event::Reference(..)
            | Event::Merchant(..)
            | Event::Exception(..) => {
                prop_assert!(false, "nothing but orders, stock and refunds changed");
            }
        }
    }
    stocks.retain(|_, stock| *stock != Stock::default());
    let present = shop.stocks().filter(|(_, stock)| **stock != Stock::default());
    prop_assert_eq!(stocks, present.map(|(id, stock)| (id, stock.clone())).collect());
    orders.retain(|_, order| *order != Order::Unplaced);
    let placed = shop.orders.iter().filter(|(_, order)| **order != Order::Unplaced);
    prop_assert_eq!(orders, placed.map(|(id, order)| (*id, order.clone())).collect());
    prop_assert_eq!(&refunds, &shop.refunds);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_interleaving_oversells_forgets_a_reservation_or_loses_money(actions in actions()) {
        let mut shop = Shop::open();
        for action in actions {
            act(&mut shop, action);
            check_stocks(&shop)?;
        }
        settle(&mut shop);
        check_stocks(&shop)?;
        check_reservations(&shop)?;
        check_money(&shop)?;
        check_replay(&shop)?;
        let settled = shop.log.len();
        settle(&mut shop);
        prop_assert_eq!(shop.log.len(), settled, "the sagas did something twice");
    }
}
