use purser_domain::{
    ids::{OrderId, PaymentId},
    money::{Currency, Money},
    payment::{Asked, CaptureMethod, NextAction, PaymentStatus},
    principal::Principal,
    text::{CustomerId, FailureCode, GatewayName, MerchantId, PaymentReference},
};
use purser_projections::views::payment::{self as views, PaymentDetail, PaymentRow, TakenCapture};
use serde::Serialize;

use super::mismatch::PaymentMismatch;
use crate::http::{moment::Moment, schema};

/// An attempt to have an order paid through a gateway.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PaymentAttempt {
    /// Its id.
    #[schema(value_type = schema::PaymentId)]
    id: PaymentId,
    /// For which order.
    #[schema(value_type = schema::OrderId)]
    order: OrderId,
    /// Who sells.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// Who pays; absent for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CustomerId>)]
    customer: Option<CustomerId>,
    /// Through which gateway.
    #[schema(value_type = schema::GatewayName)]
    gateway: GatewayName,
    /// Who takes the money once the customer has agreed: `automatic` is the gateway, `manual` the seller.
    #[schema(value_type = String, example = "automatic", pattern = "^(automatic|manual)$")]
    capture: CaptureMethod,
    /// Where it stands. While it is `disputed` nothing of it is refunded by itself.
    #[schema(value_type = schema::PaymentStatus)]
    status: PaymentStatus,
    /// How much is to be paid.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// The most that the customer agreed to, as far as the gateway said so.
    #[schema(value_type = schema::Money)]
    authorized: Money,
    /// How much was taken.
    #[schema(value_type = schema::Money)]
    captured: Money,
    /// What was taken, in the order in which it became known.
    captures: Vec<PaymentCapture>,
    /// What the gateway gave back without being asked for it, at its own desk; absent where it did not. It counts for what is
    /// owed, or will be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refunded_outside: Vec<OutsideRefund>,
    /// What the customer's bank gave back after a dispute; absent where it did not. It counts for what is owed, or will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Money>)]
    charged_back: Option<Money>,
    /// What the customer has to do; absent unless that is what is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_action: Option<NextStep>,
    /// What the gateway was asked to do and has not answered yet: `capture` or `void`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "capture", pattern = "^(capture|void)$")]
    asked: Option<&'static str>,
    /// Why it failed, in the gateway's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "card_declined")]
    failure_code: Option<FailureCode>,
    /// Its name at the gateway; for merchants and the back office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::PaymentReference>)]
    gateway_reference: Option<PaymentReference>,
    /// What the gateway said that cannot be true; for the back office, and absent where there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    mismatches: Option<Vec<PaymentMismatch>>,
    /// When it began.
    initiated_at: Moment,
    /// From when on it may be given up.
    expires_at: Moment,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Money that was taken.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PaymentCapture {
    /// The transaction's name at the gateway.
    #[schema(value_type = schema::PaymentReference)]
    reference: PaymentReference,
    /// How much.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// When that became known.
    at: Moment,
}

/// Money that a gateway gave back without being asked for it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OutsideRefund {
    /// The transaction's name at the gateway.
    #[schema(value_type = schema::PaymentReference)]
    reference: PaymentReference,
    /// How much.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// When that became known.
    at: Moment,
    /// When it became known that the money did not arrive; absent where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<Moment>,
}

/// What a customer has to do: one of the two.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NextStep {
    /// Go to this page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://pay.example/p/1")]
    redirect_url: Option<String>,
    /// Scan a QR code that says this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "pay:1")]
    qr_code: Option<String>,
}

impl PaymentAttempt {
    /// The gateway's name for it is its seller's to know, and what went wrong between gateway and engine the staff's.
    pub(super) fn shown_to(reader: &Principal, row: PaymentRow) -> Self {
        let (shows_reference, shows_mismatches) = match reader {
            Principal::BackOffice | Principal::Saga => (true, true),
            Principal::Merchant(_) => (true, false),
            Principal::Customer(_) | Principal::Operator => (false, false),
        };
        let PaymentRow { id, status, initiated_at, detail, position } = row;
        let PaymentDetail {
            terms,
            gateway_reference,
            next_action,
            authorized,
            captured,
            captures,
            refunded_outside,
            charged_back,
            asked,
            failure,
            set_aside,
        } = detail;
        let currency = terms.amount.currency;
        let mismatches: Vec<_> = set_aside.into_iter().map(PaymentMismatch::from).collect();
        Self {
            id,
            order: terms.order,
            merchant: terms.merchant,
            customer: terms.customer,
            gateway: terms.gateway,
            capture: terms.capture,
            status,
            amount: terms.amount,
            authorized: Money { amount: authorized, currency },
            captured: Money { amount: captured, currency },
            captures: captures.into_iter().map(|capture| PaymentCapture::new(capture, currency)).collect(),
            refunded_outside: refunded_outside.into_iter().map(|refund| outside(refund, currency)).collect(),
            charged_back: charged_back.map(|amount| Money { amount, currency }),
            next_action: next_action.filter(|_| status.awaits_customer()).map(NextStep::from),
            asked: asked.map(word),
            failure_code: failure,
            gateway_reference: gateway_reference.filter(|_| shows_reference),
            mismatches: Some(mismatches).filter(|mismatches| shows_mismatches && !mismatches.is_empty()),
            initiated_at: initiated_at.into(),
            expires_at: terms.expires_at.into(),
            position,
        }
    }
}

fn outside(refund: views::OutsideRefund, currency: Currency) -> OutsideRefund {
    let views::OutsideRefund { reference, amount, at, failed_at } = refund;
    let (amount, failed_at) = (Money { amount, currency }, failed_at.map(Moment::from));
    OutsideRefund { reference, amount, at: at.into(), failed_at }
}

const fn word(asked: Asked) -> &'static str {
    match asked {
        Asked::Capture(_) => "capture",
        Asked::Void => "void",
    }
}

impl PaymentCapture {
    fn new(TakenCapture { reference, amount, at }: TakenCapture, currency: Currency) -> Self {
        Self { reference, amount: Money { amount, currency }, at: at.into() }
    }
}

impl From<NextAction> for NextStep {
    fn from(action: NextAction) -> Self {
        match action {
            NextAction::RedirectUrl(page) => Self { redirect_url: Some(page.to_string()), qr_code: None },
            NextAction::QrCode(text) => Self { redirect_url: None, qr_code: Some(text.to_string()) },
        }
    }
}
