//! The offer: a discount, the conditions under which it is given, and what it may be used together with.
//!
//! A merchant's promotion and a coupon are the same offer; they differ in how it comes to be used: a promotion by itself,
//! a coupon when it is presented.

mod check;
mod refusal;

pub use refusal::OfferRefusal;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    money::{Currency, Money},
    pricing::Rate,
    quantity::Quantity,
    text::Sku,
};

/// The most SKUs that one offer may name.
pub const MAX_SKUS: usize = 100;

/// The most tiers that one offer may have.
pub const MAX_TIERS: usize = 20;

/// What a discount is taken off. Product discounts come first, then those off the order, then those off shipping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountClass {
    /// The price of lines.
    Product,
    /// What the product discounts left of all lines.
    Order,
    /// The shipping fee.
    Shipping,
}

/// When an offer can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validity {
    /// From this moment on; ever since, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until just before this moment; for good, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Validity {
    /// Whether it has not begun yet.
    pub fn is_before(&self, at: Timestamp) -> bool {
        self.from.is_some_and(|from| at < from)
    }

    /// Whether it is over.
    pub fn is_over(&self, at: Timestamp) -> bool {
        self.until.is_some_and(|until| at >= until)
    }

    /// Whether the offer can be had.
    pub fn contains(&self, at: Timestamp) -> bool {
        !self.is_before(at) && !self.is_over(at)
    }

    /// Whether there is a moment at which the offer can be had.
    pub fn is_ordered(&self) -> bool {
        self.from.zip(self.until).is_none_or(|(from, until)| from < until)
    }
}

/// Which lines of an order an offer is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EligibleLines {
    /// All of them.
    #[default]
    All,
    /// Those of these SKUs; from one to [`MAX_SKUS`].
    Skus(BTreeSet<Sku>),
}

impl EligibleLines {
    /// Whether a line of this SKU is one of them.
    pub fn include(&self, sku: &Sku) -> bool {
        match self {
            Self::All => true,
            Self::Skus(skus) => skus.contains(sku),
        }
    }
}

/// From how many pieces on a rate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// From this many.
    pub from: Quantity,
    /// This much off.
    pub rate: Rate,
}

/// What is taken off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discount {
    /// A share of each eligible line.
    PercentageOffLines {
        /// The share.
        rate: Rate,
        /// Of which lines.
        #[serde(default)]
        lines: EligibleLines,
        /// No more than this, over all lines.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<Money>,
    },
    /// An amount off every piece of the SKUs named.
    AmountOffUnits {
        /// So much off one piece; off a cheaper piece, its price.
        amount: Money,
        /// Of which SKUs; from one to [`MAX_SKUS`].
        skus: BTreeSet<Sku>,
    },
    /// Of each `buy + get` eligible pieces, up to `get` at a rate off. All eligible pieces are counted together, and the
    /// cheapest are the discounted ones. Pieces beyond whole groups count: of 3 pieces under "buy 2, get 2", one.
    BuyXGetY {
        /// So many at their price.
        buy: Quantity,
        /// So many at the rate off.
        get: Quantity,
        /// How much off; all of it makes them free.
        rate: Rate,
        /// Of which lines.
        #[serde(default)]
        lines: EligibleLines,
    },
    /// The more pieces, the more off each eligible line. All eligible pieces are counted together.
    VolumeTiers {
        /// From one to [`MAX_TIERS`], ascending in both; the last one that is reached holds.
        tiers: Vec<Tier>,
        /// Of which lines.
        #[serde(default)]
        lines: EligibleLines,
    },
    /// A share of what the product discounts left of the order.
    PercentageOffOrder {
        /// The share.
        rate: Rate,
        /// No more than this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<Money>,
    },
    /// An amount off what the product discounts left of the order.
    AmountOffOrder {
        /// So much; off a cheaper order, all of it.
        amount: Money,
    },
    /// A share of the shipping fee.
    ShippingOff {
        /// The share; all of it is free shipping.
        rate: Rate,
    },
}

impl Discount {
    /// What it is taken off.
    pub const fn class(&self) -> DiscountClass {
        match self {
            Self::PercentageOffLines { .. }
            | Self::AmountOffUnits { .. }
            | Self::BuyXGetY { .. }
            | Self::VolumeTiers { .. } => DiscountClass::Product,
            Self::PercentageOffOrder { .. } | Self::AmountOffOrder { .. } => DiscountClass::Order,
            Self::ShippingOff { .. } => DiscountClass::Shipping,
        }
    }

    /// The amount that it names, if it names one.
    pub const fn money(&self) -> Option<Money> {
        match self {
            Self::PercentageOffLines { cap, .. } | Self::PercentageOffOrder { cap, .. } => *cap,
            Self::AmountOffUnits { amount, .. } | Self::AmountOffOrder { amount } => Some(*amount),
            Self::BuyXGetY { .. } | Self::VolumeTiers { .. } | Self::ShippingOff { .. } => None,
        }
    }
}

/// A discount with its conditions. Only an offer that passes [`Offer::check`] is ever made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What is taken off.
    pub discount: Discount,
    /// From which undiscounted sum of the lines on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_spend: Option<Money>,
    /// When it can be had.
    #[serde(default)]
    pub valid: Validity,
    /// Discounts of which classes it may be used together with. Two offers go together only if each names the other's
    /// class.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub combines_with: BTreeSet<DiscountClass>,
}

impl Offer {
    /// What its discount is taken off.
    pub const fn class(&self) -> DiscountClass {
        self.discount.class()
    }

    /// Whether the two may be used in one order: each must name the other's class.
    pub fn combines(&self, other: &Self) -> bool {
        self.combines_with.contains(&other.class()) && other.combines_with.contains(&self.class())
    }

    /// The currency of the orders that it is for; those of every currency, where it names no amount.
    pub fn currency(&self) -> Option<Currency> {
        self.discount.money().or(self.minimum_spend).map(|money| money.currency)
    }
}

#[cfg(test)]
mod spec;
