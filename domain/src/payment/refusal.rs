use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    money::{Currency, Money},
    payment::PaymentStatus,
    text::PaymentReference,
};

/// What was asked of a payment, as a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentAction {
    /// Take authorised money.
    Capture,
    /// Call it off.
    Void,
    /// Give it up for want of time.
    Expire,
}

impl std::fmt::Display for PaymentAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Capture => "captured",
            Self::Void => "voided",
            Self::Expire => "expired",
        })
    }
}

/// Why a payment refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentRefusal {
    /// There is no such payment.
    #[error("no such payment")]
    Unknown,
    /// The id is taken, by a payment on other terms.
    #[error("a payment with this id exists already, on other terms")]
    OtherTerms,
    /// A payment of nothing.
    #[error("a payment must be more than zero")]
    EmptyPayment,
    /// The gateway knows it by another name.
    #[error("the gateway knows this payment as {known}, not {received}")]
    OtherReference {
        /// The name on record.
        known: PaymentReference,
        /// The name that is stated now.
        received: PaymentReference,
    },
    /// The payment's state does not allow it.
    #[error("a payment that is {status} cannot be {action}")]
    WrongStatus {
        /// What was asked.
        action: PaymentAction,
        /// Where the payment stands.
        status: PaymentStatus,
    },
    /// Its time is not over yet.
    #[error("the payment may be made until {expires_at}")]
    WindowOpen {
        /// When its time ends.
        expires_at: Timestamp,
    },
    /// The gateway takes the money by itself.
    #[error("the gateway captures this payment by itself")]
    CapturedByGateway,
    /// A capture of nothing.
    #[error("a capture must be more than zero")]
    EmptyCapture,
    /// A capture in another currency than the payment's.
    #[error("the payment is in {expected}, not in {received}")]
    OtherCurrency {
        /// The payment's.
        expected: Currency,
        /// The one that is stated now.
        received: Currency,
    },
    /// There is less left to take.
    #[error("{captured} of {authorized} authorized are captured, which leaves less than {asked}")]
    MoreThanAuthorized {
        /// What is authorised.
        authorized: Money,
        /// What of it was taken.
        captured: Money,
        /// What was asked for.
        asked: Money,
    },
    /// The gateway was asked to call it off.
    #[error("the payment is being voided")]
    BeingVoided,
    /// Less than that went back without being asked for.
    #[error("{open} went back without being asked for and counts for no refund yet")]
    NotBack {
        /// What is left of it.
        open: Money,
    },
    /// No more mismatches are kept of one payment.
    #[error("too many reports of this payment are in quarantine")]
    QuarantineFull,
    /// Nothing is in quarantine, and nothing was.
    #[error("no report of this payment is in quarantine")]
    NoMismatch,
}
