use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    merchant::{MerchantEvent, PointsPolicy, Policies, Promotion, ShippingRates, TaxRates},
    money::Money,
    points::Issuer,
    text::PromotionId,
};

/// What a merchant has decided. The default has decided nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Merchant {
    promotions: BTreeMap<PromotionId, Promotion>,
    /// The names of promotions that are over, so that a repeated end is told from an end of what never was.
    ended: BTreeSet<PromotionId>,
    shipping: ShippingRates,
    tax: TaxRates,
    policies: Policies,
    /// Not the merchant's own decision, but the platform's about its orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    platform_points: Option<Money>,
}

impl Merchant {
    /// The promotions that have not been ended; each says itself when it can be had.
    pub const fn promotions(&self) -> &BTreeMap<PromotionId, Promotion> {
        &self.promotions
    }

    /// What shipping costs.
    pub const fn shipping(&self) -> &ShippingRates {
        &self.shipping
    }

    /// What is taxed.
    pub const fn tax(&self) -> &TaxRates {
        &self.tax
    }

    /// What it does about its orders.
    pub const fn policies(&self) -> &Policies {
        &self.policies
    }

    /// What 100 of the platform's points are worth at its orders; they are not taken, where there is nothing.
    pub const fn platform_points(&self) -> Option<Money> {
        self.platform_points
    }

    /// How points of an issuer are taken at its orders, if they are. No payment earns the platform's.
    pub fn points_of(&self, issuer: Issuer) -> Option<PointsPolicy> {
        match issuer {
            Issuer::Merchant => self.policies.points,
            Issuer::Platform => {
                self.platform_points.map(|value_per_100| PointsPolicy { value_per_100, granted_per_100: 0 })
            }
        }
    }

    /// Whether an order costs the sum of its lines, as far as the merchant is concerned.
    pub fn charges_plainly(&self) -> bool {
        self.promotions.is_empty() && self.shipping.is_empty() && self.tax.rates.is_empty()
    }

    pub(super) fn has_ended(&self, id: &PromotionId) -> bool {
        self.ended.contains(id)
    }

    /// The state after an event. Never fails and never decides.
    #[must_use]
    pub fn evolve(mut self, event: MerchantEvent) -> Self {
        match event {
            MerchantEvent::PromotionDefined { promotion, at: _ } => {
                self.ended.remove(&promotion.id);
                self.promotions.insert(promotion.id.clone(), promotion);
            }
            MerchantEvent::PromotionEnded { id, at: _ } => {
                self.promotions.remove(&id);
                self.ended.insert(id);
            }
            MerchantEvent::ShippingRatesSet { rates, at: _ } => self.shipping = rates,
            MerchantEvent::TaxRatesSet { tax, at: _ } => self.tax = tax,
            MerchantEvent::PoliciesSet { policies, at: _ } => self.policies = policies,
            MerchantEvent::PlatformPointsSet { value_per_100, at: _ } => self.platform_points = value_per_100,
        }
        self
    }
}
