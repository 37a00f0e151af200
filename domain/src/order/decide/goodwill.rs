//! Money that goes back for nothing that comes back.

use super::{Decision, parts_owed, refuse};
use crate::{
    Timestamp,
    money::{Amount, Money},
    order::{Cancelling, Order, OrderAction, OrderEvent, OrderRefusal},
    refund::RefundCause,
    text::Reason,
};

/// Of all payments together, the first ones first, and never more than is kept of them. What is given for goodwill is not there
/// any more when goods come back later. Of an order that has ended all money is owed back already; of one that waits for its
/// payment it is when it ends.
pub(super) fn grant(order: &Order, amount: Money, reason: Reason, at: Timestamp) -> Decision {
    let currency = order.terms().ok_or(OrderRefusal::Unknown)?.total.currency;
    if amount.amount == Amount::ZERO {
        return Err(OrderRefusal::EmptyRefund);
    }
    if amount.currency != currency {
        return Err(OrderRefusal::OtherCurrency { expected: currency });
    }
    match order {
        Order::Paid(settled)
        | Order::Processing(settled)
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled)
        | Order::Cancelling(Cancelling { settled, .. }) => {
            let left = settled.kept();
            if amount.amount > left {
                return Err(OrderRefusal::MoreThanKept { left: Money { amount: left, currency }, asked: amount });
            }
            let parts = settled.refunds.divide(settled.captures(), amount.amount);
            let owed = parts_owed(parts, RefundCause::Goodwill, None, at);
            let revoked = settled.unearned_without(amount.amount);
            let granted = OrderEvent::GoodwillGranted { refund: amount, revoked, reason, at };
            Ok(std::iter::once(granted).chain(owed).collect())
        }
        Order::Cancelled(_) | Order::Expired(_) => {
            Err(OrderRefusal::MoreThanKept { left: Money { amount: Amount::ZERO, currency }, asked: amount })
        }
        Order::Unplaced | Order::PendingPayment(_) => refuse(order, OrderAction::GrantGoodwill),
    }
}
