use serde::{Deserialize, Serialize};

use crate::{pricing::OfferRefusal, text::PromotionId};

/// Why a merchant's decision was refused. Entries of lists count from zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MerchantRefusal {
    /// The promotion's offer makes no sense.
    #[error("{0}")]
    InvalidOffer(OfferRefusal),
    /// [`MAX_PROMOTIONS`](super::MAX_PROMOTIONS) have not been ended.
    #[error("a merchant has at most 20 promotions that have not been ended")]
    TooManyPromotions,
    /// There never was such a promotion.
    #[error("no promotion {id}")]
    UnknownPromotion {
        /// What was asked for.
        id: PromotionId,
    },
    /// There are more than [`MAX_SHIPPING_RATES`](super::MAX_SHIPPING_RATES).
    #[error("a merchant has at most 50 shipping rates")]
    TooManyShippingRates,
    /// The rate is for an empty list of countries.
    #[error("shipping rate {rate} is for no country")]
    ShippingNowhere {
        /// Which.
        rate: usize,
    },
    /// An earlier rate is for the same method, currency and country.
    #[error("shipping rate {rate} is for a method, currency and country that has one")]
    ShippingRateRepeated {
        /// Which.
        rate: usize,
    },
    /// There are more than [`MAX_TAX_RATES`](super::MAX_TAX_RATES).
    #[error("a merchant has at most 1000 tax rates")]
    TooManyTaxRates,
    /// An earlier rate of the same name is for the same country, region and category.
    #[error("tax rate {rate} is for a country, region and category that has one of this name")]
    TaxRateRepeated {
        /// Which.
        rate: usize,
    },
    /// Several rates are for the same country, region and category, and one of them has no name to tell it by.
    #[error("tax rate {rate} is for a country, region and category that has one, so that each needs a name")]
    TaxNameNeeded {
        /// Which, by the later place.
        rate: usize,
    },
    /// More than [`MAX_TAXES`](super::MAX_TAXES) are for the same country, region and category.
    #[error("tax rate {rate} is for a country, region and category that has five")]
    TooManyTaxes {
        /// Which.
        rate: usize,
    },
    /// The region is none of the country's.
    #[error("the region of tax rate {rate} must be an ISO 3166-2 code or the name of a subdivision of its country")]
    UnknownTaxRegion {
        /// Which.
        rate: usize,
    },
    /// The region of the place whose tax is taken out is none of the country's.
    #[error("the region must be an ISO 3166-2 code or the name of a subdivision of its country")]
    UnknownExportRegion,
    /// Tax that prices do not hold is to be taken out of them.
    #[error("only prices that hold tax can become net")]
    NothingToTakeOut,
    /// There is no rate of the place whose tax is to be taken out.
    #[error("there is no rate for this place")]
    ExportPlaceWithoutRate,
    /// Points would be taken for nothing.
    #[error("points must be worth more than nothing")]
    WorthlessPoints,
    /// A hundred points would be worth more than [`MAX_POINTS_VALUE`](super::MAX_POINTS_VALUE).
    #[error("100 points are worth at most 1000000 minor units")]
    PointsWorthTooMuch,
    /// A payment would earn points that are worth more than the payment.
    #[error(
        "what a payment earns is worth no more than the payment: at this value 100 minor units earn at most {most} points"
    )]
    TooManyPointsEarned {
        /// The most points that 100 minor units may earn at the stated value.
        most: i64,
    },
    /// A ranking of no locations.
    #[error("a priority of locations needs at least one")]
    NoPriorities,
    /// A ranking of more than [`MAX_PRIORITIES`](super::MAX_PRIORITIES).
    #[error("a priority of locations has at most 100")]
    TooManyPriorities,
    /// More locations than [`MAX_SITES`](super::MAX_SITES) say where they are.
    #[error("at most 100 locations say where they are")]
    TooManySites,
    /// A location is ranked twice.
    #[error("location {location} of the priority is there already")]
    PriorityRepeated {
        /// Which, by its later place.
        location: usize,
    },
}
