//! The typed reading of an event in the log.

use cqrs_es::Aggregate;

use crate::{
    coupon::{Coupon, CouponEvent},
    ids::{OrderId, RefundId},
    merchant::{Merchant, MerchantEvent},
    order::{Order, OrderEvent},
    points::{PointsAccount, PointsEvent},
    product::{Product, ProductEvent},
    quota::{PurchaseQuota, QuotaEvent, QuotaId},
    recorded::Recorded,
    refund::{Refund, RefundEvent},
    stock::{Stock, StockEvent, StockId},
    text::{CouponCode, CustomerId, InvalidValue, Sku},
    text::{InvalidValue, MerchantId, Sku},
    upcast::Upcasters,
};

/// An event of any aggregate, together with the aggregate's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Of an order.
    Order(OrderId, OrderEvent),
    /// Of a stock.
    Stock(StockId, StockEvent),
    /// Of a product.
    Product(Sku, ProductEvent),
    /// Of a refund.
    Refund(RefundId, RefundEvent),
    /// Of a coupon.
    Coupon(CouponCode, CouponEvent),
    /// Of a customer's points.
    Points(CustomerId, PointsEvent),
    /// Of what a customer has taken of a SKU.
    Quota(QuotaId, QuotaEvent),
    /// Of a merchant.
    Merchant(MerchantId, MerchantEvent),
}

/// Why a row of the log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Undecodable {
    /// It belongs to an aggregate that this version of the engine does not know.
    #[error("unknown aggregate type {0}")]
    AggregateType(String),
    /// Its stream's id has not the form of its aggregate's ids.
    #[error("malformed stream id: {0}")]
    AggregateId(#[from] InvalidValue),
    /// Its payload has not the form of its event.
    #[error("unreadable payload: {0}")]
    Payload(#[from] serde_json::Error),
}

impl Event {
    /// Reads a row of the log, carrying old versions forward first.
    pub fn decode(recorded: &Recorded, upcasters: &Upcasters) -> Result<Self, Undecodable> {
        let id = recorded.aggregate_id.as_str();
        match recorded.aggregate_type.as_ref() {
            Order::TYPE => Ok(Self::Order(id.parse()?, upcasters.read(recorded)?)),
            Stock::TYPE => Ok(Self::Stock(id.parse()?, upcasters.read(recorded)?)),
            Product::TYPE => Ok(Self::Product(id.parse()?, upcasters.read(recorded)?)),
            Refund::TYPE => Ok(Self::Refund(id.parse()?, upcasters.read(recorded)?)),
            Coupon::TYPE => Ok(Self::Coupon(id.parse()?, upcasters.read(recorded)?)),
            PointsAccount::TYPE => Ok(Self::Points(id.parse()?, upcasters.read(recorded)?)),
            PurchaseQuota::TYPE => Ok(Self::Quota(id.parse()?, upcasters.read(recorded)?)),
            Merchant::TYPE => Ok(Self::Merchant(id.parse()?, upcasters.read(recorded)?)),
            other => Err(Undecodable::AggregateType(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod spec;
