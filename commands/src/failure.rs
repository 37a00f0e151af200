//! Why a command was not carried out.

use std::time::Duration;

use purser_domain::{
    allocation::Shortage,
    checkout::{CheckoutRefusal, TotalChanged},
    coupon::CouponRefusal,
    exception::ExceptionRefusal,
    fulfillment::FulfillmentRefusal,
    merchant::MerchantRefusal,
    order::OrderRefusal,
    payment::PaymentRefusal,
    points::PointsRefusal,
    pricing::PricingRefusal,
    product::ProductRefusal,
    quota::QuotaRefusal,
    refund::RefundRefusal,
    returns::ReturnRefusal,
    stock::StockRefusal,
    text::{CouponCode, Sku},
    used_reference::ReferenceRefusal,
};
use serde::{Deserialize, Serialize};

/// Why a command was not carried out. Only [`Failure::TimedOut`] leaves the outcome open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The rules say no. Nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key was used for another request. Nothing was written.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// More commands are waiting than the queue holds. Nothing was written.
    #[error("the command queue is full")]
    Overloaded {
        /// When to try again.
        retry_after: Duration,
    },
    /// This node does not write, and the one that does cannot be reached. Nothing was written.
    #[error("no writer can be reached")]
    NoWriter {
        /// When to try again.
        retry_after: Duration,
    },
    /// The log could not take it. Nothing was written.
    #[error("the log is unavailable")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
    /// No answer in time: it was carried out once, or not at all. The same request with the same key tells which.
    #[error("no answer in time; ask again with the same idempotency key")]
    TimedOut,
    /// The engine contradicts itself. Nothing was written; the log lines say more.
    #[error("internal error")]
    Internal,
}

/// Which rule said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The order's lines cannot be bought.
    #[error(transparent)]
    Checkout(#[from] CheckoutRefusal),
    /// The order costs something else than the customer saw.
    #[error(transparent)]
    TotalChanged(Box<TotalChanged>),
    /// Less is available than is asked for.
    #[error("not enough stock")]
    OutOfStock(Vec<Shortage>),
    /// The order says no.
    #[error(transparent)]
    Order(#[from] OrderRefusal),
    /// The fulfillment says no.
    #[error(transparent)]
    Fulfillment(#[from] FulfillmentRefusal),
    /// The stock says no.
    #[error(transparent)]
    Stock(#[from] StockRefusal),
    /// The product says no.
    #[error(transparent)]
    Product(#[from] ProductRefusal),
    /// The payment says no.
    #[error(transparent)]
    Payment(#[from] PaymentRefusal),
    /// The refund says no.
    #[error(transparent)]
    Refund(#[from] RefundRefusal),
    /// The return says no.
    #[error(transparent)]
    Return(#[from] ReturnRefusal),
    /// The order cannot be priced as it was asked for.
    #[error(transparent)]
    Pricing(#[from] PricingRefusal),
    /// A coupon says no.
    #[error("coupon {code}: {refusal}")]
    PresentedCoupon {
        /// Which, counted from zero.
        coupon: usize,
        /// Its code.
        code: CouponCode,
        /// What it says.
        refusal: CouponRefusal,
    },
    /// Points are their customer's: there are none for a guest.
    #[error("a guest has no points")]
    PointsOfNobody,
    /// A merchant would spend the points of a customer.
    #[error("a customer's points are spent by the customer or the back office only")]
    PointsOfAnother,
    /// The customer's points say no.
    #[error(transparent)]
    Points(#[from] PointsRefusal),
    /// A guest must say more of themselves, by the merchant's policy, to buy of what is limited for each customer.
    #[error("sku {sku} is limited for each customer: guests who buy of it give {}", wanted(field))]
    ContactNeeded {
        /// What is missing, named as in [`crate::request::PlaceOrder`]: `contact`, `contact/email`, `contact/phone`.
        field: String,
        /// The first SKU that is limited.
        sku: Sku,
    },
    /// The customer may not buy so many pieces.
    #[error("sku {sku}: {refusal}")]
    Quota {
        /// The first line of the SKU, counted from zero.
        line: usize,
        /// Of what.
        sku: Sku,
        /// Why.
        refusal: QuotaRefusal,
    },
    /// The payment is on record for another order.
    #[error(transparent)]
    Reference(#[from] ReferenceRefusal),
    /// There is no such merchant, or it is somebody else.
    #[error("no such merchant")]
    UnknownMerchant,
    /// The merchant's book says no.
    #[error(transparent)]
    Merchant(#[from] MerchantRefusal),
    /// The coupon says no to what is done with it.
    #[error(transparent)]
    Coupon(#[from] CouponRefusal),
    /// The exception says no.
    #[error(transparent)]
    Exception(#[from] ExceptionRefusal),
    /// A named order has no pieces there that it could lose. Orders count from zero.
    #[error("the order has no pieces here that it could lose")]
    NothingToLose {
        /// Which.
        place: usize,
    },
    /// Services keep no stock.
    #[error("sku {0} is a service and keeps no stock")]
    KeepsNoStock(Sku),
    /// The caller may not state this field. It is named as in [`crate::request::PlaceOrder`], lines counted from zero:
    /// `lines/3/unit_price`, `placed_at`, `customer`.
    #[error("{field} may be stated by the back office only")]
    FieldNotAllowed {
        /// Which field.
        field: String,
    },
    /// A stated business time lies in the future.
    #[error("{field} must not be more than 60 seconds in the future")]
    FutureTime {
        /// Which field.
        field: String,
    },
}

fn wanted(field: &str) -> &'static str {
    match field {
        "contact/email" => "their e-mail address",
        "contact/phone" => "their telephone number",
        _ => "their e-mail address or telephone number",
    }
}
