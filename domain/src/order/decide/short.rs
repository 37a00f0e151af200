//! What becomes of an order when pieces that are held for it are not there.

use super::{Decision, refuse};
use crate::{
    Timestamp,
    order::{Allocation, Cancelling, Interrupted, Order, OrderAction, OrderEvent, OrderRefusal},
    quantity::Quantity,
    stock::StockId,
};

/// A SKU is waited for whole, in the queue of one stock: what of it is held elsewhere is given up. An order that ships whole
/// has no parcels to take it out of, and one that has ended or left has nothing to lose.
pub(super) fn short(order: &Order, stock: &StockId, at: Timestamp) -> Decision {
    match order {
        Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Cancelling(Cancelling { interrupted: Interrupted::Paid, .. }) => {}
        Order::Processing(settled)
        | Order::Cancelling(Cancelling { settled, interrupted: Interrupted::Processing, .. })
            if settled.parcels.sent.is_some() => {}
        Order::Unplaced
        | Order::Processing(_)
        | Order::Cancelling(_)
        | Order::Shipped(_)
        | Order::Delivered(_)
        | Order::Completed(_)
        | Order::Cancelled(_)
        | Order::Expired(_) => return refuse(order, OrderAction::Short),
    }
    // What had come and was lost again before the order heard of it.
    if order.shorted().contains(stock) {
        return Ok(vec![]);
    }
    let (here, moved): (Vec<Allocation>, Vec<Allocation>) = order
        .unshipped_stock()
        .into_iter()
        .filter(|allocation| allocation.stock.sku == stock.sku)
        .partition(|allocation| allocation.stock == *stock);
    let all = here.iter().chain(&moved).try_fold(None, |sum: Option<Quantity>, allocation| match sum {
        None => Some(Some(allocation.quantity)),
        Some(sum) => sum.checked_add(allocation.quantity).map(Some),
    });
    match (here.is_empty(), all.flatten()) {
        (false, Some(quantity)) => {
            let allocation = Allocation { stock: stock.clone(), quantity };
            Ok(vec![OrderEvent::StockShorted { allocation, moved, at }])
        }
        (_, _) => Err(OrderRefusal::OtherStock),
    }
}

/// What is left of it waits on.
pub(super) fn move_backorder(order: &Order, from: StockId, to: Vec<Allocation>, at: Timestamp) -> Decision {
    match order {
        Order::PendingPayment(_) | Order::Paid(_) | Order::Processing(_) => {}
        Order::Unplaced
        | Order::Cancelling(_)
        | Order::Shipped(_)
        | Order::Delivered(_)
        | Order::Completed(_)
        | Order::Cancelled(_)
        | Order::Expired(_) => return refuse(order, OrderAction::MoveBackorder),
    }
    if !order.terms().is_some_and(|terms| terms.waiting.contains(&from)) {
        return Err(OrderRefusal::NothingShort);
    }
    let awaited = order.unshipped_stock().into_iter().find(|allocation| allocation.stock == from);
    let awaited = awaited.map_or(0, |allocation| i64::from(allocation.quantity));
    let pieces: i64 = to.iter().map(|allocation| i64::from(allocation.quantity)).sum();
    let is_other = |allocation: &Allocation| allocation.stock != from && allocation.stock.sku == from.sku;
    match Quantity::try_from(pieces) {
        Ok(quantity) if pieces <= awaited && to.iter().all(is_other) => {
            Ok(vec![OrderEvent::BackorderMoved { from: Allocation { stock: from, quantity }, to, at }])
        }
        Ok(_) | Err(_) => Err(OrderRefusal::OtherStock),
    }
}
