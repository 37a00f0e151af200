use purser_domain::{
    exception::ExceptionKind,
    ids::{ExceptionId, OrderId},
    text::{Actor, MerchantId, Reason, Subject},
};
use purser_projections::views::exception::{ExceptionRow, ExceptionStatus};
use serde::Serialize;

use crate::http::{moment::Moment, schema};

/// Something that is or was the matter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderException {
    /// Its id.
    #[schema(value_type = schema::ExceptionId)]
    id: ExceptionId,
    /// What is the matter.
    #[schema(value_type = schema::ExceptionKind)]
    kind: ExceptionKind,
    /// With what: the id of an order, a refund or a fulfillment; or a gateway, a colon and its name for a payment.
    #[schema(value_type = String, example = "ord_01938f6e8d0c7b5a9d3c0e6f5a4b3c2d")]
    subject: Subject,
    /// With which order, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::OrderId>)]
    order: Option<OrderId>,
    /// Whose order that is, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::MerchantId>)]
    merchant: Option<MerchantId>,
    /// In words.
    #[schema(value_type = schema::Reason)]
    detail: Reason,
    /// `open` (a person has to look at it), `repaired` (by the engine), `gone` (it was not there any more) or `settled` (by a
    /// person).
    #[schema(value_type = String, example = "open", pattern = "^(open|repaired|gone|settled)$")]
    status: ExceptionStatus,
    /// When it was raised, the last time.
    raised_at: Moment,
    /// How often it was raised.
    #[schema(minimum = 1)]
    times: i64,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Moment>,
    /// What repaired it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    action: Option<Reason>,
    /// Who settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Actor>)]
    actor: Option<Actor>,
    /// How they settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

impl From<ExceptionRow> for OrderException {
    fn from(row: ExceptionRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            subject: row.subject,
            order: row.order,
            merchant: row.merchant,
            detail: row.detail,
            status: row.status,
            raised_at: row.raised_at.into(),
            times: row.times,
            closed_at: row.closed_at.map(Moment::from),
            action: row.action,
            actor: row.actor,
            reason: row.reason,
            position: row.position,
        }
    }
}
