//! What an order costs and why. The names and fields below are stored with the order.

use serde::{Deserialize, Serialize};

use crate::{
    merchant::TaxBasis,
    money::{Amount, Money},
    points::Issuer,
    pricing::Rate,
    quantity::Quantity,
    text::{CouponCode, PromotionId, ShippingMethod, TaxCategory, TaxName},
};

/// Who gave a discount.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A promotion of the merchant, by itself.
    Promotion(PromotionId),
    /// A coupon that was presented.
    Coupon(CouponCode),
}

/// What was taken off, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedDiscount {
    /// What gave it.
    pub source: Source,
    /// How much; more than nothing.
    pub amount: Amount,
}

/// What was taxed, and by which rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedTax {
    /// What the tax is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<TaxName>,
    /// As what it was taxed.
    pub category: TaxCategory,
    /// At which rate.
    pub rate: Rate,
    /// Whether it was in the price or came on top.
    pub basis: TaxBasis,
    /// Whether it fell on the taxes before it as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compound: bool,
    /// How much tax.
    pub amount: Amount,
}

/// Points that were spent. Of a line or of shipping, the part of them that falls on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsSpent {
    /// How many.
    pub spent: u64,
    /// What they were worth.
    pub value: Amount,
}

/// What a line costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedLine {
    /// How many pieces.
    pub quantity: Quantity,
    /// Their price before anything.
    pub price: Amount,
    /// What was taken off: product discounts, and the line's part of discounts off the order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<AppliedDiscount>,
    /// The tax on what was left, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<AppliedTax>,
    /// The taxes on what was left, in the order in which they were worked out, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<AppliedTax>,
    /// Tax of the merchant's own place that the price would hold and does not, because none is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_not_due: Option<Amount>,
    /// The line's part of the points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsSpent>,
    /// What the line costs in all, tax and all, before points.
    pub total: Amount,
}

/// What shipping costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedShipping {
    /// The way of delivery.
    pub method: ShippingMethod,
    /// The fee before anything.
    pub fee: Amount,
    /// What was taken off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<AppliedDiscount>,
    /// The tax on what was left, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<AppliedTax>,
    /// The taxes on what was left, in the order in which they were worked out, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<AppliedTax>,
    /// Tax of the merchant's own place that the price would hold and does not, because none is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_not_due: Option<Amount>,
    /// The part of the points that falls on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsSpent>,
    /// What shipping costs in all, tax and all, before points.
    pub total: Amount,
    /// Its seller keeps it when all that arrived has come back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept_on_return: bool,
}

/// The sums of an order: `subtotal - discount + shipping + tax_added - points` is what is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// The lines before anything.
    pub subtotal: Amount,
    /// All that was taken off lines and shipping.
    #[serde(default)]
    pub discount: Amount,
    /// The shipping fee before anything.
    #[serde(default)]
    pub shipping: Amount,
    /// All tax, in the prices or on top.
    #[serde(default)]
    pub tax: Amount,
    /// What of the tax came on top.
    #[serde(default)]
    pub tax_added: Amount,
    /// What the points were worth.
    #[serde(default)]
    pub points: Amount,
    /// Tax that the prices and the fee would hold and do not, because none is due.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub tax_not_due: Amount,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_nothing(amount: &Amount) -> bool {
    *amount == Amount::ZERO
}

/// What an order costs, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    /// The lines, in the order's order.
    pub lines: Vec<PricedLine>,
    /// Shipping, where it is charged for or was made free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<PricedShipping>,
    /// The points spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsSpent>,
    /// Who issued them.
    #[serde(default, skip_serializing_if = "Issuer::is_platform")]
    pub points_of: Issuer,
    /// The coupons used: all that were presented, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponCode>,
    /// The sums.
    pub sums: Sums,
    /// The money to pay.
    pub total: Money,
}

impl PricedLine {
    /// All taxes on it, in the order in which they were worked out.
    pub fn taxes(&self) -> impl Iterator<Item = &AppliedTax> + Clone {
        self.tax.iter().chain(&self.taxes)
    }
}

impl PricedShipping {
    /// All taxes on it, in the order in which they were worked out.
    pub fn taxes(&self) -> impl Iterator<Item = &AppliedTax> + Clone {
        self.tax.iter().chain(&self.taxes)
    }
}

impl Priced {
    /// Whether the order costs the sum of its lines and there is nothing to explain.
    pub fn is_plain(&self) -> bool {
        let untouched = |line: &PricedLine| {
            line.discounts.is_empty() && line.taxes().next().is_none() && line.tax_not_due.is_none()
        };
        self.shipping.is_none() && self.points.is_none() && self.lines.iter().all(untouched)
    }
}
