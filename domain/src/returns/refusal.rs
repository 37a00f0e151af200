use crate::{Timestamp, money::Money, returns::ReturnStatus};

/// What was asked of a return, as a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnAction {
    /// Accept it.
    Approve,
    /// Reject it.
    Decline,
    /// Take it back.
    Cancel,
    /// Note that nobody has answered in time.
    ReportReviewOverdue,
    /// Note that the goods are on their way.
    RecordInTransit,
    /// Note that the parcel is here.
    Receive,
    /// State what was in it.
    Inspect,
    /// State what is owed.
    Resolve,
    /// Pay back what came back, instead of sending other goods for it.
    GiveUpReplacement,
    /// Note that it is settled.
    Close,
}

impl std::fmt::Display for ReturnAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Approve => "approved",
            Self::Decline => "declined",
            Self::Cancel => "cancelled",
            Self::ReportReviewOverdue => "reported as unanswered",
            Self::RecordInTransit => "recorded as in transit",
            Self::Receive => "received",
            Self::Inspect => "inspected",
            Self::Resolve => "resolved",
            Self::GiveUpReplacement => "paid back instead of replaced",
            Self::Close => "closed",
        })
    }
}

/// Why a return refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnRefusal {
    /// There is no such return.
    #[error("no such return")]
    Unknown,
    /// The id is taken by something else.
    #[error("this return was requested with other details")]
    AlreadyRequested,
    /// The return's state does not allow it.
    #[error("a return that is {status} cannot be {action}")]
    WrongStatus {
        /// What was asked.
        action: ReturnAction,
        /// Where it stands.
        status: ReturnStatus,
    },
    /// It was done already, with other details.
    #[error("the return was {action} already, with other details")]
    RecordedDifferently {
        /// What was asked.
        action: ReturnAction,
    },
    /// It is about nothing.
    #[error("a return needs at least one line")]
    NoUnits,
    /// One line is named by two entries.
    #[error("line {line} is named twice")]
    LineNamedTwice {
        /// Which, counted from zero.
        line: u32,
    },
    /// An exchange for nothing.
    #[error("an exchange needs at least one replacement")]
    NoReplacement,
    /// More kinds of goods than an order may have lines.
    #[error("an exchange asks for at most 1000 kinds of goods")]
    TooManyReplacements,
    /// Its goods are named twice.
    #[error("the goods are named twice")]
    ReplacementRepeated {
        /// The later of the entries, counted from zero.
        place: usize,
    },
    /// Its goods are not for sale, or not goods, or another seller's, or priced in another currency than the order.
    #[error("these are no goods that the order's seller offers in the order's currency")]
    ReplacementNotOffered {
        /// Which entry, counted from zero.
        place: usize,
    },
    /// Of its goods a customer may buy only so many, and it asks for more of them than come back.
    #[error("a customer may buy only so many of these goods: an exchange sends no more of them than come back")]
    ReplacementLimited {
        /// Which entry, counted from zero.
        place: usize,
    },
    /// No money moves in an exchange, so that its goods may not be worth more than what comes back.
    #[error("what is asked for is worth {worth}, what comes back was sold for {given}")]
    ReplacementTooDear {
        /// What its goods cost.
        worth: Money,
        /// What the units were sold for, before discounts.
        given: Money,
    },
    /// The stated time is before the return was asked for.
    #[error("the return was asked for at {since}, and what follows cannot have been before")]
    TooEarly {
        /// When that was.
        since: Timestamp,
    },
    /// A line that it is not about.
    #[error("line {line} is not in this return")]
    UnknownLine {
        /// Which, counted from zero.
        line: u32,
    },
    /// Some units of a line were found nowhere, or more than there are.
    #[error("line {line} has {expected} units in this return, and {inspected} were inspected")]
    InspectionMismatch {
        /// Which line, counted from zero.
        line: u32,
        /// Units in the return.
        expected: u32,
        /// Units restocked, scrapped and missing.
        inspected: u64,
    },
    /// Goods are to come back, and nobody says where to.
    #[error("goods that come back need an address to go to")]
    AddressNeeded,
    /// Nothing is to come back.
    #[error("the customer keeps the goods of a return that is for a refund only")]
    NothingToSend,
    /// The goods have to come back first.
    #[error("the goods have to come back before it is decided what is owed for them")]
    NotInspected,
    /// Money is still on its way.
    #[error("{open} refunds of the return are not settled")]
    RefundsOpen {
        /// How many.
        open: usize,
    },
    /// The merchant has still time.
    #[error("the return must be answered by {review_by} and is not overdue before")]
    NotOverdue {
        /// When the merchant must have answered.
        review_by: Timestamp,
    },
}
