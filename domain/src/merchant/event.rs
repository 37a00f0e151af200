//! What a merchant decided. The names and fields below are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    merchant::{Policies, Promotion, ShippingRates, TaxRates},
    money::Money,
    text::PromotionId,
};

/// What a merchant decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MerchantEvent {
    /// An offer was made, in place of the one of its id, if there was one.
    PromotionDefined {
        /// The offer.
        promotion: Promotion,
        /// When.
        at: Timestamp,
    },
    /// An offer was withdrawn.
    PromotionEnded {
        /// Which.
        id: PromotionId,
        /// When.
        at: Timestamp,
    },
    /// Shipping costs this from now on.
    ShippingRatesSet {
        /// All rates.
        rates: ShippingRates,
        /// When.
        at: Timestamp,
    },
    /// These taxes hold from now on.
    TaxRatesSet {
        /// All rates.
        #[serde(flatten)]
        tax: TaxRates,
        /// When.
        at: Timestamp,
    },
    /// These policies hold from now on.
    PoliciesSet {
        /// All policies.
        policies: Policies,
        /// When.
        at: Timestamp,
    },
    /// The platform's points are worth this at its orders from now on.
    PlatformPointsSet {
        /// What 100 of them are worth in an order of this currency; they are not taken, where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value_per_100: Option<Money>,
        /// When.
        at: Timestamp,
    },
}

impl DomainEvent for MerchantEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl MerchantEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PromotionDefined { .. } => "PromotionDefined",
            Self::PromotionEnded { .. } => "PromotionEnded",
            Self::ShippingRatesSet { .. } => "ShippingRatesSet",
            Self::TaxRatesSet { .. } => "TaxRatesSet",
            Self::PoliciesSet { .. } => "PoliciesSet",
            Self::PlatformPointsSet { .. } => "PlatformPointsSet",
        }
    }
}
