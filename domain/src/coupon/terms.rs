use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::{
    pricing::Offer,
    text::{MerchantId, Title},
};

/// What a coupon promises. A limit of zero would be a coupon that nobody can use, and cannot be written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponTerms {
    /// What the customer reads.
    pub title: Title,
    /// What it takes off, and under which conditions.
    pub offer: Offer,
    /// At whose orders it can be used; a platform's coupon, at the orders of every merchant, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant: Option<MerchantId>,
    /// How many orders may use it in all; any number, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_max: Option<NonZeroU32>,
    /// How many orders of one customer may use it; any number, where absent. Where there is such a limit, guests cannot
    /// use the coupon: nobody could count their uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_per_customer_max: Option<NonZeroU32>,
}

impl CouponTerms {
    /// Whether orders of a merchant can use it.
    pub fn is_for(&self, merchant: &MerchantId) -> bool {
        self.merchant.as_ref().is_none_or(|own| own == merchant)
    }
}
