//! Money that comes after an order has ended: it goes back, or the order lives again.

use crate::{
    Timestamp,
    money::Amount,
    order::{
        Allocation, Cancelling, Capture, Closed, Order, OrderAction, OrderEvent, OrderRefusal, Settlement,
        decide::{owed, refuse},
    },
    refund::RefundCause,
    text::PaymentReference,
};

impl Order {
    /// What would settle an order that has expired, of the late money about which nothing was decided yet: the capture of
    /// this name, with all that came late of the same payment, if it is exactly the total. None where it is not, or where
    /// the order ended by somebody's wish.
    pub fn late_settlement(&self, reference: &PaymentReference) -> Option<Settlement> {
        match self {
            Self::Expired(closed) => closed.late_settlement(reference),
            Self::Unplaced
            | Self::PendingPayment(_)
            | Self::Paid(_)
            | Self::Processing(_)
            | Self::Cancelling(_)
            | Self::Shipped(_)
            | Self::Delivered(_)
            | Self::Completed(_)
            | Self::Cancelled(_) => None,
        }
    }
}

impl Closed {
    fn late_settlement(&self, reference: &PaymentReference) -> Option<Settlement> {
        let named = self.late.iter().find(|capture| capture.reference == *reference)?;
        let is_with_it =
            |capture: &&Capture| *capture == named || named.payment.is_some() && capture.payment == named.payment;
        let captures: Vec<Capture> = self.late.iter().filter(is_with_it).cloned().collect();
        let total = self.terms.total;
        if captures.iter().any(|capture| capture.amount.currency != total.currency) {
            return None;
        }
        let sum = captures.iter().try_fold(Amount::ZERO, |sum, capture| sum.checked_add(capture.amount.amount))?;
        if sum != total.amount {
            return None;
        }
        Some(if captures.len() == 1 {
            Settlement::Captured(named.clone())
        } else {
            Settlement::CapturedInParts(captures)
        })
    }
}

/// The order is paid as if the money had come in time. All other late money about which nothing was decided goes back.
pub(super) fn decide_reinstatement(
    order: &Order,
    reference: &PaymentReference,
    allocations: Vec<Allocation>,
    at: Timestamp,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::Expired(closed) => {
            let Some(settlement) = closed.late_settlement(reference) else {
                return refuse(order, OrderAction::Reinstate);
            };
            let settles = |capture: &&Capture| settlement.captures().contains(capture);
            let others = closed.late.iter().filter(|capture| !settles(capture)).cloned();
            let mut events: Vec<OrderEvent> = owed(others, RefundCause::LatePayment, at).collect();
            events.push(OrderEvent::OrderReinstated { settlement, allocations, at });
            Ok(events)
        }
        Order::Paid(settled)
        | Order::Processing(settled)
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled)
        | Order::Cancelling(Cancelling { settled, .. })
            if settled.known(reference).is_some() =>
        {
            Ok(vec![])
        }
        Order::Unplaced
        | Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Processing(_)
        | Order::Shipped(_)
        | Order::Delivered(_)
        | Order::Completed(_)
        | Order::Cancelling(_)
        | Order::Cancelled(_) => refuse(order, OrderAction::Reinstate),
    }
}

/// The money goes back. Where an order lives again, everything was decided with it.
pub(super) fn decide_late_refund(
    order: &Order,
    reference: &PaymentReference,
    at: Timestamp,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match order {
        Order::Cancelled(closed) | Order::Expired(closed) if closed.known(reference).is_some() => {
            let named = closed.late.iter().filter(|capture| capture.reference == *reference).cloned();
            Ok(owed(named, RefundCause::LatePayment, at).collect())
        }
        Order::Paid(settled)
        | Order::Processing(settled)
        | Order::Shipped(settled)
        | Order::Delivered(settled)
        | Order::Completed(settled)
        | Order::Cancelling(Cancelling { settled, .. })
            if settled.known(reference).is_some() =>
        {
            Ok(vec![])
        }
        Order::Unplaced
        | Order::PendingPayment(_)
        | Order::Paid(_)
        | Order::Processing(_)
        | Order::Shipped(_)
        | Order::Delivered(_)
        | Order::Completed(_)
        | Order::Cancelling(_)
        | Order::Cancelled(_)
        | Order::Expired(_) => refuse(order, OrderAction::RefundLatePayment),
    }
}
