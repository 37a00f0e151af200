use crate::{
    Timestamp,
    address::Address,
    ids::RefundId,
    returns::{InspectedLine, ReturnTerms},
    text::{Actor, Location, Reason, TrackingNumber},
};

/// What can be asked of a return. Times are stated with the command, never read from a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnCommand {
    /// Asks for it.
    Request {
        /// What it is about.
        terms: ReturnTerms,
    },
    /// Accepts it.
    Approve {
        /// Where the goods go, if they are to be sent.
        return_address: Option<Address>,
        /// Who says so: a person, or a saga by the merchant's policy.
        actor: Actor,
        /// When.
        at: Timestamp,
    },
    /// Rejects it.
    Decline {
        /// Why.
        reason: Reason,
        /// Who says so.
        actor: Actor,
        /// When.
        at: Timestamp,
    },
    /// Takes it back, as long as nothing was sent.
    Cancel {
        /// Why.
        reason: Option<Reason>,
        /// When.
        at: Timestamp,
    },
    /// Notes that nobody has answered in time, for somebody else to look at it.
    ReportReviewOverdue {
        /// When; must not be before the time to answer by.
        at: Timestamp,
    },
    /// Notes that the goods are on their way.
    RecordInTransit {
        /// The parcel's name at the carrier.
        tracking: Option<TrackingNumber>,
        /// When.
        at: Timestamp,
    },
    /// Notes that the parcel is here.
    Receive {
        /// When.
        at: Timestamp,
    },
    /// States what was in it.
    Inspect {
        /// Line by line; every unit of the return is somewhere.
        inspected: Vec<InspectedLine>,
        /// Where what can be sold again is put, where anything is.
        location: Option<Location>,
        /// When.
        at: Timestamp,
    },
    /// States what is owed, and lets it be settled.
    Resolve {
        /// The refunds that settle it, decided by the order in the same append.
        refunds: Vec<RefundId>,
        /// When.
        at: Timestamp,
    },
    /// Pays back what came back, because the goods that were to be sent for it cannot be had, or cannot be brought.
    GiveUpReplacement {
        /// The refunds that settle it, decided by the order in the same append.
        refunds: Vec<RefundId>,
        /// When.
        at: Timestamp,
    },
    /// Notes that one of its refunds is settled; with the last one, so is the return.
    SettleRefund {
        /// Which.
        refund: RefundId,
        /// When.
        at: Timestamp,
    },
    /// Notes that it is settled.
    Close {
        /// When.
        at: Timestamp,
    },
}
