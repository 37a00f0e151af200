use purser_domain::{
    Timestamp,
    money::Amount,
    text::{MerchantId, PaymentReference},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::gateway::{CaptureMode, GatewayPayment, IdempotencyKey};

/// One thing that happened. What happens together stands on one line of the journal: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox_gateway) enum Record {
    /// A payment was opened.
    Opened(Box<Opened>),
    /// A payment changed, and stands so now.
    Changed { change: Change, payment: Box<GatewayPayment> },
    /// A request was carried out; the same request gets the same answer.
    Answered(Keyed),
    /// Somebody is to be told.
    CallbackMade(Box<Callback>),
    /// Nobody will be told.
    CallbackDropped { id: String },
    /// A callback needs no further attempt.
    CallbackEnded { id: String, ending: Ending },
}

/// A new payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sandbox_gateway) struct Opened {
    pub(in crate::sandbox_gateway) payment: GatewayPayment,
    pub(in crate::sandbox_gateway) capture: CaptureMode,
    pub(in crate::sandbox_gateway) merchant: MerchantId,
    pub(in crate::sandbox_gateway) auto_pay_at: Option<Timestamp>,
}

/// What changed in a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox_gateway) enum Change {
    Authorized,
    Captured,
    Failed,
    Expired,
    Voided,
    Disputed,
    DisputeWon,
    ChargedBack,
    Refunded,
    RefundFailed,
    /// A refund that had arrived came back.
    RefundBounced {
        amount: Amount,
    },
}

impl Change {
    /// The type of the callback that tells of it.
    pub(super) const fn event(self) -> &'static str {
        match self {
            Self::Authorized => "payment.authorized",
            Self::Captured => "payment.captured",
            Self::Failed => "payment.failed",
            Self::Expired => "payment.expired",
            Self::Voided => "payment.voided",
            Self::Disputed => "payment.disputed",
            Self::DisputeWon => "payment.dispute_won",
            Self::ChargedBack => "payment.charged_back",
            Self::Refunded => "refund.succeeded",
            Self::RefundFailed | Self::RefundBounced { .. } => "refund.failed",
        }
    }
}

/// An answer, and what it was given to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sandbox_gateway) struct Keyed {
    pub(in crate::sandbox_gateway) key: IdempotencyKey,
    /// What was asked, as text; compared, never read.
    pub(in crate::sandbox_gateway) asked: String,
    pub(in crate::sandbox_gateway) answer: Value,
}

/// A callback to be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sandbox_gateway) struct Callback {
    /// The `webhook-id`.
    pub(in crate::sandbox_gateway) id: String,
    pub(in crate::sandbox_gateway) payment: PaymentReference,
    /// The very bytes that are sent.
    pub(in crate::sandbox_gateway) body: String,
    /// When it happened.
    pub(in crate::sandbox_gateway) at: Timestamp,
    /// Not before.
    pub(in crate::sandbox_gateway) due: Timestamp,
    /// How many times it is to be taken.
    pub(in crate::sandbox_gateway) times: u32,
    pub(in crate::sandbox_gateway) delayed: bool,
    /// It waits for the payment's next one to be taken, until it is due.
    pub(in crate::sandbox_gateway) held: bool,
    pub(in crate::sandbox_gateway) forgery: Option<Forgery>,
}

/// What is wrong with a forged callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox_gateway) enum Forgery {
    /// A stranger signed it, who claims that the payment is paid.
    Signature,
    /// Rightly signed, with another amount.
    Amount,
    /// Rightly signed, for another order.
    Order,
}

/// How a callback ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox_gateway) enum Ending {
    /// It was taken so many times; a forged one, answered.
    Taken { times: u32 },
    /// Nobody took it for as long as it is tried.
    GivenUp,
}
