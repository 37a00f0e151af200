//! What happened to a return. The names and fields below are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    address::Address,
    ids::RefundId,
    returns::{InspectedLine, Owed, ReturnTerms},
    text::{Actor, Location, Reason, TrackingNumber},
};

/// What happened to a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReturnEvent {
    /// It was asked for.
    ReturnRequested(ReturnTerms),
    /// It was accepted.
    ReturnApproved {
        /// Where the goods go.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        return_address: Option<Address>,
        /// Who said so.
        actor: Actor,
        /// When.
        at: Timestamp,
    },
    /// It was rejected.
    ReturnDeclined {
        /// Why.
        reason: Reason,
        /// Who said so.
        actor: Actor,
        /// When.
        at: Timestamp,
    },
    /// It was taken back.
    ReturnCancelled {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// When.
        at: Timestamp,
    },
    /// Nobody had answered in time.
    ReturnEscalated {
        /// When that was seen.
        at: Timestamp,
    },
    /// The goods were on their way.
    ReturnInTransit {
        /// The parcel's name at the carrier.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tracking: Option<TrackingNumber>,
        /// When.
        at: Timestamp,
    },
    /// The parcel came.
    ReturnReceived {
        /// When.
        at: Timestamp,
    },
    /// It was opened and looked through.
    ReturnInspected {
        /// What was found, line by line.
        inspected: Vec<InspectedLine>,
        /// Where what can be sold again was put.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<Location>,
        /// When.
        at: Timestamp,
    },
    /// It was decided what is owed.
    ReturnResolving {
        /// What.
        owed: Owed,
        /// The refunds that settle it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refunds: Vec<RefundId>,
        /// When.
        at: Timestamp,
    },
    /// The goods that were owed could not be had, or could not be brought: all that came back is paid back instead.
    ReturnReplacementGivenUp {
        /// The refunds that settle it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refunds: Vec<RefundId>,
        /// When.
        at: Timestamp,
    },
    /// One of its refunds is settled, and others are not.
    ReturnRefundSettled {
        /// Which.
        refund: RefundId,
        /// When.
        at: Timestamp,
    },
    /// What was owed is settled.
    ReturnClosed {
        /// When.
        at: Timestamp,
    },
}

impl DomainEvent for ReturnEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl ReturnEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ReturnRequested(_) => "ReturnRequested",
            Self::ReturnApproved { .. } => "ReturnApproved",
            Self::ReturnDeclined { .. } => "ReturnDeclined",
            Self::ReturnCancelled { .. } => "ReturnCancelled",
            Self::ReturnEscalated { .. } => "ReturnEscalated",
            Self::ReturnInTransit { .. } => "ReturnInTransit",
            Self::ReturnReceived { .. } => "ReturnReceived",
            Self::ReturnInspected { .. } => "ReturnInspected",
            Self::ReturnResolving { .. } => "ReturnResolving",
            Self::ReturnReplacementGivenUp { .. } => "ReturnReplacementGivenUp",
            Self::ReturnRefundSettled { .. } => "ReturnRefundSettled",
            Self::ReturnClosed { .. } => "ReturnClosed",
        }
    }
}
