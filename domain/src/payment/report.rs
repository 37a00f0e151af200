use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrderId, PaymentId},
    money::{Amount, Currency},
    text::{FailureCode, PaymentReference, WebhookId},
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
    /// Where the payment stands at the gateway.
    pub status: ReportedStatus,
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
