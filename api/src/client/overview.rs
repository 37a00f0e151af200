//! What there is in all: lists, and how the sagas are doing.

use purser_domain::{
    Timestamp,
    ids::OrderId,
    money::Money,
    order::OrderStatus,
    text::{MerchantId, PaymentReference},
};
use serde::Deserialize;

use super::{Client, ClientError};

/// An order in a list.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderSummary {
    /// Its id.
    pub id: OrderId,
    /// Where it stands.
    pub status: OrderStatus,
}

/// Money that is owed back, or was.
#[derive(Debug, Clone, Deserialize)]
pub struct Refund {
    /// Of which order.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
    /// What was taken, by its name where it was taken.
    pub payment_reference: PaymentReference,
    /// How far it is.
    pub status: RefundStatus,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Owed, and nobody has it in hand yet.
    Requested,
    /// In somebody's hands.
    Submitted,
    /// It did not succeed, and may be tried again.
    Failed,
    /// A person has to decide about it.
    ManualReview,
    /// The money is back.
    Succeeded,
    /// A person gave it up.
    WrittenOff,
}

impl RefundStatus {
    /// Whether the money is neither back nor given up.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Requested | Self::Submitted | Self::Failed | Self::ManualReview => true,
            Self::Succeeded | Self::WrittenOff => false,
        }
    }
}

/// How the sagas are doing.
#[derive(Debug, Clone, Deserialize)]
pub struct SagaProgress {
    /// Up to where the log goes.
    pub head: i64,
    /// How many events they have not seen yet.
    pub lag_events: i64,
    /// How many commands wait for their turn or for the next attempt.
    pub pending_commands: i64,
    /// How many commands wait for an operator.
    pub dead_letters: i64,
    /// How many events wait because one of their stream cannot be read.
    pub parked_events: i64,
    /// How many timers are set.
    pub open_timers: i64,
    /// When the next one is due.
    #[serde(default)]
    pub next_timer_due: Option<Timestamp>,
}

impl Client {
    /// All orders of a merchant in any of these statuses, as of `min_position` at least; in any at all if none is named.
    pub async fn orders(
        &self,
        merchant: &MerchantId,
        statuses: &[OrderStatus],
        min_position: i64,
    ) -> Result<Vec<OrderSummary>, ClientError> {
        let statuses: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
        let statuses = statuses.join(",");
        let mut query = vec![("merchant", merchant.as_str())];
        if !statuses.is_empty() {
            query.push(("status", &statuses));
        }
        self.all(&["v1", "orders"], &query, min_position).await
    }

    /// All refunds, as of `min_position` at least.
    pub async fn refunds(&self, min_position: i64) -> Result<Vec<Refund>, ClientError> {
        self.all::<_, &str>(&["v1", "refunds"], &[], min_position).await
    }

    /// How the sagas are doing.
    pub async fn sagas(&self) -> Result<SagaProgress, ClientError> {
        self.read(&["v1", "sagas"], &[]).await
    }
}
