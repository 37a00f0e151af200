//! Payments through gateways.

use purser_domain::{
    Timestamp,
    ids::{OrderId, PaymentId},
    money::Money,
    payment::PaymentStatus,
    text::GatewayName,
};
use serde::{Deserialize, Serialize};

use super::{Client, ClientError};

/// How an order is to be paid.
#[derive(Debug, Clone, Serialize)]
pub struct PaymentWish {
    /// Through which gateway, which takes the money as soon as the customer agrees.
    pub gateway: GatewayName,
}

/// An attempt to pay that has begun.
#[derive(Debug, Clone, Deserialize)]
pub struct PaymentBegun {
    /// Its id.
    pub id: PaymentId,
    /// From when on it may be given up.
    pub expires_at: Timestamp,
    /// From which log position on a query sees it.
    pub position: i64,
}

/// An attempt to pay as the view shows it.
#[derive(Debug, Clone, Deserialize)]
pub struct PaymentAttempt {
    /// Its id.
    pub id: PaymentId,
    /// For which order.
    pub order: OrderId,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much was taken.
    pub captured: Money,
    /// What the customer has to do; nothing while the gateway has not answered, and nothing once it is done.
    pub next_action: Option<NextAction>,
    /// The position of its last event.
    pub position: i64,
}

/// What a customer has to do.
#[derive(Debug, Clone, Deserialize)]
pub struct NextAction {
    /// Pay on this page.
    pub redirect_url: Option<String>,
}

impl Client {
    /// Begins an attempt to pay an order. The gateway is asked a moment later: its link is on the payment.
    pub async fn begin_payment(
        &self,
        key: &str,
        order: OrderId,
        wish: &PaymentWish,
    ) -> Result<PaymentBegun, ClientError> {
        self.command(&["v1", "orders", &order.to_string(), "payments"], key, wish).await
    }

    /// An attempt to pay, as of `min_position` at least.
    pub async fn payment(&self, payment: PaymentId, min_position: i64) -> Result<PaymentAttempt, ClientError> {
        self.read(&["v1", "payments", &payment.to_string()], &[("min_position", &min_position.to_string())]).await
    }

    /// All attempts of which the gateway said what cannot be true and nobody has looked into it.
    pub async fn payments_to_review(&self, min_position: i64) -> Result<Vec<PaymentAttempt>, ClientError> {
        self.all(&["v1", "payments"], &[("needs_review", "true")], min_position).await
    }
}
