use serde::{Deserialize, Serialize};

use crate::{
    pricing::Offer,
    text::{PromotionId, Title},
};

/// The most promotions of one merchant that have not been ended. Pricing looks through all their combinations.
pub const MAX_PROMOTIONS: usize = 20;

/// An offer that applies by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// The merchant's name for it.
    pub id: PromotionId,
    /// What the customer reads.
    pub title: Title,
    /// What it gives, and when.
    pub offer: Offer,
}
