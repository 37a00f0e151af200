//! What happened to a fulfillment. The names and fields below are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    fulfillment::{FulfillmentLine, Parcel},
    ids::{OrderId, ReturnId},
    text::{Carrier, Reason, TrackingNumber},
};

/// What happened to a fulfillment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FulfillmentEvent {
    /// It began.
    FulfillmentOpened {
        /// What it is about.
        #[serde(flatten)]
        parcel: Parcel,
        /// When.
        at: Timestamp,
    },
    /// It was kept from being started.
    FulfillmentHeld {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// It may go on.
    FulfillmentHoldReleased {
        /// When.
        at: Timestamp,
    },
    /// The picking and packing began.
    FulfillmentStarted {
        /// When.
        at: Timestamp,
    },
    /// It was handed to a carrier.
    FulfillmentShipped {
        /// What is in it. What else was meant for it belongs to another fulfillment from now on.
        lines: Vec<FulfillmentLine>,
        /// The parcel's name at the carrier.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tracking: Option<TrackingNumber>,
        /// Who carries it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        carrier: Option<Carrier>,
        /// When.
        at: Timestamp,
    },
    /// It arrived.
    FulfillmentDelivered {
        /// The return that it answers; absent where it is a part of what was ordered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<ReturnId>,
        /// When.
        at: Timestamp,
    },
    /// It did not arrive.
    FulfillmentDeliveryFailed {
        /// Of which order it is; absent in old events.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<OrderId>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Units were taken out of it, before it left or when their delivery was given up, and some were left.
    FulfillmentReduced {
        /// What was taken out.
        lines: Vec<FulfillmentLine>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// It ended before it shipped, with all that was still in it; or, where it answers a return, after it had come back.
    FulfillmentCancelled {
        /// The return that it answers; absent where it is a part of what was ordered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<ReturnId>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// It did not arrive, and is back in the stock.
    FulfillmentReturned {
        /// The return that it answers; absent where it is a part of what was ordered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<ReturnId>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// It did not arrive, and will not.
    FulfillmentLost {
        /// The return that it answers; absent where it is a part of what was ordered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<ReturnId>,
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// It should have shipped and had not.
    ShipmentOverdue {
        /// When that was seen.
        at: Timestamp,
    },
}

impl DomainEvent for FulfillmentEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl FulfillmentEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::FulfillmentOpened { .. } => "FulfillmentOpened",
            Self::FulfillmentHeld { .. } => "FulfillmentHeld",
            Self::FulfillmentHoldReleased { .. } => "FulfillmentHoldReleased",
            Self::FulfillmentStarted { .. } => "FulfillmentStarted",
            Self::FulfillmentShipped { .. } => "FulfillmentShipped",
            Self::FulfillmentDelivered { .. } => "FulfillmentDelivered",
            Self::FulfillmentDeliveryFailed { .. } => "FulfillmentDeliveryFailed",
            Self::FulfillmentReduced { .. } => "FulfillmentReduced",
            Self::FulfillmentCancelled { .. } => "FulfillmentCancelled",
            Self::FulfillmentReturned { .. } => "FulfillmentReturned",
            Self::FulfillmentLost { .. } => "FulfillmentLost",
            Self::ShipmentOverdue { .. } => "ShipmentOverdue",
        }
    }
}
