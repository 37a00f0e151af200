use serde::{Deserialize, Serialize};

use crate::{
    refund::{Claim, RefundFailure},
    text::PaymentReference,
};

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Refund {
    /// Nothing is owed.
    #[default]
    Unrequested,
    /// Owed, and nobody has it in hand yet.
    Requested(Claim),
    /// In somebody's hands.
    Submitted(Claim),
    /// It did not succeed, and may be tried again.
    Failed {
        /// What is owed.
        claim: Claim,
        /// What is known of the money.
        failure: RefundFailure,
    },
    /// A person has to decide about it.
    ManualReview(Claim),
    /// The money is back.
    Succeeded {
        /// What was owed.
        claim: Claim,
        /// The transfer that brought it back.
        reference: PaymentReference,
    },
    /// A person gave it up.
    WrittenOff(Claim),
}

impl Refund {
    /// What is owed, or was, if anything.
    pub const fn claim(&self) -> Option<&Claim> {
        match self {
            Self::Unrequested => None,
            Self::Requested(claim)
            | Self::Submitted(claim)
            | Self::Failed { claim, .. }
            | Self::ManualReview(claim)
            | Self::Succeeded { claim, .. }
            | Self::WrittenOff(claim) => Some(claim),
        }
    }
}
