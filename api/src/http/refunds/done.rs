use axum::extract::State;
use purser_commands::Command;
use purser_domain::{
    ids::RefundId,
    text::{PaymentReference, Reason},
};
use serde::{Deserialize, Serialize};

use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// How the money went back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundTransfer {
    /// The transfer's name at the bank.
    #[schema(value_type = schema::PaymentReference)]
    reference: PaymentReference,
    /// What there is to say about it.
    #[schema(value_type = Option<schema::Reason>)]
    note: Option<Reason>,
    /// Why it is settled by hand. It, or a note in its place, is needed where a person decides: while the refund is under
    /// review.
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
}

/// A refund after a command.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RefundChange {
    /// Which refund.
    #[schema(value_type = schema::RefundId)]
    pub(super) id: RefundId,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    pub(super) position: i64,
}

/// Marks a refund as done.
///
/// Notes that the money is back with the customer. There is no way back from it. Of a refund under review it is a decision,
/// which bears the caller's name and a reason. What a gateway performs is not to be marked before it is under review.
#[utoipa::path(
    post,
    path = "/v1/refunds/{id}/done",
    tag = "refunds",
    params(("id" = inline(schema::RefundId), Path, description = "Which refund.")),
    request_body = RefundTransfer,
    responses((status = 200, description = "It is done.", body = RefundChange))
)]
pub(crate) async fn finish_refund(
    State(state): State<AppState>,
    Id(refund): Id<RefundId>,
    Submission { body: RefundTransfer { reference, note, reason }, envelope }: Submission<RefundTransfer>,
) -> Result<Answered<RefundChange>, Problem> {
    let command = Command::RecordRefundSucceeded { refund, attempt: None, reference, note, reason };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::ok(RefundChange { id: refund, position }))
}
