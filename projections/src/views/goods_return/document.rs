use std::borrow::Cow;

use purser_domain::{
    Timestamp,
    address::Address,
    ids::{FulfillmentId, RefundId},
    recorded::Recorded,
    returns::{InspectedLine, Owed, ReturnEvent, ReturnStatus, ReturnTerms},
    text::{Location, Reason, TrackingNumber},
};
use serde::{Deserialize, Serialize};

/// A return with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnDetail {
    /// What is asked for.
    pub terms: ReturnTerms,
    /// How far it has come.
    pub status: ReturnStatus,
    /// When it was found that nobody had answered in time, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated_at: Option<Timestamp>,
    /// Where its goods go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_address: Option<Address>,
    /// Why it was declined or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The parcel's name at its carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<TrackingNumber>,
    /// What was found in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inspected: Vec<InspectedLine>,
    /// Where what can be sold again was put, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Owed>,
    /// The refunds that settle it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<RefundId>,
    /// The parcels that answer it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fulfillments: Vec<FulfillmentId>,
    /// Everything that happened, in the order of the log.
    pub history: Vec<ReturnStep>,
}

/// One thing that happened to a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnStep {
    /// The event's name.
    pub event: Cow<'static, str>,
    /// When it happened, as it was stated.
    pub at: Timestamp,
    /// Its place in the log.
    pub position: i64,
    /// Who did it.
    pub actor: String,
}

impl ReturnDetail {
    /// One that was asked for and nothing else.
    pub(super) const fn of(terms: ReturnTerms) -> Self {
        Self {
            terms,
            status: ReturnStatus::Requested,
            escalated_at: None,
            return_address: None,
            reason: None,
            tracking: None,
            inspected: Vec::new(),
            location: None,
            owed: None,
            refunds: Vec::new(),
            fulfillments: Vec::new(),
            history: Vec::new(),
        }
    }

    pub(super) fn after(mut self, event: &ReturnEvent, recorded: &Recorded, actor: String) -> Self {
        let at = match event {
            ReturnEvent::ReturnRequested(terms) => terms.requested_at,
            ReturnEvent::ReturnApproved { return_address, actor: _, at } => {
                self.status = ReturnStatus::Approved;
                self.return_address.clone_from(return_address);
                *at
            }
            ReturnEvent::ReturnDeclined { reason, actor: _, at } => {
                self.status = ReturnStatus::Declined;
                self.reason = Some(reason.clone());
                *at
            }
            ReturnEvent::ReturnCancelled { reason, at } => {
                self.status = ReturnStatus::Cancelled;
                self.reason.clone_from(reason);
                *at
            }
            ReturnEvent::ReturnEscalated { at } => {
                self.escalated_at = Some(*at);
                *at
            }
            ReturnEvent::ReturnInTransit { tracking, at } => {
                self.status = ReturnStatus::InTransit;
                self.tracking.clone_from(tracking);
                *at
            }
            ReturnEvent::ReturnReceived { at } => {
                self.status = ReturnStatus::Received;
                *at
            }
            ReturnEvent::ReturnInspected { inspected, location, at } => {
                self.status = ReturnStatus::Inspected;
                self.inspected.clone_from(inspected);
                self.location.clone_from(location);
                *at
            }
            ReturnEvent::ReturnResolving { owed, refunds, at } => {
                self.status = ReturnStatus::Resolving;
                self.owed = Some(owed.clone());
                self.refunds.clone_from(refunds);
                *at
            }
            // All of its units came back, or no replacement would be owed for them.
            ReturnEvent::ReturnReplacementGivenUp { refunds, at } => {
                self.owed = Some(Owed::Refund { units: self.terms.line_units() });
                self.refunds.clone_from(refunds);
                *at
            }
            ReturnEvent::ReturnRefundSettled { refund: _, at } => *at,
            ReturnEvent::ReturnClosed { at } => {
                self.status = ReturnStatus::Closed;
                *at
            }
        };
        self.history.push(ReturnStep { event: event.name().into(), at, position: recorded.position, actor });
        self
    }

    pub(super) fn answered_by(mut self, parcel: FulfillmentId) -> Self {
        self.fulfillments.push(parcel);
        self
    }
}
