//! What becomes of an order when something that it waited for has come.

use super::Decision;
use crate::{
    Timestamp,
    order::{Cancelling, Interrupted, Order, OrderEvent, OrderRefusal, Settled},
    stock::StockId,
};

/// An order that does not wait there, any more or at all, has nothing to note. A request for cancellation does not keep what
/// has come from its fulfillment: that is what units are then taken out of, if the seller consents.
pub(super) fn serve(order: &Order, stock: &StockId, at: Timestamp) -> Decision {
    let terms = order.terms().ok_or(OrderRefusal::Unknown)?;
    if !terms.waiting.contains(stock) {
        return Ok(vec![]);
    }
    let Some(allocation) = order.unshipped_stock().into_iter().find(|allocation| allocation.stock == *stock) else {
        return Ok(vec![]);
    };
    let parcel = match order {
        Order::Processing(settled)
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled)
        | Order::Cancelling(Cancelling { settled, interrupted: Interrupted::Processing, .. }) => Some(next(settled)),
        Order::Unplaced
        | Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Cancelling(Cancelling { interrupted: Interrupted::Paid, .. })
        | Order::Cancelled(_)
        | Order::Expired(_) => None,
    };
    Ok(vec![OrderEvent::BackorderServed { allocation, parcel, at }])
}

const fn next(settled: &Settled) -> u32 {
    settled.parcels.opened.saturating_add(1)
}
