use serde::{Deserialize, Serialize};

use crate::text::InvalidValue;

/// The state of a return in one word, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// To be answered by the merchant.
    Requested,
    /// Accepted.
    Approved,
    /// Rejected.
    Declined,
    /// Taken back.
    Cancelled,
    /// On its way.
    InTransit,
    /// Here, and not opened.
    Received,
    /// Opened and looked through.
    Inspected,
    /// Being settled.
    Resolving,
    /// Settled.
    Closed,
}

impl ReturnStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 9] = [
        Self::Requested,
        Self::Approved,
        Self::Declined,
        Self::Cancelled,
        Self::InTransit,
        Self::Received,
        Self::Inspected,
        Self::Resolving,
        Self::Closed,
    ];

    /// The word that stands for it in JSON and in the views.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::InTransit => "in_transit",
            Self::Received => "received",
            Self::Inspected => "inspected",
            Self::Resolving => "resolving",
            Self::Closed => "closed",
        }
    }
}

impl std::fmt::Display for ReturnStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for ReturnStatus {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(InvalidValue {
            kind: "status",
            rule: "must be requested, approved, declined, cancelled, in_transit, received, inspected, resolving or closed",
        })
    }
}
