//! Cancellation: of an order, of what of it has not left, or of some units.

use super::{owed, parcels, refuse};
use crate::{
    Timestamp,
    ids::ReturnId,
    money::{Amount, Money},
    order::{
        Allocation, Cancelling, Capture, Interrupted, LineUnits, Order, OrderAction, OrderEvent, OrderRefusal,
        RefundPart, Settled,
        book::{is_stock_of, released},
    },
    points::Points,
    pricing::Portion,
    refund::RefundCause,
    text::Reason,
};

/// Ends an order, or takes out of it all that has not left.
pub(super) fn whole(order: &Order, reason: Reason, at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::PendingPayment(open) => {
            let cancelled = OrderEvent::OrderCancelled { reason, owed_back: None, refund: None, at };
            let incomplete = owed(open.received.iter().cloned(), RefundCause::IncompletePayment, at);
            Ok(std::iter::once(cancelled).chain(incomplete).collect())
        }
        Order::Paid(settled) | Order::Processing(settled) | Order::Cancelling(Cancelling { settled, .. }) => {
            if settled.has_sent() {
                return take_out(settled, &settled.terms.book.unshipped(), &[], reason, at);
            }
            if settled.terms.book.is_touched() {
                return Ok(end_rest(settled, reason, at));
            }
            if !settled.refunds.is_empty() {
                return Ok(match order {
                    Order::Processing(_)
                    | Order::Cancelling(Cancelling { interrupted: Interrupted::Processing, .. }) => {
                        end_rest(settled, reason, at)
                    }
                    _ => end_paid(settled, reason, at),
                });
            }
            let mut captures = settled.captures().iter().cloned();
            let cancelled = OrderEvent::OrderCancelled { reason, owed_back: captures.next(), refund: None, at };
            Ok(std::iter::once(cancelled).chain(owed(captures, RefundCause::OrderCancelled, at)).collect())
        }
        Order::Cancelled(_) => Ok(vec![]),
        Order::Unplaced | Order::Shipped(_) | Order::Delivered(_) | Order::Completed(_) | Order::Expired(_) => {
            refuse(order, OrderAction::Cancel)
        }
    }
}

/// Whether the units are there is asked at once, not when the seller consents.
pub(super) fn request(
    order: &Order,
    lines: Vec<LineUnits>,
    reason: Reason,
    at: Timestamp,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::Paid(_) if lines.is_empty() => Ok(vec![OrderEvent::CancellationRequested { lines, reason, at }]),
        Order::Processing(settled) => {
            if !lines.is_empty() {
                settled.terms.book.unshipped_portion(&lines)?;
            }
            Ok(vec![OrderEvent::CancellationRequested { lines, reason, at }])
        }
        Order::Cancelling(cancelling) if cancelling.lines == lines => Ok(vec![]),
        Order::Cancelled(_) => Ok(vec![]),
        other => refuse(other, OrderAction::Cancel),
    }
}

pub(super) fn approve(order: &Order, stock: &[Allocation], at: Timestamp) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::Cancelling(Cancelling { lines, reason, .. }) if lines.is_empty() => whole(order, reason.clone(), at),
        Order::Cancelling(Cancelling { settled, lines, reason, .. }) => {
            take_out(settled, lines, stock, reason.clone(), at)
        }
        Order::Cancelled(_) => Ok(vec![]),
        other => refuse(other, OrderAction::Cancel),
    }
}

pub(super) fn lines(
    order: &Order,
    lines: &[LineUnits],
    stock: &[Allocation],
    reason: Reason,
    at: Timestamp,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::Processing(settled) => take_out(settled, lines, stock, reason, at),
        other => refuse(other, OrderAction::Cancel),
    }
}

/// Units go back with exactly what was frozen for them. Where none is left and none has left, the order ends, and with it goes
/// what falls on no line: the shipping fee. Where all that are left have been sent, the order is shipped by that.
fn take_out(
    settled: &Settled,
    lines: &[LineUnits],
    stock: &[Allocation],
    reason: Reason,
    at: Timestamp,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let book = &settled.terms.book;
    let portion = book.unshipped_portion(lines)?;
    let goods = book.goods(lines);
    if !stock.is_empty() && !is_stock_of(stock, &goods) {
        return Err(OrderRefusal::OtherStock);
    }
    let units = parcels::count(lines);
    let left = book.left().saturating_sub(units);
    if left == 0 && !settled.has_sent() {
        return if book.is_touched() {
            Ok(end_rest(settled, reason, at))
        } else {
            whole(&Order::Processing(Box::new(settled.clone())), reason, at)
        };
    }
    let portion = parcels::owed_for(settled, portion, left);
    let parts = settled.refunds.divide(settled.captures(), portion.payable);
    let portion = Portion { payable: sum_of(&parts), ..portion };
    let released = if stock.is_empty() { released(&settled.unshipped_stock(), &goods) } else { stock.to_vec() };
    let cancelled = lines_cancelled(settled, lines.to_vec(), released, &portion, left, reason, at);
    let owed = parts_owed(parts, RefundCause::LinesCancelled, None, at);
    let is_last = units == parcels::count(&book.unshipped());
    let shipped = is_last.then_some(OrderEvent::OrderShipped { tracking: None, at });
    let events = std::iter::once(cancelled).chain(owed).chain(shipped).collect();
    Ok(parcels::with_end(&Order::Processing(Box::new(settled.clone())), events, false, at))
}

/// Ends an order of which some units were cancelled before: all that is kept of its captures is owed back.
fn end_rest(settled: &Settled, reason: Reason, at: Timestamp) -> Vec<OrderEvent> {
    let rest = settled.terms.book.rest();
    let portion = settled.terms.book.portion(&rest).unwrap_or_default();
    let kept = settled.kept();
    let parts = settled.refunds.divide(settled.captures(), kept);
    let released = released(&settled.unshipped_stock(), &settled.terms.book.goods(&rest));
    let portion = Portion { payable: kept, ..portion };
    let lines = lines_cancelled(settled, rest, released, &portion, 0, reason.clone(), at);
    let owed = parts_owed(parts, RefundCause::OrderCancelled, None, at);
    let cancelled = OrderEvent::OrderCancelled { reason, owed_back: None, refund: None, at };
    std::iter::once(lines).chain(owed).chain([cancelled]).collect()
}

/// Ends an order whose work has not begun, and of whose money some has gone back before: all that is kept goes as well.
fn end_paid(settled: &Settled, reason: Reason, at: Timestamp) -> Vec<OrderEvent> {
    let parts = settled.refunds.divide(settled.captures(), settled.kept());
    let refund = Money { amount: sum_of(&parts), currency: settled.terms.total.currency };
    let owed = parts_owed(parts, RefundCause::OrderCancelled, None, at);
    owed.chain([OrderEvent::OrderCancelled { reason, owed_back: None, refund: Some(refund), at }]).collect()
}

/// What these parts come to.
pub(super) fn sum_of(parts: &[(Capture, RefundPart)]) -> Amount {
    parts.iter().fold(Amount::ZERO, |sum, (_, part)| sum.checked_add(part.amount.amount).unwrap_or(sum))
}

fn lines_cancelled(
    settled: &Settled,
    lines: Vec<LineUnits>,
    released: Vec<Allocation>,
    portion: &Portion,
    left: u64,
    reason: Reason,
    at: Timestamp,
) -> OrderEvent {
    let refund = Money { amount: portion.payable, currency: settled.terms.total.currency };
    let points = Points::try_from(portion.points).ok();
    OrderEvent::OrderLinesCancelled { lines, released, refund, points, left, reason, at }
}

pub(super) fn parts_owed(
    parts: Vec<(Capture, RefundPart)>,
    cause: RefundCause,
    returned: Option<ReturnId>,
    at: Timestamp,
) -> impl Iterator<Item = OrderEvent> {
    let owed = move |(capture, part)| OrderEvent::RefundOwed { capture, part: Some(part), cause, returned, at };
    parts.into_iter().map(owed)
}
