use crate::{
    Timestamp,
    money::Amount,
    refund::{Claim, RefundChannel, RefundFailure},
    text::{Actor, PaymentReference, Reason},
};

/// What can be asked of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundCommand {
    /// States what is owed.
    Request {
        /// What and why.
        claim: Claim,
        /// When.
        at: Timestamp,
    },
    /// Notes in whose hands it is, for the first time or again after it failed.
    RecordSubmitted {
        /// Whose.
        channel: RefundChannel,
        /// When.
        at: Timestamp,
    },
    /// Notes that the money is back, as whoever brought it back says.
    RecordSucceeded {
        /// The attempt at the gateway that brought it; none where people say so.
        attempt: Option<u32>,
        /// The transfer's name at the bank.
        reference: PaymentReference,
        /// What there is to say about it.
        note: Option<Reason>,
        /// When.
        at: Timestamp,
    },
    /// Notes that it did not succeed.
    RecordFailed {
        /// The attempt at the gateway that failed; none where people performed it.
        attempt: Option<u32>,
        /// What is known of the money.
        failure: RefundFailure,
        /// What was the matter.
        cause: Reason,
        /// When.
        at: Timestamp,
    },
    /// Counts money for it that went back without being asked for.
    Offset {
        /// How much, in minor units of the claim's currency.
        amount: Amount,
        /// The name of the movement by which it went back.
        reference: PaymentReference,
        /// When.
        at: Timestamp,
    },
    /// Notes that money which was said to be back did not arrive.
    Reverse {
        /// The attempt at the gateway that came back.
        attempt: u32,
        /// The transfer's name at the gateway.
        reference: PaymentReference,
        /// What was the matter.
        cause: Reason,
        /// When.
        at: Timestamp,
    },
    /// Gives a failed refund into the hands of a person.
    RequestReview {
        /// When.
        at: Timestamp,
    },
    /// Wants it tried once more, by a person's decision.
    Retry {
        /// Whose.
        actor: Actor,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Settles it, by a person's decision: the money is back by a way that the engine does not see.
    MarkDone {
        /// The transfer's name at the bank.
        reference: PaymentReference,
        /// Whose decision.
        actor: Actor,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Gives it up, by a person's decision.
    WriteOff {
        /// Whose.
        actor: Actor,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
}
