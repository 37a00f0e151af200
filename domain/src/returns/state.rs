use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    address::Address,
    ids::RefundId,
    returns::{InspectedLine, Owed, ReturnKind, ReturnStatus, ReturnTerms, inspection},
    text::{Reason, TrackingNumber},
};

/// A return. Each state owns what it knows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Return {
    /// There is no such return.
    #[default]
    Unrequested,
    /// To be answered by the merchant.
    Requested {
        /// What it is about.
        terms: ReturnTerms,
        /// When it was found that nobody had answered in time, if it was.
        escalated_at: Option<Timestamp>,
    },
    /// Accepted; the goods, if any are to come, are with the customer.
    Approved {
        /// What it is about.
        terms: ReturnTerms,
        /// Where the goods go.
        return_address: Option<Address>,
    },
    /// Rejected.
    Declined {
        /// What it was about.
        terms: ReturnTerms,
        /// Why.
        reason: Reason,
    },
    /// Taken back.
    Cancelled(ReturnTerms),
    /// On its way.
    InTransit {
        /// What it is about.
        terms: ReturnTerms,
        /// The parcel's name at the carrier.
        tracking: Option<TrackingNumber>,
    },
    /// Here, and not opened.
    Received(ReturnTerms),
    /// Opened and looked through.
    Inspected {
        /// What it is about.
        terms: ReturnTerms,
        /// What was found.
        inspected: Vec<InspectedLine>,
    },
    /// Being settled.
    Resolving {
        /// What it is about.
        terms: ReturnTerms,
        /// What the customer gets.
        owed: Owed,
        /// The refunds that are not settled yet.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refunds: Vec<RefundId>,
    },
    /// Settled.
    Closed {
        /// What it was about.
        terms: ReturnTerms,
        /// What the customer got.
        owed: Owed,
    },
}

impl Return {
    /// The status, or none where there is no such return.
    pub const fn status(&self) -> Option<ReturnStatus> {
        match self {
            Self::Unrequested => None,
            Self::Requested { .. } => Some(ReturnStatus::Requested),
            Self::Approved { .. } => Some(ReturnStatus::Approved),
            Self::Declined { .. } => Some(ReturnStatus::Declined),
            Self::Cancelled(_) => Some(ReturnStatus::Cancelled),
            Self::InTransit { .. } => Some(ReturnStatus::InTransit),
            Self::Received(_) => Some(ReturnStatus::Received),
            Self::Inspected { .. } => Some(ReturnStatus::Inspected),
            Self::Resolving { .. } => Some(ReturnStatus::Resolving),
            Self::Closed { .. } => Some(ReturnStatus::Closed),
        }
    }

    /// What is owed when it is resolved now; none where that cannot be said yet, or was said.
    pub fn to_settle(&self) -> Option<Owed> {
        match self {
            Self::Approved { terms, .. } if terms.kind == ReturnKind::RefundOnly => {
                Some(inspection::owed_for_all(terms))
            }
            Self::Inspected { terms, inspected } => Some(inspection::owed_for(terms, inspected)),
            Self::Unrequested
            | Self::Requested { .. }
            | Self::Approved { .. }
            | Self::Declined { .. }
            | Self::Cancelled(_)
            | Self::InTransit { .. }
            | Self::Received(_)
            | Self::Resolving { .. }
            | Self::Closed { .. } => None,
        }
    }

    /// What it is about, or none where there is no such return.
    pub const fn terms(&self) -> Option<&ReturnTerms> {
        match self {
            Self::Unrequested => None,
            Self::Requested { terms, .. }
            | Self::Approved { terms, .. }
            | Self::Declined { terms, .. }
            | Self::Cancelled(terms)
            | Self::InTransit { terms, .. }
            | Self::Received(terms)
            | Self::Inspected { terms, .. }
            | Self::Resolving { terms, .. }
            | Self::Closed { terms, .. } => Some(terms),
        }
    }
}
