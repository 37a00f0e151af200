use crate::{Timestamp, fulfillment::FulfillmentStatus};

/// What was asked of a fulfillment, as a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentAction {
    /// Keep it from being started.
    Hold,
    /// Let it go on.
    ReleaseHold,
    /// Begin the picking and packing.
    Start,
    /// Hand it to a carrier.
    Ship,
    /// Note its arrival.
    Deliver,
    /// Note that it did not arrive.
    RecordDeliveryFailure,
    /// Take units out of it.
    Reduce,
    /// End it.
    Cancel,
    /// Give it up as back in the stock.
    ReturnToStock,
    /// Give it up as lost.
    ReportLost,
    /// Note that it should have shipped.
    ReportOverdue,
}

impl std::fmt::Display for FulfillmentAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Hold => "put on hold",
            Self::ReleaseHold => "released from its hold",
            Self::Start => "started",
            Self::Ship => "shipped",
            Self::Deliver => "delivered",
            Self::RecordDeliveryFailure => "recorded as not delivered",
            Self::Reduce => "reduced",
            Self::Cancel => "cancelled",
            Self::ReturnToStock => "returned to stock",
            Self::ReportLost => "reported as lost",
            Self::ReportOverdue => "reported as overdue",
        })
    }
}

/// Why a fulfillment refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentRefusal {
    /// There is no such fulfillment.
    #[error("no such fulfillment")]
    Unknown,
    /// The id is taken by something else.
    #[error("this fulfillment was opened with other details")]
    AlreadyOpened,
    /// The fulfillment's state does not allow it.
    #[error("a fulfillment that is {status} cannot be {action}")]
    WrongStatus {
        /// What was asked.
        action: FulfillmentAction,
        /// Where it stands.
        status: FulfillmentStatus,
    },
    /// It was done already, with other details.
    #[error("the fulfillment was {action} already, with other details")]
    RecordedDifferently {
        /// What was asked.
        action: FulfillmentAction,
    },
    /// There is nothing in it.
    #[error("name at least one line")]
    NoLines,
    /// One line is named by two entries.
    #[error("line {line} is named twice")]
    LineNamedTwice {
        /// Which, counted from zero.
        line: u32,
    },
    /// A line that is not in it.
    #[error("line {line} is not in this fulfillment")]
    UnknownLine {
        /// Which, counted from zero.
        line: u32,
    },
    /// More units of a line than are in it.
    #[error("line {line} has {there} units in this fulfillment, not {asked}")]
    TooManyUnits {
        /// Which line, counted from zero.
        line: u32,
        /// Units asked for.
        asked: u32,
        /// Units that are in it.
        there: u32,
    },
    /// A part of a parcel that came back.
    #[error("a parcel that could not be delivered is sent again as a whole")]
    PartialReshipment,
    /// What is sent in exchange is given up whole or not at all.
    #[error("some of what answers the return is on its way or has arrived, and the rest must follow")]
    ReplacementUnderWay,
    /// The stated time is before the parcel was handed to its carrier.
    #[error("the parcel was shipped at {since}, and what follows cannot have been before")]
    TooEarly {
        /// When that was.
        since: Timestamp,
    },
    /// Some of its units have been given back, or are asked back by a return that has not ended.
    #[error("units of line {line} in this parcel are asked back or were given back: the return decides about them")]
    AskedBack {
        /// Which line, counted from zero.
        line: u32,
    },
    /// Nothing can be sent instead of it.
    #[error("its goods are not in stock, so that none can be sent instead")]
    NothingToSendInstead,
    /// It has still time.
    #[error("the parcel must ship by {ship_by} and is not overdue before")]
    NotOverdue {
        /// When it must have shipped.
        ship_by: Timestamp,
    },
}
