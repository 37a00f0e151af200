use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrderId, PaymentId},
    money::{Amount, Currency},
    payment::{Captures, GatewayReport, PaymentTerms, ReportedStatus},
    text::PaymentReference,
};

/// Why a report cannot be true of this payment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mismatch {
    /// It is about another payment.
    OtherPayment {
        /// Which.
        reported: PaymentId,
    },
    /// It is for another order.
    OtherOrder {
        /// Which.
        reported: OrderId,
    },
    /// It is in another currency.
    OtherCurrency {
        /// Which.
        reported: Currency,
    },
    /// More was authorised than is to be paid.
    MoreAuthorized {
        /// How much, in minor units.
        reported: Amount,
    },
    /// It is authorised, with nothing.
    NothingAuthorized,
    /// Money was taken or is disputed, and no transaction is named.
    NothingCaptured,
    /// A transaction of nothing.
    EmptyCapture {
        /// Which.
        reference: PaymentReference,
    },
    /// A transaction is on record, or in the same report, with another amount.
    OtherCaptureAmount {
        /// Which.
        reference: PaymentReference,
        /// With how much it is reported, in minor units.
        reported: Amount,
    },
    /// More was taken than is to be paid.
    MoreCaptured {
        /// The transaction that goes beyond it.
        reference: PaymentReference,
    },
    /// More transactions than a payment may have.
    TooManyCaptures,
    /// More went back than was taken.
    MoreRefunded {
        /// The transaction that goes beyond it.
        reference: PaymentReference,
    },
    /// More refunds at the gateway's own desk than a payment may have.
    TooManyRefunds,
}

impl GatewayReport {
    /// Finds what is wrong with the report by itself, whatever else is known. First of all, so that a report that is wrong
    /// by itself is the same mismatch whenever it comes.
    pub(super) fn check(&self, id: PaymentId, terms: &PaymentTerms) -> Result<(), Mismatch> {
        if self.payment != id {
            return Err(Mismatch::OtherPayment { reported: self.payment });
        }
        if self.order != terms.order {
            return Err(Mismatch::OtherOrder { reported: self.order });
        }
        if self.currency != terms.amount.currency {
            return Err(Mismatch::OtherCurrency { reported: self.currency });
        }
        if self.authorized > terms.amount.amount {
            return Err(Mismatch::MoreAuthorized { reported: self.authorized });
        }
        let mut own = Captures::default();
        for capture in &self.captures {
            own.take(capture, terms.amount.amount)?;
        }
        let mut back = Amount::ZERO;
        for refund in self.refunds.iter().filter(|refund| refund.has_left()) {
            back = back
                .checked_add(refund.amount)
                .filter(|back| *back <= own.sum())
                .ok_or_else(|| Mismatch::MoreRefunded { reference: refund.reference.clone() })?;
        }
        match &self.status {
            ReportedStatus::Authorized if self.authorized == Amount::ZERO => Err(Mismatch::NothingAuthorized),
            ReportedStatus::Captured | ReportedStatus::Disputed | ReportedStatus::ChargedBack
                if self.captures.is_empty() =>
            {
                Err(Mismatch::NothingCaptured)
            }
            ReportedStatus::Pending
            | ReportedStatus::Authorized
            | ReportedStatus::Captured
            | ReportedStatus::Failed { .. }
            | ReportedStatus::Expired
            | ReportedStatus::Voided
            | ReportedStatus::Disputed
            | ReportedStatus::ChargedBack => Ok(()),
        }
    }
}
