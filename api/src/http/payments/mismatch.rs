use purser_domain::{
    ids::OrderId,
    money::Money,
    payment::{Mismatch, ReportSource, ReportedStatus},
    text::{Actor, PaymentReference, Reason, WebhookId},
};
use purser_projections::views::payment::{Resolution, SetAside};
use serde::Serialize;

use crate::http::{moment::Moment, schema};

/// Something that a gateway said of a payment and that cannot be true. Nothing else came of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PaymentMismatch {
    /// What is wrong: `other_payment`, `other_order`, `other_currency`, `more_authorized` or `more_captured` than is to be
    /// paid, `nothing_authorized`, `nothing_captured`, `empty_capture`, `other_capture_amount`, `too_many_captures`.
    #[schema(value_type = String, example = "more_captured")]
    finding: &'static str,
    /// Where the payment stands, as the gateway has it.
    #[schema(value_type = String, example = "captured")]
    reported_status: &'static str,
    /// Which order it is for, as the gateway has it.
    #[schema(value_type = schema::OrderId)]
    reported_order: OrderId,
    /// What the customer agreed to, as the gateway has it.
    #[schema(value_type = schema::Money)]
    reported_authorized: Money,
    /// What was taken, as the gateway has it.
    reported_captures: Vec<ReportedTransaction>,
    /// How it came in: `webhook`, `poll` (the engine asked) or `reply` (to something else that the engine asked).
    #[schema(value_type = String, example = "webhook", pattern = "^(webhook|poll|reply)$")]
    source: &'static str,
    /// The webhook's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "evt_1")]
    webhook: Option<WebhookId>,
    /// When it came in.
    at: Moment,
    /// Who looked into it; absent while nobody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Actor>)]
    resolved_by: Option<Actor>,
    /// What they found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    resolution: Option<Reason>,
    /// When they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_at: Option<Moment>,
}

/// Money that a gateway says it has taken.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReportedTransaction {
    /// The transaction's name at the gateway.
    #[schema(value_type = schema::PaymentReference)]
    reference: PaymentReference,
    /// How much.
    #[schema(value_type = schema::Money)]
    amount: Money,
}

impl From<SetAside> for PaymentMismatch {
    fn from(SetAside { mismatch, report, source, at, resolution }: SetAside) -> Self {
        let currency = report.currency;
        let transactions = report.captures.into_iter().map(|capture| ReportedTransaction {
            reference: capture.reference,
            amount: Money { amount: capture.amount, currency },
        });
        let (source, webhook) = match source {
            ReportSource::Webhook { event } => ("webhook", Some(event)),
            ReportSource::Poll => ("poll", None),
            ReportSource::Reply => ("reply", None),
        };
        let (resolved_by, resolution, resolved_at) = match resolution {
            Some(Resolution { actor, reason, at }) => (Some(actor), Some(reason), Some(at.into())),
            None => (None, None, None),
        };
        Self {
            finding: finding(&mismatch),
            reported_status: status(&report.status),
            reported_order: report.order,
            reported_authorized: Money { amount: report.authorized, currency },
            reported_captures: transactions.collect(),
            source,
            webhook,
            at: at.into(),
            resolved_by,
            resolution,
            resolved_at,
        }
    }
}

const fn finding(mismatch: &Mismatch) -> &'static str {
    match mismatch {
        Mismatch::OtherPayment { .. } => "other_payment",
        Mismatch::OtherOrder { .. } => "other_order",
        Mismatch::OtherCurrency { .. } => "other_currency",
        Mismatch::MoreAuthorized { .. } => "more_authorized",
        Mismatch::NothingAuthorized => "nothing_authorized",
        Mismatch::NothingCaptured => "nothing_captured",
        Mismatch::EmptyCapture { .. } => "empty_capture",
        Mismatch::OtherCaptureAmount { .. } => "other_capture_amount",
        Mismatch::MoreCaptured { .. } => "more_captured",
        Mismatch::TooManyCaptures => "too_many_captures",
        Mismatch::MoreRefunded { .. } => "more_refunded",
        Mismatch::TooManyRefunds => "too_many_refunds",
    }
}

const fn status(status: &ReportedStatus) -> &'static str {
    match status {
        ReportedStatus::Pending => "pending",
        ReportedStatus::Authorized => "authorized",
        ReportedStatus::Captured => "captured",
        ReportedStatus::Failed { .. } => "failed",
        ReportedStatus::Expired => "expired",
        ReportedStatus::Voided => "voided",
        ReportedStatus::Disputed => "disputed",
        ReportedStatus::ChargedBack => "charged_back",
    }
}
