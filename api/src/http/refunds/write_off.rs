use axum::extract::State;
use purser_commands::Command;
use purser_domain::ids::RefundId;

use super::{done::RefundChange, refund::RefundDecision};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Writes a refund off.
///
/// For a refund under review: the money stays where it is. There is no way back from it.
#[utoipa::path(
    post,
    path = "/v1/refunds/{id}/write-off",
    tag = "refunds",
    params(("id" = inline(schema::RefundId), Path, description = "Which refund.")),
    request_body = RefundDecision,
    responses((status = 200, description = "It is written off, or was already.", body = RefundChange))
)]
pub(crate) async fn write_off_refund(
    State(state): State<AppState>,
    Id(refund): Id<RefundId>,
    Submission { body: RefundDecision { reason }, envelope }: Submission<RefundDecision>,
) -> Result<Answered<RefundChange>, Problem> {
    let command = Command::WriteOffRefund { refund, reason };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::ok(RefundChange { id: refund, position }))
}
