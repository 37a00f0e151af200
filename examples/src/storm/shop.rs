//! What is on sale in the storm.

use std::num::NonZeroU32;

use purser::client::{Adjustment, Client, CouponIssue, CouponOffer, LatePayment, Listing, Placement, Policies};
use purser_domain::{
    address::Address,
    checkout::LineRequest,
    money::{Currency, Money},
    product::ProductKind,
    quantity::Quantity,
    text::{CouponCode, InvalidValue, MerchantId, Sku},
};

use super::{Settings, StormError};

/// What one piece costs, in pence.
const PRICE: i64 = 4_999;

/// What the coupon takes off an order, in pence.
const OFF: i64 = 500;

/// One product of one merchant, and one coupon.
#[derive(Debug)]
pub(super) struct Shop {
    pub(super) merchant: MerchantId,
    pub(super) sku: Sku,
    pub(super) coupon: CouponCode,
    pub(super) currency: Currency,
}

impl Shop {
    /// Opens it: lists the product, puts it in stock, issues the coupon, and gives orders the shortest payment window that
    /// there is. Who pays too late has their order back as long as there are goods for it.
    pub(super) async fn open(client: &Client, settings: &Settings) -> Result<Self, StormError> {
        let shop = Self {
            merchant: "storm".parse()?,
            sku: "LANTERN".parse()?,
            coupon: "STORM".parse()?,
            currency: "GBP".parse()?,
        };
        let window = Policies {
            payment_window_minutes: Some(NonZeroU32::MIN),
            late_payment: LatePayment::Reinstate,
            ..Policies::default()
        };
        let set = client.set_policies("storm:policies", &shop.merchant, &window).await;
        set.map_err(StormError::engine("the payment window cannot be set"))?;
        let listing = Listing {
            sku: shop.sku.clone(),
            title: "Storm lantern".parse()?,
            kind: ProductKind::Goods,
            price: shop.money(PRICE)?,
            merchant: shop.merchant.clone(),
        };
        let listed = client.list_product("storm:list", &listing).await;
        listed.map_err(StormError::engine("the product cannot be listed"))?;
        let opening =
            Adjustment { change: settings.units.into(), reason: "opening".parse()?, location: None, at: None };
        let stocked = client.adjust("storm:stock", &shop.sku, &opening).await;
        stocked.map_err(StormError::engine("the product cannot be put in stock"))?;
        let coupon = CouponIssue {
            code: shop.coupon.clone(),
            title: "Five pounds off".parse()?,
            offer: CouponOffer::AmountOffOrder { amount: shop.money(OFF)? },
            uses_max: settings.coupons,
        };
        let issued = client.issue_coupon("storm:coupon", &coupon).await;
        issued.map_err(StormError::engine("the coupon cannot be issued"))?;
        Ok(shop)
    }

    /// What a buyer asks for.
    pub(super) fn placement(&self, buyer: u32, units: u32, with_coupon: bool) -> Result<Placement, InvalidValue> {
        let quantity = Quantity::try_from(i64::from(units))?;
        Ok(Placement {
            customer: Some(format!("buyer-{buyer}").parse()?),
            reference: None,
            currency: self.currency,
            lines: vec![LineRequest { sku: self.sku.clone(), quantity, unit_price: None }],
            ship_to: Address {
                recipient: format!("Buyer {buyer}").parse()?,
                lines: Vec::new(),
                city: None,
                region: None,
                postal_code: None,
                country: "GB".parse()?,
            },
            placed_at: None,
            coupons: if with_coupon { vec![self.coupon.clone()] } else { Vec::new() },
            expected_total: None,
        })
    }

    fn money(&self, pence: i64) -> Result<Money, InvalidValue> {
        Ok(Money { amount: pence.try_into()?, currency: self.currency })
    }
}
