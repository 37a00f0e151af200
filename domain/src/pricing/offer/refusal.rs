use serde::{Deserialize, Serialize};

/// Why an offer makes no sense. [`OfferRefusal::field`] names the field at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferRefusal {
    /// It would take nothing off.
    #[error("the rate of a discount must be more than zero")]
    EmptyRate,
    /// It would take nothing off.
    #[error("the amount of a discount must be more than zero")]
    EmptyAmount,
    /// It would take nothing off.
    #[error("the cap of a discount must be more than zero")]
    EmptyCap,
    /// It names no SKU.
    #[error("a discount on named skus needs at least one")]
    NoSkus,
    /// It names more than [`MAX_SKUS`](super::MAX_SKUS).
    #[error("a discount names at most 100 skus")]
    TooManySkus,
    /// It has no tier.
    #[error("a volume discount needs at least one tier")]
    NoTiers,
    /// It has more than [`MAX_TIERS`](super::MAX_TIERS).
    #[error("a volume discount has at most 20 tiers")]
    TooManyTiers,
    /// A tier begins no later than the one before it, or gives no more. Counted from zero.
    #[error("tier {tier} does not ask for more and give more than the one before")]
    TiersNotAscending {
        /// Which.
        tier: usize,
    },
    /// Everybody spends as much.
    #[error("a minimum spend must be more than zero")]
    EmptyMinimumSpend,
    /// Its amounts are of different currencies.
    #[error("the minimum spend is in another currency than the discount")]
    TwoCurrencies,
    /// It ends no later than it begins.
    #[error("the offer ends no later than it begins")]
    NeverValid,
}

impl OfferRefusal {
    /// The field at fault, by its name within the offer.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::EmptyRate => "rate",
            Self::EmptyAmount => "amount",
            Self::EmptyCap => "cap",
            Self::NoSkus | Self::TooManySkus => "skus",
            Self::NoTiers | Self::TooManyTiers | Self::TiersNotAscending { .. } => "tiers",
            Self::EmptyMinimumSpend | Self::TwoCurrencies => "minimum_spend",
            Self::NeverValid => "valid",
        }
    }
}
