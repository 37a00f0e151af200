use crate::{
    Timestamp,
    merchant::Merchant,
    money::{Amount, Currency},
    order::OrderLine,
    points::Issuer,
    pricing::Offer,
    text::{AddressLine, CountryCode, CouponCode, MerchantId, ShippingMethod},
};

/// The most coupons that may be presented with one order.
pub const MAX_COUPONS: usize = 5;

/// A coupon that the customer presents. Whether it has uses left is the coupon's own decision, not pricing's.
#[derive(Debug, Clone, Copy)]
pub struct PresentedCoupon<'a> {
    /// What was typed in.
    pub code: &'a CouponCode,
    /// What it gives.
    pub offer: &'a Offer,
    /// Whose orders it is for; everybody's, where absent.
    pub merchant: Option<&'a MerchantId>,
}

/// All that the price of an order depends on.
#[derive(Debug, Clone, Copy)]
pub struct Basket<'a> {
    /// The lines at frozen prices.
    pub lines: &'a [OrderLine],
    /// What the price of each line would hold of tax that is not due, as [`take_out_tax`](super::take_out_tax) says; empty
    /// where there is nothing.
    pub not_due: &'a [Amount],
    /// The currency of the order, and so of its lines.
    pub currency: Currency,
    /// The country that it goes to.
    pub country: &'a CountryCode,
    /// The region that it goes to.
    pub region: Option<&'a AddressLine>,
    /// Who sells it.
    pub merchant_id: &'a MerchantId,
    /// What the merchant has decided.
    pub merchant: &'a Merchant,
    /// The coupons that are presented; at most [`MAX_COUPONS`].
    pub coupons: &'a [PresentedCoupon<'a>],
    /// The chosen way of delivery; the cheapest, where absent.
    pub shipping_method: Option<&'a ShippingMethod>,
    /// The points to be spent; none for zero.
    pub points: u64,
    /// Who issued them.
    pub points_of: Issuer,
    /// When the order is placed.
    pub at: Timestamp,
}
