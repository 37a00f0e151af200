//! What becomes of an order as its fulfillments are opened, leave and arrive.

use super::refuse;
use crate::{
    Timestamp,
    order::{
        Allocation, Cancelling, LineUnits, Order, OrderAction, OrderEvent, OrderRefusal, Sent, Settled,
        book::is_stock_of,
    },
    text::TrackingNumber,
};

/// An order has a fulfillment more when a part of one stays behind, or when a return is answered by goods.
pub(super) fn open(order: &Order, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::Processing(settled)
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled) => {
            Ok(vec![OrderEvent::ParcelOpened { number: settled.parcels.opened.saturating_add(1), at }])
        }
        Order::Unplaced
        | Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Cancelling(_)
        | Order::Cancelled(_)
        | Order::Expired(_) => refuse(order, OrderAction::OpenParcel),
    }
}

/// The order is shipped when nothing of it is left.
pub(super) fn ship(
    order: &Order,
    number: u32,
    lines: Vec<LineUnits>,
    stock: Vec<Allocation>,
    tracking: Option<TrackingNumber>,
    at: Timestamp,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if sent(order).is_some_and(|sent| sent.shipped.contains(&number)) {
        return Ok(vec![]);
    }
    let (Order::Processing(settled), Some(sent)) = (order, sent(order)) else {
        return refuse(order, OrderAction::Ship);
    };
    let book = &settled.terms.book;
    book.unshipped_portion(&lines)?;
    if !is_stock_of(&stock, &book.goods(&lines)) {
        return Err(OrderRefusal::OtherStock);
    }
    let is_last = count(&lines) == count(&book.unshipped());
    let shipped = OrderEvent::ParcelShipped { number, lines, stock, at };
    let tracking = tracking.filter(|_| sent.shipped.is_empty());
    let whole = is_last.then_some(OrderEvent::OrderShipped { tracking, at });
    Ok([shipped].into_iter().chain(whole).collect())
}

/// The order has arrived when it is shipped and all its parcels have arrived.
pub(super) fn deliver(order: &Order, number: u32, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::Processing(settled)
        | Order::Cancelling(Cancelling { settled, .. })
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled) => match &settled.parcels.sent {
            Some(sent) if sent.delivered.contains(&number) => Ok(vec![]),
            Some(sent) if sent.shipped.contains(&number) => {
                let delivered = OrderEvent::ParcelDelivered { number, at };
                let others = sent.shipped.iter().filter(|other| **other != number);
                let is_last =
                    matches!(order, Order::Shipped(_)) && others.clone().all(|other| sent.delivered.contains(other));
                let whole = is_last.then_some(OrderEvent::OrderDelivered { at });
                Ok([delivered].into_iter().chain(whole).collect())
            }
            Some(_) | None => refuse(order, OrderAction::Deliver),
        },
        Order::Unplaced | Order::PendingPayment(_) | Order::Paid(_) | Order::Cancelled(_) | Order::Expired(_) => {
            refuse(order, OrderAction::Deliver)
        }
    }
}

/// What follows when the last units of an order that had not left are cancelled: the rest of it has left, and may have
/// arrived.
pub(super) fn all_that_is_left(settled: &Settled, at: Timestamp) -> impl Iterator<Item = OrderEvent> {
    let arrived = settled.parcels.sent.as_ref().is_some_and(Sent::has_arrived);
    let shipped = OrderEvent::OrderShipped { tracking: None, at };
    [shipped].into_iter().chain(arrived.then_some(OrderEvent::OrderDelivered { at }))
}

pub(super) fn count(units: &[LineUnits]) -> u64 {
    units.iter().map(|units| u64::from(units.quantity.units())).sum()
}

fn sent(order: &Order) -> Option<&Sent> {
    order.settled()?.parcels.sent.as_ref()
}
