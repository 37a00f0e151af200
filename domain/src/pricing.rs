//! Pricing: what an order costs in the end, to the minor unit, and why.

mod offer;
mod rate;

pub use offer::{Discount, DiscountClass, EligibleLines, MAX_SKUS, MAX_TIERS, Offer, OfferRefusal, Tier, Validity};
pub use rate::Rate;
