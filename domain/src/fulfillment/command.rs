use crate::{
    Timestamp,
    fulfillment::{Parcel, Undelivered},
    order::LineUnits,
    text::{Carrier, Reason, TrackingNumber},
};

/// What can be asked of a fulfillment. Times are stated with the command, never read from a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FulfillmentCommand {
    /// Begins it.
    Open {
        /// What it is about.
        parcel: Parcel,
        /// When.
        at: Timestamp,
    },
    /// Keeps it from being started.
    Hold {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Lets it go on.
    ReleaseHold {
        /// When.
        at: Timestamp,
    },
    /// Begins the picking and packing.
    Start {
        /// When.
        at: Timestamp,
    },
    /// Hands it to a carrier, for the first time or, after a failed delivery, again. What was not started is, by this.
    Ship {
        /// What ships; all of it where nothing is said. The rest belongs to another fulfillment from then on, which the
        /// caller opens in the same append, see [`Parcel::left_behind`].
        lines: Option<Vec<LineUnits>>,
        /// The parcel's name at the carrier.
        tracking: Option<TrackingNumber>,
        /// Who carries it.
        carrier: Option<Carrier>,
        /// When.
        at: Timestamp,
    },
    /// Notes that it arrived.
    Deliver {
        /// When.
        at: Timestamp,
    },
    /// Notes that it did not arrive.
    RecordDeliveryFailure {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Takes units out of it before it ships; what takes all of them out cancels it. Twice the same takes them out twice:
    /// the order, decided in the same append, is what knows a repeat.
    Reduce {
        /// What no longer ships.
        lines: Vec<LineUnits>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Ends it before it ships; or, where it answers a return, when it could not be delivered.
    Cancel {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Gives up the delivery of what has left and has not arrived, whether that was noted as failed or not; once for each unit.
    GiveUp {
        /// Of which units; of all of it where nothing is said. What of it is left is still to arrive, or to be decided about.
        lines: Option<Vec<LineUnits>>,
        /// Where they are.
        outcome: Undelivered,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Notes that it should have shipped by now.
    ReportOverdue {
        /// When; must not be before the time to ship by.
        at: Timestamp,
    },
}
