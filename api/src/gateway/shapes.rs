//! What goes to a gateway and comes back, as it is written on the wire. The sandbox gateway reads and writes the same.

use std::{fmt, str::FromStr};

use purser_domain::{
    Timestamp,
    money::{Amount, Currency},
    text::{ExternalReference, InvalidValue, MerchantId, PaymentReference},
};
use serde::{Deserialize, Serialize};

/// Under which a gateway recognises a request that it has seen before: 1 to 255 printable ASCII characters without spaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidValue {
                kind: "idempotency key",
                rule: "must be 1 to 255 printable ASCII characters without spaces",
            })
        }
    }
}

impl TryFrom<String> for IdempotencyKey {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        text.parse()
    }
}

impl From<IdempotencyKey> for String {
    fn from(key: IdempotencyKey) -> Self {
        key.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// When money moves once the customer has agreed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureMode {
    /// At once, all of it.
    #[default]
    Automatic,
    /// When we ask for it.
    Manual,
}

/// A payment to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    /// What we call the payment. No two payments may have one name.
    pub payment: ExternalReference,
    /// What we call the order.
    pub order: ExternalReference,
    /// Whose money it will be.
    pub merchant: MerchantId,
    /// Minor units of the currency, at least one.
    pub amount: Amount,
    /// What the units are of.
    pub currency: Currency,
    /// When the money moves.
    #[serde(default)]
    pub capture: CaptureMode,
}

/// Money to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptureRequest {
    /// Minor units of the payment's currency, at least one.
    pub amount: Amount,
}

/// Money to be given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// What we call the refund. No two refunds of one payment may have one name.
    pub refund: ExternalReference,
    /// Minor units of the payment's currency, at least one.
    pub amount: Amount,
}

/// A payment as it stands, with all that ever happened to it: who misses a callback sees the same in the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayPayment {
    /// What the gateway calls it.
    pub id: PaymentReference,
    /// What we call it.
    pub payment: ExternalReference,
    /// What we call the order.
    pub order: ExternalReference,
    /// What all amounts are in.
    pub currency: Currency,
    /// What is to be paid, in minor units.
    pub amount: Amount,
    /// What the customer agreed to, in minor units; it stays when the payment is voided.
    pub authorized: Amount,
    /// What was taken, first to last.
    pub captures: Vec<Capture>,
    /// What was given back or was to be, first to last.
    pub refunds: Vec<GatewayRefund>,
    /// Where it stands.
    pub status: PaymentStatus,
    /// Where the customer pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The text of a QR code that the customer pays by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr: Option<String>,
}

/// Money that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// The gateway's name for this very movement. It never comes twice.
    pub reference: PaymentReference,
    /// Minor units.
    pub amount: Amount,
    /// When.
    pub at: Timestamp,
}

/// Money that was given back or was to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayRefund {
    /// The gateway's name for this very movement. It never comes twice.
    pub reference: PaymentReference,
    /// What we call it.
    pub refund: ExternalReference,
    /// Minor units.
    pub amount: Amount,
    /// How far it is.
    pub status: RefundStatus,
}

/// Where a payment stands. Refunds do not change it, those made at the gateway's own desk among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The customer has not paid.
    Pending,
    /// The customer agreed, and nothing was taken.
    Authorized,
    /// All was taken.
    Captured,
    /// A part of what is authorized was taken.
    PartiallyCaptured,
    /// It came to nothing.
    Failed {
        /// Why, in the gateway's own code.
        code: String,
    },
    /// The customer came too late.
    Expired,
    /// We closed it. What was captured before that stays captured.
    Voided,
    /// The customer wants the money back through the bank, which has not decided. When it decides for us, the payment is
    /// `captured` again, or `partially_captured`, or `voided`, as it was before.
    Disputed,
    /// The bank decided for the customer and gave back all that was captured and not refunded. There is nothing after it.
    ChargedBack,
}

/// How far a refund is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// On its way.
    Pending,
    /// The money is back.
    Succeeded,
    /// The money did not move, or came back, also after it was said to have succeeded.
    Failed {
        /// Why, in the gateway's own code.
        code: String,
    },
}

/// A part of the list of payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPage {
    /// The payments, the earliest change first.
    pub payments: Vec<GatewayPayment>,
    /// What to come back with. None: there is nothing after the cursor that was given.
    pub next: Option<String>,
}

/// The body of a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayEvent {
    /// What happened, as in `payment.captured`. What is to be believed is the payment, not this word.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, which may be long before it is told.
    pub timestamp: Timestamp,
    /// The payment as it stood then.
    pub data: GatewayPayment,
}
