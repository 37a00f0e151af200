//! Pricing: what an order costs in the end, to the minor unit, and why.
//!
//! [`price`] is a pure function of the basket, so that a quote and a placement cannot differ. It goes in steps:
//!
//! 1. The undiscounted sum of the lines. Minimum spends and free shipping are measured on it, so that no discount takes
//!    the ground away from another.
//! 2. The combination of promotions and presented coupons with the lowest total. Where offers exclude each other, all the
//!    largest sets of offers that go together are tried. A coupon without which the order costs no more is refused by
//!    name, so that no use of it is taken for nothing.
//! 3. Product discounts, each calculated from the undiscounted price of its lines; together they take at most that.
//!    Then discounts off the order, shares before amounts, each of what those before it left, split onto the lines by
//!    the largest remainder. Then discounts off the shipping fee, each of what those before it left.
//! 4. Tax on what is left of each line and of the fee, rounded once for each of them and each tax, half a minor unit up.
//! 5. Points, which are a means of payment: they lower what is left to pay and no price, discount or tax.
//!
//! The outcome, [`Priced`], is frozen in the order. It names the source of every discount and tax, and splits each line
//! exactly onto its units, so that refunds of single units add up to the line.

mod basket;
mod candidate;
mod combination;
mod draft;
mod evaluation;
mod export;
mod levy;
mod offer;
mod portion;
mod price;
mod priced;
mod rate;
mod refusal;

pub use basket::{Basket, MAX_COUPONS, PresentedCoupon};
pub use export::take_out_tax;
pub use offer::{Discount, DiscountClass, EligibleLines, MAX_SKUS, MAX_TIERS, Offer, OfferRefusal, Tier, Validity};
pub use portion::Portion;
pub use price::price;
pub use priced::{AppliedDiscount, AppliedTax, PointsSpent, Priced, PricedLine, PricedShipping, Source, Sums};
pub use rate::Rate;
pub use refusal::{PricingRefusal, UselessCoupon};

#[cfg(test)]
mod spec;
