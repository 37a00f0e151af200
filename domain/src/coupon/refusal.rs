use std::num::NonZeroU32;

use crate::{Timestamp, pricing::OfferRefusal};

/// Why a coupon refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponRefusal {
    /// There is no such coupon, or it is for the orders of another merchant.
    #[error("no such coupon")]
    Unknown,
    /// It was issued with other terms; they do not change.
    #[error("the coupon was issued with other terms")]
    OtherTerms,
    /// It was withdrawn, and its code is not issued again.
    #[error("the coupon was withdrawn")]
    Withdrawn,
    /// What it would offer makes no sense.
    #[error(transparent)]
    Offer(#[from] OfferRefusal),
    /// Somebody else has issued a coupon of this code, or had issued one.
    #[error("the code is taken")]
    CodeTaken,
    /// It cannot be used yet.
    #[error("the coupon can be used from {from} on")]
    NotYetValid {
        /// From when on it can.
        from: Timestamp,
    },
    /// It cannot be used any more.
    #[error("the coupon could be used until {until}")]
    Over {
        /// From when on it cannot.
        until: Timestamp,
    },
    /// It is limited for each customer, and a guest is nobody in particular.
    #[error("the coupon is limited for each customer: guests cannot use it")]
    CustomerNeeded,
    /// As many orders hold or have redeemed a use as there may be.
    #[error("all {uses_max} uses of the coupon are taken")]
    UsedUp {
        /// How many uses there are.
        uses_max: NonZeroU32,
    },
    /// As many orders of this customer hold or have redeemed a use as there may be.
    #[error("the customer has taken all {uses_per_customer_max} uses that each customer has")]
    UsedUpByCustomer {
        /// How many uses each customer has.
        uses_per_customer_max: NonZeroU32,
    },
    /// The order holds a use already.
    #[error("the order holds a use of the coupon already")]
    AlreadyFrozen,
    /// The order holds no use.
    #[error("the order holds no use of the coupon")]
    NotFrozen,
    /// Nothing was redeemed that the order could give back.
    #[error("the order has not redeemed the coupon")]
    NotRedeemed,
}
