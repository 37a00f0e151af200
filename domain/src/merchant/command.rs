use crate::{
    Timestamp,
    merchant::{Policies, Promotion, ShippingRates, TaxRates},
    money::Money,
    text::PromotionId,
};

/// What a merchant can decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MerchantCommand {
    /// Makes an offer that applies by itself, in place of the one that bears its id, if there is one.
    DefinePromotion {
        /// The offer.
        promotion: Promotion,
        /// When.
        at: Timestamp,
    },
    /// Withdraws a promotion; placed orders keep what it gave them.
    EndPromotion {
        /// Which.
        id: PromotionId,
        /// When.
        at: Timestamp,
    },
    /// Sets all shipping rates, in place of those before.
    SetShippingRates {
        /// The rates.
        rates: ShippingRates,
        /// When.
        at: Timestamp,
    },
    /// Sets all tax rates, in place of those before.
    SetTaxRates {
        /// The rates.
        tax: TaxRates,
        /// When.
        at: Timestamp,
    },
    /// Sets all policies, in place of those before.
    SetPolicies {
        /// The policies.
        policies: Policies,
        /// When.
        at: Timestamp,
    },
    /// Says what the platform's points are worth at its orders. That is the platform's to say, which pays for them.
    SetPlatformPoints {
        /// What 100 of them are worth in an order of this currency; they are not taken, where absent.
        value_per_100: Option<Money>,
        /// When.
        at: Timestamp,
    },
}
