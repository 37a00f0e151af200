use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    money::Amount,
    payment::{Mismatch, ReportedRefund, ReportedRefundStatus},
    text::PaymentReference,
};

/// The most refunds of one payment that its gateway may make by itself.
pub const OUTSIDE_REFUNDS_MAX: usize = 100;

/// Money that went back to the customer without being asked for: refunds made at the gateway's own desk, and what the bank
/// took back after a dispute. It counts for what is owed, or will be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MoneyBack {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    outside: BTreeMap<PaymentReference, OutsideRefund>,
    #[serde(default)]
    charged_back: Amount,
    /// What of it has been counted for refunds that are owed.
    #[serde(default)]
    applied: Amount,
}

/// A refund that the gateway made by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct OutsideRefund {
    amount: Amount,
    /// It did not arrive after all. What failed once stays so.
    failed: bool,
}

/// What a report says about refunds that the engine did not ask for and that is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OutsideNews {
    Made(PaymentReference, Amount),
    Failed(PaymentReference, Amount),
}

impl MoneyBack {
    /// Whether nothing ever went back unasked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// All of it that has arrived, in minor units.
    pub fn sum(&self) -> Amount {
        let arrived = self.outside.values().filter(|refund| !refund.failed);
        arrived.fold(self.charged_back, |sum, refund| sum.checked_add(refund.amount).unwrap_or(sum))
    }

    /// What of it has not been counted for a refund yet.
    pub fn open(&self) -> Amount {
        self.sum().saturating_sub(self.applied)
    }

    /// Whether more was counted for refunds than has arrived, because some of it came back later.
    pub fn is_short(&self) -> bool {
        self.applied > self.sum()
    }

    /// The name of the last movement by which it went back, where the gateway told one.
    pub fn reference(&self) -> Option<&PaymentReference> {
        self.outside.iter().rev().find(|(_, refund)| !refund.failed).map(|(reference, _)| reference)
    }

    /// What is new about refunds that the engine did not ask for, of a payment of which so much was taken.
    pub(super) fn news<'a>(
        &self,
        reported: impl Iterator<Item = &'a ReportedRefund>,
        captured: Amount,
    ) -> Result<Vec<OutsideNews>, Mismatch> {
        let (mut known, mut news) = (self.clone(), Vec::new());
        for ReportedRefund { reference, amount, status, .. } in reported {
            let change = match (status, known.outside.get(reference)) {
                (ReportedRefundStatus::Succeeded, None) => OutsideNews::Made(reference.clone(), *amount),
                (ReportedRefundStatus::Failed { .. }, Some(refund)) if !refund.failed => {
                    OutsideNews::Failed(reference.clone(), refund.amount)
                }
                (
                    ReportedRefundStatus::Pending
                    | ReportedRefundStatus::Succeeded
                    | ReportedRefundStatus::Failed { .. },
                    _,
                ) => continue,
            };
            match &change {
                OutsideNews::Made(reference, amount) => known.made(reference.clone(), *amount),
                OutsideNews::Failed(reference, _) => known.failed(reference),
            }
            if known.sum() > captured {
                return Err(Mismatch::MoreRefunded { reference: reference.clone() });
            }
            if known.outside.len() > OUTSIDE_REFUNDS_MAX {
                return Err(Mismatch::TooManyRefunds);
            }
            news.push(change);
        }
        Ok(news)
    }

    pub(super) fn made(&mut self, reference: PaymentReference, amount: Amount) {
        self.outside.insert(reference, OutsideRefund { amount, failed: false });
    }

    pub(super) fn failed(&mut self, reference: &PaymentReference) {
        if let Some(refund) = self.outside.get_mut(reference) {
            refund.failed = true;
        }
    }

    pub(super) const fn charged_back(&mut self, amount: Amount) {
        self.charged_back = amount;
    }

    pub(super) fn apply(&mut self, amount: Amount) {
        self.applied = self.applied.checked_add(amount).unwrap_or(self.applied);
    }
}
