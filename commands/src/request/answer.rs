//! What the engine answers.

use purser_domain::{
    Timestamp,
    allocation::Awaited,
    fulfillment::FulfillmentStatus,
    ids::{FulfillmentId, OrderId, PaymentId, ReturnId},
    money::Money,
    order::{OrderLine, OrderStatus},
    payment::PaymentStatus,
    pricing::Priced,
    returns::ReturnStatus,
    stock::StockId,
    text::MerchantId,
};
use serde::{Deserialize, Serialize};

/// What an order would cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Who sells.
    pub merchant: MerchantId,
    /// The lines at the prices of now.
    pub lines: Vec<OrderLine>,
    /// Discounts, tax, shipping and points, where the total is not simply the sum of the lines.
    pub pricing: Option<Box<Priced>>,
    /// What is to be paid.
    pub total: Money,
}

/// A command's outcome, committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The log position from which on every view shows the effect.
    pub position: i64,
    /// What there is to tell beyond that.
    pub answer: Answer,
    /// Whether an earlier request under the same key was told this, and this one had no effect.
    #[serde(default, skip_serializing_if = "is_false")]
    pub replayed: bool,
}

impl Accepted {
    /// What a repeat hears.
    pub(crate) fn again(&self) -> Self {
        Self { replayed: true, ..self.clone() }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What a command tells beyond its position. Stored with the idempotency key, so that a repeat hears the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// An order was placed.
    OrderPlaced {
        /// Its id.
        order: OrderId,
        /// Where it stands: awaiting its payment, or paid because its total is zero.
        status: OrderStatus,
        /// Who sells.
        merchant: MerchantId,
        /// What is to be paid.
        total: Money,
        /// When the payment window closes.
        pay_by: Timestamp,
        /// What is not there and is waited for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        waiting: Vec<Awaited>,
    },
    /// What an order would cost.
    Quoted(Quote),
    /// So many points are there now.
    PointsAre {
        /// Points in all.
        balance: i64,
        /// Points of these that are kept for orders.
        frozen: i64,
    },
    /// The order stands there now.
    OrderIs {
        /// Its id.
        order: OrderId,
        /// Where it stands.
        status: OrderStatus,
    },
    /// The payment stands there now.
    PaymentIs {
        /// Its id.
        payment: PaymentId,
        /// For which order.
        order: OrderId,
        /// Where it stands.
        status: PaymentStatus,
        /// How much is to be paid.
        amount: Money,
        /// From when on it may be given up.
        expires_at: Timestamp,
    },
    /// The fulfillment stands there now.
    FulfillmentIs {
        /// Its id.
        fulfillment: FulfillmentId,
        /// Of which order.
        order: OrderId,
        /// Where it stands.
        status: FulfillmentStatus,
        /// The fulfillment that what stayed behind was put into.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_behind: Option<FulfillmentId>,
    },
    /// The return stands there now.
    ReturnIs {
        /// Its id.
        id: ReturnId,
        /// Of which order.
        order: OrderId,
        /// Where it stands.
        status: ReturnStatus,
        /// Until when it is to be answered, or was.
        review_by: Timestamp,
    },
    /// The stock counts this now.
    StockIs {
        /// Of what, where.
        stock: StockId,
        /// Pieces on hand.
        on_hand: i64,
        /// Pieces of these that are held for orders.
        reserved: i64,
        /// Pieces that orders wait for.
        #[serde(default)]
        waiting: i64,
        /// Orders that lost their pieces by it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shorted: Vec<OrderId>,
    },
    /// It was done, or was so already.
    Done,
    /// Something was done that the log knows nothing of, and this was told of it.
    Told(Told),
}

/// What was told of something that the log knows nothing of: an operator's work on the engine, once for each key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The status over HTTP.
    pub status: u16,
    /// Where to look.
    pub location: Option<String>,
    /// The body, as it was sent.
    pub body: String,
}
