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
    /// The numbers of those that have left and will not arrive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given_up: Vec<u32>,
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
    /// The numbers of those that have left, and of which it is still open whether they arrive.
    pub fn under_way(&self) -> impl Iterator<Item = u32> {
        let is_over = |number: &u32| self.delivered.contains(number) || self.given_up.contains(number);
        self.shipped.iter().filter(move |number| !is_over(number)).copied()
    }

    /// Whether none of those that have left is still awaited.
    pub fn is_over(&self) -> bool {
        self.under_way().next().is_none()
    }
}
