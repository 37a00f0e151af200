//! The aggregates that the write side keeps, listed once.
//!
//! Cache, working set, cold loads and snapshots go through all of them in the same way; [`each_aggregate`] is what they
//! are generated from, so that a new aggregate is one line here. Stock is the one exception: in memory it is kept by the shelf,
//! all locations of a SKU together, because an allocation looks at all of them.

use std::{fmt::Display, hash::Hash, str::FromStr};

use cqrs_es::Aggregate;
use purser_domain::{
    coupon::Coupon,
    exception::OrderException,
    fulfillment::Fulfillment,
    ids::{ExceptionId, FulfillmentId, OrderId, PaymentId, RefundId, ReturnId},
    merchant::Merchant,
    order::Order,
    payment::Payment,
    points::{PointsAccount, PointsId},
    product::Product,
    quota::{PurchaseQuota, QuotaId},
    refund::Refund,
    returns::Return,
    stock::{Stock, StockId},
    text::{CouponCode, MerchantId, Sku},
    used_reference::{ReferenceId, UsedReference},
};
use serde::{Serialize, de::DeserializeOwned};

/// Calls a macro with `plural: Aggregate,` for every aggregate; `but stocks` leaves out the one that is kept by the shelf.
macro_rules! each_aggregate {
    ($define:ident) => {
        $crate::aggregates::each_aggregate! { $define but stocks, stocks: Stock, }
    };
    ($define:ident but stocks $(, $plural:ident: $Aggregate:ident,)?) => {
        $define! {
            orders: Order,
            products: Product,
            payments: Payment,
            refunds: Refund,
            fulfillments: Fulfillment,
            returns: Return,
            merchants: Merchant,
            coupons: Coupon,
            points: PointsAccount,
            quotas: PurchaseQuota,
            references: UsedReference,
            exceptions: OrderException,
            $($plural: $Aggregate,)?
        }
    };
}
pub(crate) use each_aggregate;

/// What the write side must know of an aggregate beyond its decisions.
pub(crate) trait Kept: Aggregate<Services = ()> + Default + Serialize + DeserializeOwned {
    /// What names its stream.
    type Id: Hash + Eq + Clone + Display + FromStr;

    /// Whether one of which nothing is recorded yet stays in memory as well. Only where nobody can invent ids: they would
    /// push out what exists.
    const KEPT_BEFORE_ITS_FIRST_EVENT: bool = false;

    /// How many entries a snapshot of the state would have.
    fn entries(&self) -> usize {
        1
    }
}

impl Kept for Order {
    type Id = OrderId;
}

impl Kept for Product {
    type Id = Sku;
}

impl Kept for Payment {
    type Id = PaymentId;
}

impl Kept for Refund {
    type Id = RefundId;
}

impl Kept for Fulfillment {
    type Id = FulfillmentId;
}

impl Kept for Return {
    type Id = ReturnId;
}

/// Every placement asks for its merchant, who may never have decided anything. Their ids come from the catalogue.
impl Kept for Merchant {
    type Id = MerchantId;
    const KEPT_BEFORE_ITS_FIRST_EVENT: bool = true;
}

impl Kept for Coupon {
    type Id = CouponCode;

    fn entries(&self) -> usize {
        Self::entries(self)
    }
}

impl Kept for PointsAccount {
    type Id = PointsId;

    fn entries(&self) -> usize {
        self.open_freezes()
    }
}

impl Kept for PurchaseQuota {
    type Id = QuotaId;
}

impl Kept for UsedReference {
    type Id = ReferenceId;
}

impl Kept for OrderException {
    type Id = ExceptionId;
}

impl Kept for Stock {
    type Id = StockId;

    fn entries(&self) -> usize {
        self.open_reservations()
    }
}
