use serde::{Deserialize, Serialize};

use crate::text::InvalidValue;

/// The state of a fulfillment in one word, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// To be started.
    Open,
    /// Kept from being started.
    OnHold,
    /// Being picked and packed.
    InProgress,
    /// With the carrier.
    Shipped,
    /// With the customer.
    Delivered,
    /// Not with the customer.
    DeliveryFailed,
    /// Ended before it shipped.
    Cancelled,
    /// Back in the stock: its delivery is given up.
    Returned,
    /// Nowhere to be found: its delivery is given up.
    Lost,
}

impl FulfillmentStatus {
    /// Every status, in the order of a life.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::OnHold,
        Self::InProgress,
        Self::Shipped,
        Self::Delivered,
        Self::DeliveryFailed,
        Self::Cancelled,
        Self::Returned,
        Self::Lost,
    ];

    /// The word that stands for it in JSON and in the views.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::OnHold => "on_hold",
            Self::InProgress => "in_progress",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::DeliveryFailed => "delivery_failed",
            Self::Cancelled => "cancelled",
            Self::Returned => "returned",
            Self::Lost => "lost",
        }
    }
}

impl std::fmt::Display for FulfillmentStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for FulfillmentStatus {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(InvalidValue {
            kind: "status",
            rule: "must be open, on_hold, in_progress, shipped, delivered, delivery_failed, cancelled, returned or lost",
        })
    }
}
