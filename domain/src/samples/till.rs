//! A till: a merchant's decisions and a customer's basket, put together piece by piece and priced.

use super::{amount, at, goods_line, quantity, text};
use crate::{
    Timestamp,
    merchant::{
        Merchant, MerchantEvent, PointsPolicy, Policies, Promotion, ShippingRate, ShippingRates, TaxBasis, TaxRate,
        TaxRates,
    },
    money::Money,
    order::OrderLine,
    points::Issuer,
    pricing::{Basket, DiscountClass, Offer, PresentedCoupon, Priced, PricingRefusal, price, take_out_tax},
    samples::{merchants::promotion, offers::offer},
    text::{AddressLine, CountryCode, CouponCode, MerchantId, ShippingMethod, Sku, TaxCategory},
};

#[derive(Debug, Clone)]
pub(crate) struct Till {
    pub(crate) currency: &'static str,
    pub(crate) country: CountryCode,
    pub(crate) region: Option<AddressLine>,
    pub(crate) merchant: Merchant,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) coupons: Vec<(CouponCode, Offer, Option<MerchantId>)>,
    pub(crate) method: Option<ShippingMethod>,
    pub(crate) points: u64,
    pub(crate) points_of: Issuer,
    pub(crate) at: Timestamp,
    pub(crate) category: Option<TaxCategory>,
}

/// So many pieces at a price each.
pub(crate) fn line(sku: &str, units: i64, price: i64) -> OrderLine {
    let total = amount(price * units);
    OrderLine { quantity: quantity(units), unit_price: amount(price), total, ..goods_line(sku, 1) }
}

/// May be used together with everything.
pub(crate) fn sociable(offer: Offer) -> Offer {
    Offer { combines_with: [DiscountClass::Product, DiscountClass::Order, DiscountClass::Shipping].into(), ..offer }
}

impl Till {
    pub(crate) fn of(lines: &[OrderLine]) -> Self {
        Self {
            currency: "GBP",
            country: text("GB"),
            region: None,
            merchant: Merchant::default(),
            lines: lines.to_vec(),
            coupons: vec![],
            method: None,
            points: 0,
            points_of: Issuer::Merchant,
            at: at(0),
            category: None,
        }
    }

    fn after(self, event: MerchantEvent) -> Self {
        Self { merchant: self.merchant.evolve(event), ..self }
    }

    pub(crate) fn promote(self, promotion: Promotion) -> Self {
        self.after(MerchantEvent::PromotionDefined { promotion, at: at(0) })
    }

    pub(crate) fn promotion(self, id: &str, of: Offer) -> Self {
        let discount = of.discount.clone();
        self.promote(Promotion { offer: of, ..promotion(id, discount) })
    }

    /// A promotion by itself.
    pub(crate) fn discount(self, id: &str, discount: crate::pricing::Discount) -> Self {
        self.promotion(id, offer(discount))
    }

    pub(crate) fn coupon(mut self, code: &str, offer: Offer) -> Self {
        self.coupons.push((text(code), offer, None));
        self
    }

    pub(crate) fn shipping(self, rates: Vec<ShippingRate>) -> Self {
        self.after(MerchantEvent::ShippingRatesSet { rates: ShippingRates(rates), at: at(0) })
    }

    pub(crate) fn tax(self, prices: TaxBasis, rates: Vec<TaxRate>) -> Self {
        self.after(MerchantEvent::TaxRatesSet { tax: TaxRates { prices, rates, export_net_of: None }, at: at(0) })
    }

    pub(crate) fn tax_rates(self, tax: TaxRates) -> Self {
        self.after(MerchantEvent::TaxRatesSet { tax, at: at(0) })
    }

    pub(crate) fn points(self, policy: PointsPolicy, points: u64) -> Self {
        let policies = Policies { points: Some(policy), ..Policies::default() };
        Self { points, ..self.after(MerchantEvent::PoliciesSet { policies, at: at(0) }) }
    }

    /// What the platform's points are worth here.
    pub(crate) fn platform_points(self, value_per_100: Money) -> Self {
        self.after(MerchantEvent::PlatformPointsSet { value_per_100: Some(value_per_100), at: at(0) })
    }

    pub(crate) fn price(&self) -> Result<Option<Priced>, PricingRefusal> {
        let coupons: Vec<PresentedCoupon<'_>> = self
            .coupons
            .iter()
            .map(|(code, offer, merchant)| PresentedCoupon { code, offer, merchant: merchant.as_ref() })
            .collect();
        let mut lines = self.lines.clone();
        let category = |_: &Sku| self.category.as_ref();
        let not_due = take_out_tax(&mut lines, self.merchant.tax(), &self.country, |_| false, category);
        let basket = Basket {
            lines: &lines,
            not_due: &not_due,
            currency: text(self.currency),
            country: &self.country,
            region: self.region.as_ref(),
            merchant_id: &text("gifts"),
            merchant: &self.merchant,
            coupons: &coupons,
            shipping_method: self.method.as_ref(),
            points: self.points,
            points_of: self.points_of,
            at: self.at,
        };
        price(&basket, category)
    }

    pub(crate) fn priced(&self) -> Priced {
        self.price().unwrap().expect("there is something to explain")
    }

    pub(crate) fn refused(&self) -> PricingRefusal {
        self.price().unwrap_err()
    }
}
