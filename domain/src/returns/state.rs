use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    address::Address,
    returns::{InspectedLine, Owed, ReturnStatus, ReturnTerms},
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
