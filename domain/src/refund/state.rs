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
    Submitted(InHand),
    /// It did not succeed, and may be tried again.
    Failed {
        /// What is owed, and to be tried how.
        claim: InHand,
        /// What is known of the money.
        failure: RefundFailure,
    },
    /// A person has to decide about it.
    ManualReview(InHand),
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

/// A claim that somebody has, or had, in hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InHand {
    /// What is owed.
    #[serde(flatten)]
    pub claim: Claim,
    /// The number under which the gateway is asked for it, or will be the next time; none where people perform it.
    ///
    /// A gateway takes each number once. It is another one only after the gateway has said for certain that the money did
    /// not move: while nobody knows, to ask under another number might send the money twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
}

impl Refund {
    /// What is owed, or was, if anything.
    pub const fn claim(&self) -> Option<&Claim> {
        match self {
            Self::Unrequested => None,
            Self::Requested(claim) | Self::Succeeded { claim, .. } | Self::WrittenOff(claim) => Some(claim),
            Self::Submitted(in_hand) | Self::Failed { claim: in_hand, .. } | Self::ManualReview(in_hand) => {
                Some(&in_hand.claim)
            }
        }
    }

    /// What a gateway has been asked for, and may still be asked about: it is not known to be back, nor to be given up.
    pub const fn at_gateway(&self) -> Option<(&Claim, u32)> {
        match self {
            Self::Submitted(in_hand) | Self::Failed { claim: in_hand, .. } | Self::ManualReview(in_hand) => {
                match in_hand.attempt {
                    Some(attempt) => Some((&in_hand.claim, attempt)),
                    None => None,
                }
            }
            Self::Unrequested | Self::Requested(_) | Self::Succeeded { .. } | Self::WrittenOff(_) => None,
        }
    }
}

impl InHand {
    /// After a failure, whose certainty says whether the number may be another one.
    pub(super) fn failed(self, failure: RefundFailure) -> Self {
        let attempt = match failure {
            RefundFailure::Refused => self.attempt.map(|attempt| attempt.saturating_add(1)),
            RefundFailure::OutcomeUnknown => self.attempt,
        };
        Self { attempt, ..self }
    }
}
