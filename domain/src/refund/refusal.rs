use serde::{Deserialize, Serialize};

use crate::money::Money;

/// Why a refund refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundRefusal {
    /// There is no such refund.
    #[error("no such refund")]
    Unknown,
    /// It is not in anybody's hands yet.
    #[error("the refund has not been submitted yet")]
    NotSubmitted,
    /// It was requested with other details.
    #[error("the refund was requested with other details")]
    OtherClaim,
    /// It is done, by another transfer.
    #[error("the refund is done, by another transfer")]
    AlreadyDone,
    /// A part without a number, or a number without a part.
    #[error("a part of a capture bears a number, and all of it none")]
    PartNotNumbered,
    /// A part that is none of the capture.
    #[error("a part must be more than zero and at most the capture of {captured}")]
    PartOutOfBounds {
        /// All that was captured.
        captured: Money,
    },
    /// It has not failed.
    #[error("the refund has not failed")]
    NotFailed,
    /// No person has to decide about it.
    #[error("the refund is not under review")]
    NotInReview,
    /// A person has to decide about it.
    #[error("the refund is under review")]
    InReview,
    /// Whoever settles it by their own decision must say why.
    #[error("a refund that the engine could not bring back is settled for a reason")]
    ReasonNeeded,
    /// Less of it is still to be sent, or it is on its way.
    #[error("less of the refund is still to be sent")]
    NotOpen,
    /// The customer's bank decides about the payment first.
    #[error("the payment is disputed: nothing of it is refunded until its dispute has ended")]
    PaymentDisputed,
    /// The money is back.
    #[error("the refund has succeeded")]
    Succeeded,
    /// A person gave it up.
    #[error("the refund was written off")]
    WrittenOff,
}
