//! How much of each capture of an order has gone back, or is owed.

use serde::{Deserialize, Serialize};

use crate::{
    money::{Amount, Money},
    order::{Capture, RefundPart},
    text::PaymentReference,
};

/// What is owed back of the captures that settled an order, capture by capture. Never more than was taken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RefundLedger(Vec<RefundedCapture>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RefundedCapture {
    reference: PaymentReference,
    amount: Amount,
    parts: u32,
}

impl RefundLedger {
    /// Whether nothing is owed of any.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What of a capture is not owed back.
    pub fn kept(&self, capture: &Capture) -> Amount {
        let refunded = self.of(&capture.reference).map_or(Amount::ZERO, |refunded| refunded.amount);
        capture.amount.amount.saturating_sub(refunded)
    }

    /// Divides an amount over the captures, the first ones first, each up to what is kept of it. Less comes out where less
    /// is kept.
    pub fn divide(&self, captures: &[Capture], amount: Amount) -> Vec<(Capture, RefundPart)> {
        let mut open = amount;
        let mut parts = Vec::new();
        for capture in captures {
            let taken = self.kept(capture).min(open);
            if taken > Amount::ZERO {
                open = open.saturating_sub(taken);
                let number = self.of(&capture.reference).map_or(0, |refunded| refunded.parts) + 1;
                let amount = Money { amount: taken, currency: capture.amount.currency };
                parts.push((capture.clone(), RefundPart { amount, number }));
            }
        }
        parts
    }

    pub(super) fn record(&mut self, capture: &Capture, part: &RefundPart) {
        match self.0.iter_mut().find(|refunded| refunded.reference == capture.reference) {
            Some(refunded) => {
                refunded.amount = refunded.amount.checked_add(part.amount.amount).unwrap_or(refunded.amount);
                refunded.parts = part.number;
            }
            None => self.0.push(RefundedCapture {
                reference: capture.reference.clone(),
                amount: part.amount.amount,
                parts: part.number,
            }),
        }
    }

    /// So much that was owed of a capture is owed of others instead, the first ones first. The numbers of parts stay: what a refund
    /// is called does not change.
    pub(super) fn shift(&mut self, from: &PaymentReference, to: &[Capture], amount: Amount) {
        for (capture, part) in self.divide(to, amount) {
            let number = part.number.saturating_sub(1);
            self.record(&capture, &RefundPart { number, ..part });
        }
        if let Some(refunded) = self.0.iter_mut().find(|refunded| refunded.reference == *from) {
            refunded.amount = refunded.amount.saturating_sub(amount);
        }
    }

    /// What is owed back of a capture, and how many parts of it have been owed.
    pub(super) fn owed(&self, reference: &PaymentReference) -> (Amount, u32) {
        self.of(reference).map_or((Amount::ZERO, 0), |refunded| (refunded.amount, refunded.parts))
    }

    fn of(&self, reference: &PaymentReference) -> Option<&RefundedCapture> {
        self.0.iter().find(|refunded| refunded.reference == *reference)
    }
}
