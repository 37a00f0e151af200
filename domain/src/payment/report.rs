use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    ids::{OrderId, PaymentId, RefundId},
    money::{Amount, Currency},
    text::{ExternalReference, FailureCode, PaymentReference, Reason, WebhookId},
};

/// What a gateway says about a payment as a whole, and not about a step of it: everything that has been authorised and
/// taken up to then. A report may therefore be lost, repeated or overtaken by a later one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayReport {
    /// The payment, as the gateway was told its name.
    pub payment: PaymentId,
    /// The order, as the gateway was told its name.
    pub order: OrderId,
    /// What all amounts of the report are of.
    pub currency: Currency,
    /// The most that was ever authorised, in minor units.
    pub authorized: Amount,
    /// All money that was ever taken.
    pub captures: Vec<ReportedCapture>,
    /// All money that ever went back to the customer, or was to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<ReportedRefund>,
    /// Where the payment stands at the gateway.
    pub status: ReportedStatus,
    /// When it stood so, by the clock of whoever says so; absent where nobody can tell. Only whether a dispute goes on depends
    /// on it: everything else that a report can say stays true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
}

/// Money that a gateway says it has given back, or was to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedRefund {
    /// The transaction's name at the gateway.
    pub reference: PaymentReference,
    /// What whoever asked for it calls it: the engine, by the refund's id and the attempt's number, or somebody at the
    /// gateway's own desk.
    pub name: ExternalReference,
    /// How much, in minor units of the report's currency.
    pub amount: Amount,
    /// How far it is.
    pub status: ReportedRefundStatus,
}

/// How far a refund is at its gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedRefundStatus {
    /// On its way.
    Pending,
    /// The money is back, as far as the gateway knows.
    Succeeded,
    /// The money did not arrive, though it may have been said to be back before.
    Failed {
        /// Why, in the gateway's words.
        cause: Reason,
    },
}

impl ReportedRefund {
    /// The refund and the attempt that its name stands for, if it is one that the engine gives.
    pub fn asked_for(&self) -> Option<(RefundId, u32)> {
        let (refund, attempt) = self.name.as_str().rsplit_once('-')?;
        Some((refund.parse().ok()?, attempt.parse().ok()?))
    }

    /// Whether the money went back, or is on its way.
    pub const fn has_left(&self) -> bool {
        match self.status {
            ReportedRefundStatus::Pending | ReportedRefundStatus::Succeeded => true,
            ReportedRefundStatus::Failed { .. } => false,
        }
    }
}

/// Money that a gateway says it has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedCapture {
    /// The transaction's name at the gateway.
    pub reference: PaymentReference,
    /// How much, in minor units of the report's currency.
    pub amount: Amount,
}

/// Where a payment stands at its gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedStatus {
    /// The customer has not done their part.
    Pending,
    /// The money is set aside.
    Authorized,
    /// Money was taken.
    Captured,
    /// The customer could not pay.
    Failed {
        /// Why, in the gateway's code.
        code: FailureCode,
    },
    /// The customer, or whoever should have taken authorised money, let the time go by.
    Expired,
    /// It was called off.
    Voided,
    /// The customer wants money back that was taken, by way of their bank.
    Disputed,
    /// The bank gave the customer back what was taken and had not gone back before.
    ChargedBack,
}

/// How a report came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportSource {
    /// The gateway called.
    Webhook {
        /// The webhook's id, for whoever has to find it at the gateway.
        event: WebhookId,
    },
    /// The engine asked.
    Poll,
    /// The gateway answered to something that the engine asked it to do.
    Reply,
}
