use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    ids::OrderId,
    money::Money,
    text::{CustomerId, GatewayName, MerchantId, QrText, WebAddress},
};

/// Who takes the money once it is authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureMethod {
    /// The gateway, at once.
    Automatic,
    /// The engine asks for it, in one piece or in several.
    Manual,
}

/// What is to be paid, for what, by whom and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentTerms {
    /// Which order.
    pub order: OrderId,
    /// Who pays; absent for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Who sells.
    pub merchant: MerchantId,
    /// Through which gateway.
    pub gateway: GatewayName,
    /// How much.
    pub amount: Money,
    /// Who takes the money.
    pub capture: CaptureMethod,
    /// From when on the attempt may be given up.
    pub expires_at: Timestamp,
}

/// What the customer has to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextAction {
    /// Go to this page.
    RedirectUrl(WebAddress),
    /// Scan a QR code that says this.
    QrCode(QrText),
}
