//! The typed reading of an event in the log.

use cqrs_es::Aggregate;

use crate::{
    coupon::{Coupon, CouponEvent},
    exception::{ExceptionEvent, OrderException},
    fulfillment::{Fulfillment, FulfillmentEvent},
    ids::{ExceptionId, FulfillmentId, OrderId, PaymentId, RefundId, ReturnId},
    merchant::{Merchant, MerchantEvent},
    order::{Order, OrderEvent},
    payment::{Payment, PaymentEvent},
    points::{PointsAccount, PointsEvent, PointsId},
    product::{Product, ProductEvent},
    quota::{PurchaseQuota, QuotaEvent, QuotaId},
    recorded::Recorded,
    refund::{Refund, RefundEvent},
    returns::{Return, ReturnEvent},
    stock::{Stock, StockEvent, StockId},
    text::{CouponCode, InvalidValue, MerchantId, Sku},
    upcast::Upcasters,
    used_reference::{ReferenceEvent, ReferenceId, UsedReference},
};

macro_rules! aggregates {
    ($($(#[$doc:meta])* $Name:ident($Id:ty, $Event:ty) of $Aggregate:ty;)+) => {
        /// An event of any aggregate, together with the aggregate's id.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event {
            $($(#[$doc])* $Name($Id, $Event),)+
        }

        /// The types of all aggregates, as the log names them.
        pub const AGGREGATE_TYPES: &[&str] = &[$(<$Aggregate>::TYPE),+];

        impl Event {
            /// Reads a row of the log, carrying old versions forward first.
            pub fn decode(recorded: &Recorded, upcasters: &Upcasters) -> Result<Self, Undecodable> {
                let id = recorded.aggregate_id.as_str();
                match recorded.aggregate_type.as_ref() {
                    $(<$Aggregate>::TYPE => Ok(Self::$Name(id.parse()?, upcasters.read(recorded)?)),)+
                    other => Err(Undecodable::AggregateType(other.to_owned())),
                }
            }
        }
    };
}

aggregates! {
    /// Of an order.
    Order(OrderId, OrderEvent) of Order;
    /// Of a stock.
    Stock(StockId, StockEvent) of Stock;
    /// Of a product.
    Product(Sku, ProductEvent) of Product;
    /// Of a payment.
    Payment(PaymentId, PaymentEvent) of Payment;
    /// Of a refund.
    Refund(RefundId, RefundEvent) of Refund;
    /// Of a fulfillment.
    Fulfillment(FulfillmentId, FulfillmentEvent) of Fulfillment;
    /// Of a return.
    Return(ReturnId, ReturnEvent) of Return;
    /// Of a merchant.
    Merchant(MerchantId, MerchantEvent) of Merchant;
    /// Of a coupon.
    Coupon(CouponCode, CouponEvent) of Coupon;
    /// Of a customer's points with one issuer.
    Points(PointsId, PointsEvent) of PointsAccount;
    /// Of what a customer has taken of a SKU.
    Quota(QuotaId, QuotaEvent) of PurchaseQuota;
    /// Of the use of a payment reference.
    Reference(ReferenceId, ReferenceEvent) of UsedReference;
    /// Of an order exception.
    Exception(ExceptionId, ExceptionEvent) of OrderException;
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

#[cfg(test)]
mod spec;
