//! Money of one payment that went back without being asked for and counts for a refund of another.

use super::Decision;
use crate::{
    Timestamp,
    ids::PaymentId,
    money::{Amount, Money},
    order::{Order, OrderEvent, OrderRefusal},
    text::PaymentReference,
};

/// The refund is done by it, and the money of its capture is still there: it is what the order keeps, and not that of the payment,
/// of which a gateway has nothing left to send. Never more than the one owes and the other keeps.
pub(super) fn shift(order: &Order, from: PaymentReference, to: PaymentId, amount: Amount, at: Timestamp) -> Decision {
    let currency = order.terms().ok_or(OrderRefusal::Unknown)?.total.currency;
    let most = order.settled().map_or(Amount::ZERO, |settled| settled.owed_of(&from).min(settled.kept_of(to)));
    let amount = Money { amount, currency };
    if amount.amount == Amount::ZERO {
        return Err(OrderRefusal::EmptyRefund);
    }
    if amount.amount > most {
        return Err(OrderRefusal::MoreThanKept { left: Money { amount: most, currency }, asked: amount });
    }
    Ok(vec![OrderEvent::RefundShifted { from, to, amount, at }])
}
