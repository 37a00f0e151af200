use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    merchant::{MerchantEvent, Policies, Promotion, ShippingRates, TaxRates},
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
        }
        self
    }
}
