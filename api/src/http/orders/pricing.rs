use purser_domain::{
    merchant::TaxBasis,
    money::Amount,
    points::Issuer,
    pricing::{AppliedDiscount, AppliedTax, PointsSpent, Priced, PricedLine, PricedShipping, Rate, Source, Sums},
    text::{CouponCode, PromotionId, ShippingMethod, TaxCategory, TaxName},
};
use serde::Serialize;

use crate::http::schema;

/// Why an order costs what it costs: `subtotal - discount + shipping + tax_added - points` is its total. All amounts are in
/// minor units of the order's currency.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderPricing {
    /// The lines before anything.
    #[schema(value_type = schema::Amount)]
    subtotal: Amount,
    /// All that was taken off lines and shipping.
    #[schema(value_type = schema::Amount)]
    discount: Amount,
    /// The shipping fee before anything.
    #[schema(value_type = schema::Amount)]
    shipping: Amount,
    /// All tax, in the prices or on top.
    #[schema(value_type = schema::Amount)]
    tax: Amount,
    /// What of the tax came on top.
    #[schema(value_type = schema::Amount)]
    tax_added: Amount,
    /// What the points were worth.
    #[schema(value_type = schema::Amount)]
    points: Amount,
    /// Tax that the prices and the fee would hold and do not, because none is due where the order goes; it is in none of the
    /// other sums.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Amount>)]
    tax_not_due: Option<Amount>,
    /// How many points were spent.
    points_spent: u64,
    /// Who issued the points that were spent, and pays for them: the `merchant` of the order, or the `platform`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^(merchant|platform)$")]
    points_of: Option<Issuer>,
    /// The coupons used.
    #[schema(value_type = Vec<schema::CouponCode>)]
    coupons: Vec<CouponCode>,
    /// Each line, in the order's order.
    lines: Vec<LinePricing>,
    /// Delivery, where it is charged for or was made free.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryPricing>,
}

/// What a line costs, and why.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LinePricing {
    /// What was taken off, the line's part of discounts off the order included.
    discounts: Vec<Discounted>,
    /// The taxes on what was left, in the order in which they were worked out.
    taxes: Vec<Taxed>,
    /// Tax of the merchant's own place that the price would hold and does not, because none is due where the order goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Amount>)]
    tax_not_due: Option<Amount>,
    /// The part of the points that falls on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<SpentPoints>,
    /// What the line costs in all, tax and all, before points.
    #[schema(value_type = schema::Amount)]
    total: Amount,
}

/// What delivery costs, and why.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DeliveryPricing {
    /// The way of delivery.
    #[schema(value_type = schema::ShippingMethod)]
    method: ShippingMethod,
    /// What was taken off its fee.
    discounts: Vec<Discounted>,
    /// The taxes on what was left, in the order in which they were worked out.
    taxes: Vec<Taxed>,
    /// Tax of the merchant's own place that the price would hold and does not, because none is due where the order goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Amount>)]
    tax_not_due: Option<Amount>,
    /// The part of the points that falls on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<SpentPoints>,
    /// What it costs in all, tax and all, before points.
    #[schema(value_type = schema::Amount)]
    total: Amount,
    /// Its seller keeps it when all that arrived has come back, by the policy `shipping_refund` as it was then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    kept_on_return: bool,
}

/// A discount and who gave it: a promotion or a coupon.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Discounted {
    /// The promotion that gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::PromotionId>)]
    promotion: Option<PromotionId>,
    /// The coupon that gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CouponCode>)]
    coupon: Option<CouponCode>,
    /// How much.
    #[schema(value_type = schema::Amount)]
    amount: Amount,
}

/// A tax.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Taxed {
    /// What it is called, where its rate has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::TaxName>)]
    name: Option<TaxName>,
    /// As what it was taxed.
    #[schema(value_type = schema::TaxCategory)]
    category: TaxCategory,
    /// At which rate.
    #[schema(value_type = schema::Rate)]
    rate: Rate,
    /// `included` in the price, or `added` to it.
    #[schema(value_type = String, example = "included", pattern = "^(included|added)$")]
    basis: TaxBasis,
    /// Whether it fell on the taxes before it as well.
    compound: bool,
    /// How much tax.
    #[schema(value_type = schema::Amount)]
    amount: Amount,
}

/// Points that were spent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SpentPoints {
    /// How many.
    spent: u64,
    /// What they were worth.
    #[schema(value_type = schema::Amount)]
    value: Amount,
}

impl From<Priced> for OrderPricing {
    fn from(priced: Priced) -> Self {
        let Priced { lines, shipping, points: spent, points_of, coupons, sums, total: _ } = priced;
        let Sums { subtotal, discount, shipping: fee, tax, tax_added, points, tax_not_due } = sums;
        Self {
            subtotal,
            discount,
            shipping: fee,
            tax,
            tax_added,
            points,
            tax_not_due: Some(tax_not_due).filter(|amount| *amount > Amount::ZERO),
            points_spent: spent.map_or(0, |points| points.spent),
            points_of: spent.map(|_| points_of),
            coupons,
            lines: lines.into_iter().map(LinePricing::from).collect(),
            delivery: shipping.map(DeliveryPricing::from),
        }
    }
}

impl From<PricedLine> for LinePricing {
    fn from(line: PricedLine) -> Self {
        let PricedLine { quantity: _, price: _, discounts, tax, taxes, tax_not_due, points, total } = line;
        Self {
            discounts: discounts.into_iter().map(Discounted::from).collect(),
            taxes: tax.into_iter().chain(taxes).map(Taxed::from).collect(),
            tax_not_due,
            points: points.map(SpentPoints::from),
            total,
        }
    }
}

impl From<PricedShipping> for DeliveryPricing {
    fn from(shipping: PricedShipping) -> Self {
        let PricedShipping { method, fee: _, discounts, tax, taxes, tax_not_due, points, total, kept_on_return } =
            shipping;
        Self {
            method,
            discounts: discounts.into_iter().map(Discounted::from).collect(),
            taxes: tax.into_iter().chain(taxes).map(Taxed::from).collect(),
            tax_not_due,
            points: points.map(SpentPoints::from),
            total,
            kept_on_return,
        }
    }
}

impl From<AppliedDiscount> for Discounted {
    fn from(discount: AppliedDiscount) -> Self {
        let (promotion, coupon) = match discount.source {
            Source::Promotion(promotion) => (Some(promotion), None),
            Source::Coupon(coupon) => (None, Some(coupon)),
        };
        Self { promotion, coupon, amount: discount.amount }
    }
}

impl From<AppliedTax> for Taxed {
    fn from(tax: AppliedTax) -> Self {
        let AppliedTax { name, category, rate, basis, compound, amount } = tax;
        Self { name, category, rate, basis, compound, amount }
    }
}

impl From<PointsSpent> for SpentPoints {
    fn from(points: PointsSpent) -> Self {
        Self { spent: points.spent, value: points.value }
    }
}
