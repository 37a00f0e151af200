//! What happened to a refund. The names and fields are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    money::{Amount, Money},
    refund::Claim,
    text::{Actor, PaymentReference, Reason},
};

/// Who performs a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundChannel {
    /// People work off a list.
    BackOffice,
    /// The gateway that took the money.
    Gateway,
}

/// What is known of the money after a refund failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundFailure {
    /// It is certainly not back: the gateway said no.
    Refused,
    /// It may be back: the gateway did not say, however often it was asked.
    OutcomeUnknown,
}

/// A person who settled a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledBy {
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: Reason,
}

/// What happened to a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundEvent {
    /// Money is owed back.
    RefundRequested {
        /// What and why.
        #[serde(flatten)]
        claim: Claim,
        /// When.
        at: Timestamp,
    },
    /// Somebody has it in hand.
    RefundSubmitted {
        /// Who.
        channel: RefundChannel,
        /// Under which number the gateway is asked, counted from one; absent where people perform it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// The money is back.
    RefundSucceeded {
        /// The transfer's name at the bank.
        reference: PaymentReference,
        /// What there is to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Reason>,
        /// The person by whose word it is, where nobody else says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settled_by: Option<SettledBy>,
        /// The number under which a gateway was asked for it, where that says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// Money that went back without being asked for counts for it, in the same append as on the payment. It is done where nothing
    /// is left.
    RefundOffset {
        /// How much.
        amount: Money,
        /// What is left to be sent, in minor units of the claim's currency; absent where it is nothing.
        #[serde(default, skip_serializing_if = "is_nothing")]
        left: Amount,
        /// The name of the movement by which it went back.
        reference: PaymentReference,
        /// When.
        at: Timestamp,
    },
    /// The money did not arrive, though it had been said to be back. It is owed again, and a person has to decide about it.
    RefundReversed {
        /// How much of it.
        amount: Money,
        /// What was the matter.
        cause: Reason,
        /// The attempt at the gateway that came back.
        attempt: u32,
        /// When that became known.
        at: Timestamp,
    },
    /// It did not succeed.
    RefundFailed {
        /// What is known of the money.
        failure: RefundFailure,
        /// What was the matter.
        cause: Reason,
        /// The attempt at the gateway that failed; absent where people performed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// A person has to decide about it.
    RefundReviewRequested {
        /// When.
        at: Timestamp,
    },
    /// A person wants it tried once more.
    RefundRetried {
        /// Who.
        actor: Actor,
        /// Why.
        reason: Reason,
        /// Under which number the gateway is asked: the last one again, where nobody knows what came of it. Absent where
        /// people perform it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// A person gave it up.
    RefundWrittenOff {
        /// Who.
        actor: Actor,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_nothing(left: &Amount) -> bool {
    left.minor_units() == 0
}

impl DomainEvent for RefundEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl RefundEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RefundRequested { .. } => "RefundRequested",
            Self::RefundSubmitted { .. } => "RefundSubmitted",
            Self::RefundSucceeded { .. } => "RefundSucceeded",
            Self::RefundOffset { .. } => "RefundOffset",
            Self::RefundReversed { .. } => "RefundReversed",
            Self::RefundFailed { .. } => "RefundFailed",
            Self::RefundReviewRequested { .. } => "RefundReviewRequested",
            Self::RefundRetried { .. } => "RefundRetried",
            Self::RefundWrittenOff { .. } => "RefundWrittenOff",
        }
    }
}
