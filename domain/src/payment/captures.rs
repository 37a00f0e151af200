use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    money::Amount,
    payment::{Mismatch, ReportedCapture},
    text::PaymentReference,
};

/// The most captures that one payment may have.
pub const CAPTURES_MAX: usize = 100;

/// The money that was taken for a payment, by the transaction's reference. Its sum never shrinks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Captures {
    sum: Amount,
    taken: BTreeMap<PaymentReference, Amount>,
}

impl Captures {
    /// The sum of all of them, in minor units of the payment's currency.
    pub const fn sum(&self) -> Amount {
        self.sum
    }

    /// How much was taken under a reference, if anything was.
    pub fn amount(&self, reference: &PaymentReference) -> Option<Amount> {
        self.taken.get(reference).copied()
    }

    /// All of them, by reference.
    pub fn iter(&self) -> impl Iterator<Item = (&PaymentReference, Amount)> {
        self.taken.iter().map(|(reference, amount)| (reference, *amount))
    }

    /// Adds a capture of a payment of `total` in all. Returns the new sum, or none where it is known already.
    pub(super) fn take(&mut self, capture: &ReportedCapture, total: Amount) -> Result<Option<Amount>, Mismatch> {
        let ReportedCapture { reference, amount } = capture;
        if *amount == Amount::ZERO {
            return Err(Mismatch::EmptyCapture { reference: reference.clone() });
        }
        match self.amount(reference) {
            Some(known) if known == *amount => return Ok(None),
            Some(_) => return Err(Mismatch::OtherCaptureAmount { reference: reference.clone(), reported: *amount }),
            None => {}
        }
        let sum = self
            .sum
            .checked_add(*amount)
            .filter(|sum| *sum <= total)
            .ok_or_else(|| Mismatch::MoreCaptured { reference: reference.clone() })?;
        if self.taken.len() == CAPTURES_MAX {
            return Err(Mismatch::TooManyCaptures);
        }
        self.insert(reference.clone(), *amount, sum);
        Ok(Some(sum))
    }

    pub(super) fn insert(&mut self, reference: PaymentReference, amount: Amount, sum: Amount) {
        self.taken.insert(reference, amount);
        self.sum = sum;
    }
}
