//! What becomes of an order as its fulfillments are opened, leave and arrive.

use super::{Decision, cancel::sum_of, parts_owed, refuse};
use crate::{
    Timestamp,
    fulfillment::Undelivered,
    money::Money,
    order::{
        Aftersale, Allocation, Cancelling, Interrupted, LineUnits, Order, OrderAction, OrderEvent, OrderRefusal, Sent,
        Settled, book::is_stock_of,
    },
    points::{Issuer, Points},
    pricing::Portion,
    refund::RefundCause,
    text::TrackingNumber,
};

/// An order has a fulfillment more when a part of one stays behind, or when a return is answered by goods.
pub(super) fn open(order: &Order, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::Processing(settled)
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled)
        | Order::Cancelling(Cancelling { settled, interrupted: Interrupted::Processing, .. }) => {
            Ok(vec![OrderEvent::ParcelOpened { number: settled.parcels.opened.saturating_add(1), at }])
        }
        Order::Unplaced
        | Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Cancelling(Cancelling { interrupted: Interrupted::Paid, .. })
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

/// The order has arrived when it is shipped and none of its parcels is still awaited.
pub(super) fn deliver(order: &Order, number: u32, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::Processing(settled)
        | Order::Cancelling(Cancelling { settled, .. })
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled) => match &settled.parcels.sent {
            Some(sent) if sent.delivered.contains(&number) => Ok(vec![]),
            Some(sent) if sent.under_way().any(|coming| coming == number) => {
                Ok(with_end(order, vec![OrderEvent::ParcelDelivered { number, at }], false, at))
            }
            Some(_) | None => refuse(order, OrderAction::Deliver),
        },
        Order::Unplaced | Order::PendingPayment(_) | Order::Paid(_) | Order::Cancelled(_) | Order::Expired(_) => {
            refuse(order, OrderAction::Deliver)
        }
    }
}

/// A parcel ends once. What becomes of its units is decided by whoever ends it.
pub(super) fn give_up(order: &Order, number: u32, outcome: Undelivered, at: Timestamp) -> Decision {
    match sent(order) {
        Some(sent) if sent.given_up.contains(&number) => Ok(vec![]),
        Some(sent) if sent.under_way().any(|coming| coming == number) => {
            Ok(with_end(order, vec![OrderEvent::ParcelGivenUp { number, outcome, at }], false, at))
        }
        Some(_) | None => refuse(order, OrderAction::GiveUp),
    }
}

/// Units go back with exactly what was frozen for them. The parcel that they were in is given up after that.
pub(super) fn refund(order: &Order, number: u32, units: Vec<LineUnits>, at: Timestamp) -> Decision {
    let settled = coming(order, number)?;
    let portion = sent_portion(settled, &units)?;
    let left = settled.terms.book.left().saturating_sub(count(&units));
    let portion = owed_for(settled, portion, left);
    let parts = settled.refunds.divide(settled.captures(), portion.payable);
    let amount = sum_of(&parts);
    let refunded = OrderEvent::UndeliveredRefunded {
        number,
        lines: units,
        refund: Money { amount, currency: settled.terms.total.currency },
        points: Points::try_from(portion.points).ok(),
        left,
        at,
    };
    Ok([refunded].into_iter().chain(parts_owed(parts, RefundCause::Undelivered, None, at)).collect())
}

/// Nothing else is done with an order whose cancellation is asked for.
pub(super) fn replace(
    order: &Order,
    number: u32,
    units: Vec<LineUnits>,
    stock: Vec<Allocation>,
    at: Timestamp,
) -> Decision {
    let settled = coming(order, number)?;
    match order {
        Order::Processing(_) | Order::Shipped(_) => {}
        Order::Unplaced
        | Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Cancelling(_)
        | Order::Delivered(_)
        | Order::Completed(_)
        | Order::Cancelled(_)
        | Order::Expired(_) => return refuse(order, OrderAction::SendAnew),
    }
    sent_portion(settled, &units)?;
    if !is_stock_of(&stock, &settled.terms.book.goods(&units)) {
        return Err(OrderRefusal::OtherStock);
    }
    Ok(vec![OrderEvent::ParcelReplaced { number, lines: units, stock, at }])
}

/// The order, if the parcel has left and is still awaited.
fn coming(order: &Order, number: u32) -> Result<&Settled, OrderRefusal> {
    let settled = order.settled().filter(|settled| {
        settled.parcels.sent.as_ref().is_some_and(|sent| sent.under_way().any(|coming| coming == number))
    });
    match settled {
        Some(settled) => Ok(settled),
        None => Err(refuse(order, OrderAction::GiveUp).err().unwrap_or(OrderRefusal::Unknown)),
    }
}

/// What falls on units that have left.
fn sent_portion(settled: &Settled, units: &[LineUnits]) -> Result<Portion, OrderRefusal> {
    let portion = settled.terms.book.portion(units)?;
    for (place, LineUnits { line, quantity }) in units.iter().enumerate() {
        let open = settled.terms.book.sent(*line);
        if quantity.units() > open {
            return Err(OrderRefusal::TooManyUnits { place, open });
        }
    }
    Ok(portion)
}

/// What falls on these units, and with the last units of an order what falls on none: the delivery. Where nothing of the order
/// has arrived, for which nothing was brought, that is all that is kept. Where all that arrived has come back, it is what was
/// agreed. Units that were exchanged are left, so that nothing of this is owed with them. However much is owed, no more goes back
/// than is kept.
pub(super) fn owed_for(settled: &Settled, portion: Portion, left: u64) -> Portion {
    let delivery = settled.terms.book.delivery().filter(|_| left == 0);
    let nothing_arrived = settled.nothing_arrived();
    let delivery = delivery.filter(|(_, kept)| nothing_arrived || !kept);
    let all = delivery.and_then(|(delivery, _)| portion.checked_add(delivery)).unwrap_or(portion);
    if left == 0 && nothing_arrived { Portion { payable: settled.kept(), ..all } } else { all }
}

/// The events, and the end of the order where it has left and nothing of it is awaited any more. Some of it arrived, or goods
/// that were sent in exchange did, and it is delivered; or none of it did, and it is over. While units are being given back of
/// which none arrived, goods may still be sent for them.
pub(super) fn with_end(
    order: &Order,
    mut events: Vec<OrderEvent>,
    has_exchanged: bool,
    at: Timestamp,
) -> Vec<OrderEvent> {
    let after = events.iter().cloned().fold(order.clone(), Order::evolve);
    if let Order::Shipped(settled) = &after
        && settled.parcels.sent.as_ref().is_some_and(Sent::is_over)
    {
        let is_open = settled.aftersale.as_deref().is_some_and(Aftersale::has_open);
        if !settled.nothing_arrived() || has_exchanged {
            events.push(OrderEvent::OrderDelivered { at });
        } else if !is_open {
            events.push(OrderEvent::OrderCompleted { points: None, points_of: Issuer::default(), at });
        }
    }
    events
}

pub(super) fn count(units: &[LineUnits]) -> u64 {
    units.iter().map(|units| u64::from(units.quantity.units())).sum()
}

fn sent(order: &Order) -> Option<&Sent> {
    order.settled()?.parcels.sent.as_ref()
}
