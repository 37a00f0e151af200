use serde::{Deserialize, Serialize};

use crate::order::Allocation;

/// The fulfillments of an order, as far as the order must know of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parcels {
    /// How many were opened; they are numbered from one.
    pub opened: u32,
    /// How far they have come; absent where the order ships whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
}

/// Which parcels of an order have left, and which have arrived.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sent {
    /// The numbers of those that have left.
    pub shipped: Vec<u32>,
    /// The numbers of those that have arrived.
    pub delivered: Vec<u32>,
    /// The stock that has left with them.
    pub stock: Vec<Allocation>,
}

impl Parcels {
    pub(super) fn of(opened: Option<u32>) -> Self {
        Self { opened: opened.unwrap_or_default(), sent: opened.map(|_| Sent::default()) }
    }

    /// Whether nothing is known of any.
    pub const fn is_empty(&self) -> bool {
        self.opened == 0 && self.sent.is_none()
    }
}

impl Sent {
    /// Whether all that have left have arrived.
    pub fn has_arrived(&self) -> bool {
        self.shipped.iter().all(|number| self.delivered.contains(number))
    }
}
