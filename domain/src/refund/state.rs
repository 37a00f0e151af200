use serde::{Deserialize, Serialize};

use crate::{
    money::{Amount, Money},
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
    Requested(InHand),
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
        /// What was owed, and how it went back.
        claim: InHand,
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
    /// How much of it went back without being asked for, in minor units.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub offset: Amount,
    /// Whether nobody knows what came of the last attempt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsure: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_nothing(amount: &Amount) -> bool {
    amount.minor_units() == 0
}

impl From<Claim> for InHand {
    fn from(claim: Claim) -> Self {
        Self { claim, attempt: None, offset: Amount::ZERO, unsure: false }
    }
}

impl Refund {
    /// What is owed, or was, if anything.
    pub const fn claim(&self) -> Option<&Claim> {
        match self {
            Self::Unrequested => None,
            Self::WrittenOff(claim) => Some(claim),
            Self::Requested(in_hand)
            | Self::Submitted(in_hand)
            | Self::Failed { claim: in_hand, .. }
            | Self::ManualReview(in_hand)
            | Self::Succeeded { claim: in_hand, .. } => Some(&in_hand.claim),
        }
    }

    /// What a gateway has been asked for, and may still be asked about: it is not known to be back, nor to be given up.
    pub const fn at_gateway(&self) -> Option<(&InHand, u32)> {
        match self {
            Self::Submitted(in_hand) | Self::Failed { claim: in_hand, .. } | Self::ManualReview(in_hand) => {
                match in_hand.attempt {
                    Some(attempt) => Some((in_hand, attempt)),
                    None => None,
                }
            }
            Self::Unrequested | Self::Requested(_) | Self::Succeeded { .. } | Self::WrittenOff(_) => None,
        }
    }

    /// What a gateway has sent back, as far as anybody knows.
    pub const fn sent_by_gateway(&self) -> Option<(&InHand, u32)> {
        match self {
            Self::Succeeded { claim: in_hand, .. } => match in_hand.attempt {
                Some(attempt) => Some((in_hand, attempt)),
                None => None,
            },
            Self::Unrequested
            | Self::Requested(_)
            | Self::Submitted(_)
            | Self::Failed { .. }
            | Self::ManualReview(_)
            | Self::WrittenOff(_) => None,
        }
    }
}

impl Refund {
    /// What money that went back without being asked for may still count for, in minor units: nothing while an attempt at a gateway
    /// is under way, or may be. People see what is left of what they have in hand.
    pub fn may_be_offset(&self) -> Amount {
        match self {
            Self::Submitted(in_hand) if in_hand.attempt.is_none() => in_hand.to_send().amount,
            Self::Requested(in_hand)
            | Self::Failed { claim: in_hand, failure: RefundFailure::Refused }
            | Self::ManualReview(in_hand)
                if !in_hand.unsure =>
            {
                in_hand.to_send().amount
            }
            Self::Unrequested
            | Self::Requested(_)
            | Self::Submitted(_)
            | Self::Failed { .. }
            | Self::ManualReview(_)
            | Self::Succeeded { .. }
            | Self::WrittenOff(_) => Amount::ZERO,
        }
    }
}

impl InHand {
    /// What is left to be sent: what is owed less what went back without being asked for.
    pub fn to_send(&self) -> Money {
        let owed = self.claim.owed();
        Money { amount: owed.amount.saturating_sub(self.offset), ..owed }
    }

    /// After a failure, whose certainty says whether the number may be another one.
    pub(super) fn failed(self, failure: RefundFailure) -> Self {
        let (attempt, unsure) = match failure {
            RefundFailure::Refused => (self.attempt.map(|attempt| attempt.saturating_add(1)), false),
            RefundFailure::OutcomeUnknown => (self.attempt, true),
        };
        Self { attempt, unsure, ..self }
    }
}
