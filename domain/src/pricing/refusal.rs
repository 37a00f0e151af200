use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    money::{Currency, Money},
    pricing::PresentedCoupon,
    text::{AddressLine, CountryCode, CouponCode, ShippingMethod},
};

/// A coupon without which the order costs no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UselessCoupon {
    /// Which, counted from zero as presented.
    pub coupon: usize,
    /// Its code.
    pub code: CouponCode,
}

impl UselessCoupon {
    pub(super) fn of((coupon, presented): (usize, &PresentedCoupon<'_>)) -> Self {
        Self { coupon, code: presented.code.clone() }
    }
}

impl fmt::Display for UselessCoupon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "coupon {} brings nothing: the order costs no more without it", self.code)
    }
}

fn useless(coupons: &[UselessCoupon]) -> String {
    let coupons: Vec<String> = coupons.iter().map(ToString::to_string).collect();
    coupons.join("; ")
}

/// Why an order could not be priced as it was asked for. Coupons count from zero, as they were presented.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PricingRefusal {
    /// More coupons than [`MAX_COUPONS`](super::MAX_COUPONS).
    #[error("at most 5 coupons can be presented with one order")]
    TooManyCoupons,
    /// The coupon is presented twice.
    #[error("coupon {code} is presented twice")]
    CouponRepeated {
        /// Which, by its later place.
        coupon: usize,
        /// Its code.
        code: CouponCode,
    },
    /// The coupon is for orders from another merchant, which the answer does not tell.
    #[error("coupon {code}: no such coupon")]
    CouponOfOtherMerchant {
        /// Which.
        coupon: usize,
        /// Its code.
        code: CouponCode,
    },
    /// The coupon cannot be used yet.
    #[error("coupon {code} is valid from {from} on")]
    CouponNotYetValid {
        /// Which.
        coupon: usize,
        /// Its code.
        code: CouponCode,
        /// From when on it can.
        from: Timestamp,
    },
    /// The coupon cannot be used any more.
    #[error("coupon {code} was valid until {until}")]
    CouponNoLongerValid {
        /// Which.
        coupon: usize,
        /// Its code.
        code: CouponCode,
        /// Until when it could.
        until: Timestamp,
    },
    /// The coupon is for orders in another currency.
    #[error("coupon {code} is for orders in {valid}, the order is in {ordered}")]
    CouponOfOtherCurrency {
        /// Which.
        coupon: usize,
        /// Its code.
        code: CouponCode,
        /// The coupon's currency.
        valid: Currency,
        /// The order's currency.
        ordered: Currency,
    },
    /// The lines cost less than the coupon asks for.
    #[error("coupon {code} needs lines for {minimum}, these are {subtotal}")]
    CouponBelowMinimum {
        /// Which.
        coupon: usize,
        /// Its code.
        code: CouponCode,
        /// What it asks for.
        minimum: Money,
        /// What the lines cost without any discount.
        subtotal: Money,
    },
    /// The order costs no more without these coupons: they take nothing off, or exclude what takes off more.
    #[error("{}", useless(coupons))]
    CouponsGiveNothing {
        /// Which, by their places; at least one.
        coupons: Vec<UselessCoupon>,
    },
    /// Two coupons must not be used together.
    #[error("coupon {code} cannot be used together with {other}")]
    CouponsDoNotCombine {
        /// Which, by the later place of the two.
        coupon: usize,
        /// Its code.
        code: CouponCode,
        /// The one presented before it.
        other: CouponCode,
    },
    /// The merchant does not deliver there for a fee in the order's currency.
    #[error("the merchant does not deliver to {country} for a fee in {currency}")]
    NotDelivered {
        /// Where.
        country: CountryCode,
        /// The order's currency.
        currency: Currency,
    },
    /// The merchant does not deliver there in the way that was chosen.
    #[error("the merchant does not deliver by {method} to {country}")]
    UnknownShippingMethod {
        /// The chosen way.
        method: ShippingMethod,
        /// Where.
        country: CountryCode,
    },
    /// The tax depends on the region, and the address names none.
    #[error("tax in {country} depends on the region, and the address names none")]
    RegionNeeded {
        /// Where.
        country: CountryCode,
    },
    /// The tax depends on the region, and what the address names is none.
    #[error(
        "{region} is no region of {country}: an ISO 3166-2 code or the region's name is needed, because tax depends on it"
    )]
    UnknownRegion {
        /// Where.
        country: CountryCode,
        /// What the address names.
        region: AddressLine,
    },
    /// Points of this issuer are not taken for orders in this currency of the merchant.
    #[error("the merchant's orders in {currency} are not paid with such points")]
    PointsNotTaken {
        /// The order's currency.
        currency: Currency,
    },
    /// The points are worth more than there is to pay.
    #[error("at most {usable} points can be spent on this order")]
    TooManyPoints {
        /// The most that can be spent.
        usable: u64,
    },
    /// The points are worth less than a minor unit.
    #[error("so few points take nothing off")]
    PointsGiveNothing,
    /// The sum of the lines, or the total with tax and shipping, is more than an amount can be.
    #[error("the order's total is more than 10000000000000 minor units")]
    TotalOverflow,
}
