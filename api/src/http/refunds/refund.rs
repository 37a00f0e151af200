use purser_domain::{
    ids::{OrderId, PaymentId, RefundId},
    money::{Amount, Money},
    refund::{RefundCause, RefundChannel, RefundFailure},
    text::{Actor, CustomerId, MerchantId, PaymentReference, Reason},
};
use purser_projections::views::refund::{RefundRow, RefundStatus};
use serde::{Deserialize, Serialize};

use crate::http::{moment::Moment, schema};

/// What a person decides about a refund.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundDecision {
    /// Why, in their words.
    #[schema(value_type = schema::Reason)]
    pub(super) reason: Reason,
}

/// A part of a payment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RefundPart {
    /// Which part, from 1 on.
    #[schema(minimum = 1)]
    number: u32,
    /// How much was paid in all.
    #[schema(value_type = schema::Money)]
    of: Money,
}

/// Money that is owed back, or was.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Refund {
    /// Its id.
    #[schema(value_type = schema::RefundId)]
    id: RefundId,
    /// The order that was paid for.
    #[schema(value_type = schema::OrderId)]
    order: OrderId,
    /// Who sold it.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// Who bought it; absent for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CustomerId>)]
    customer: Option<CustomerId>,
    /// How much is owed: all of the payment, unless `part` is there.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// How much of it went back without being asked for, at the gateway's own desk or by the customer's bank, and is not sent
    /// again, by people neither, who may have it in hand; absent where nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Money>)]
    offset: Option<Money>,
    /// Of which whole the amount is a part; absent where it is all of the payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<RefundPart>,
    /// Why it is owed.
    #[schema(value_type = schema::RefundCause)]
    cause: RefundCause,
    /// The payment through whose gateway it goes back; absent where the money was taken elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::PaymentId>)]
    payment: Option<PaymentId>,
    /// The payment's name where it was taken.
    #[schema(value_type = schema::PaymentReference)]
    payment_reference: PaymentReference,
    /// `requested` (nobody has it in hand yet), `submitted`, `failed` (it may be tried again), `manual_review` (a person
    /// has to decide), `succeeded` or `written_off`.
    #[schema(
        value_type = String,
        example = "submitted",
        pattern = "^(requested|submitted|failed|manual_review|succeeded|written_off)$"
    )]
    status: RefundStatus,
    /// In whose hands it is: `back_office` or `gateway`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "back_office")]
    channel: Option<RefundChannel>,
    /// When it was requested.
    requested_at: Moment,
    /// When somebody took it in hand, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted_at: Option<Moment>,
    /// When the money was back.
    #[serde(skip_serializing_if = "Option::is_none")]
    succeeded_at: Option<Moment>,
    /// The transfer's name at the bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::PaymentReference>)]
    transfer_reference: Option<PaymentReference>,
    /// What there is to say about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    note: Option<Reason>,
    /// What was known of the money when it failed, the last time: `refused` (it is certainly not back) or
    /// `outcome_unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "refused", pattern = "^(refused|outcome_unknown)$")]
    failure: Option<RefundFailure>,
    /// What was the matter then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    failure_cause: Option<Reason>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<Moment>,
    /// Who decided about it, the last time that a person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Actor>)]
    reviewer: Option<Actor>,
    /// Why they decided so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    review_reason: Option<Reason>,
    /// When it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    written_off_at: Option<Moment>,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

impl From<RefundRow> for Refund {
    fn from(row: RefundRow) -> Self {
        Self {
            id: row.id,
            order: row.order,
            merchant: row.merchant,
            customer: row.customer,
            offset: (row.offset > Amount::ZERO).then_some(Money { amount: row.offset, ..row.amount }),
            amount: row.amount,
            part: (row.part > 0).then_some(RefundPart { number: row.part, of: row.captured }),
            payment: row.payment,
            cause: row.cause,
            payment_reference: row.payment_reference,
            status: row.status,
            channel: row.channel,
            requested_at: row.requested_at.into(),
            submitted_at: row.submitted_at.map(Moment::from),
            succeeded_at: row.succeeded_at.map(Moment::from),
            transfer_reference: row.transfer_reference,
            note: row.note,
            failure: row.failure,
            failure_cause: row.failure_cause,
            failed_at: row.failed_at.map(Moment::from),
            reviewer: row.reviewer,
            review_reason: row.review_reason,
            written_off_at: row.written_off_at.map(Moment::from),
            position: row.position,
        }
    }
}
