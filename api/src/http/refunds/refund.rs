use purser_domain::{
    ids::{OrderId, RefundId},
    money::Money,
    refund::{RefundCause, RefundChannel},
    text::{CustomerId, MerchantId, PaymentReference, Reason},
};
use purser_projections::views::refund::{RefundRow, RefundStatus};
use serde::Serialize;

use crate::http::{moment::Moment, schema};

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
    /// How much is owed: all of the payment.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// Why it is owed.
    #[schema(value_type = schema::RefundCause)]
    cause: RefundCause,
    /// The payment's name where it was taken.
    #[schema(value_type = schema::PaymentReference)]
    payment_reference: PaymentReference,
    /// `requested` (nobody has it in hand yet), `submitted` or `succeeded`.
    #[schema(value_type = String, example = "submitted", pattern = "^(requested|submitted|succeeded)$")]
    status: RefundStatus,
    /// In whose hands it is: `back_office`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "back_office")]
    channel: Option<RefundChannel>,
    /// When it was requested.
    requested_at: Moment,
    /// When somebody took it in hand.
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
            amount: row.amount,
            cause: row.cause,
            payment_reference: row.payment_reference,
            status: row.status,
            channel: row.channel,
            requested_at: row.requested_at.into(),
            submitted_at: row.submitted_at.map(Moment::from),
            succeeded_at: row.succeeded_at.map(Moment::from),
            transfer_reference: row.transfer_reference,
            note: row.note,
            position: row.position,
        }
    }
}
