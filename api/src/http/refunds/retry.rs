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

/// Has a refund tried once more.
///
/// For a refund under review. It goes where it went before: to the gateway that took the money, or onto the list of the back
/// office. If nobody knows what came of the last attempt at the gateway, this one cannot send the money a second time.
/// While the payment is disputed it is not tried.
#[utoipa::path(
    post,
    path = "/v1/refunds/{id}/retry",
    tag = "refunds",
    params(("id" = inline(schema::RefundId), Path, description = "Which refund.")),
    request_body = RefundDecision,
    responses((status = 200, description = "It is in somebody's hands again, or was already.", body = RefundChange))
)]
pub(crate) async fn retry_refund(
    State(state): State<AppState>,
    Id(refund): Id<RefundId>,
    Submission { body: RefundDecision { reason }, envelope }: Submission<RefundDecision>,
) -> Result<Answered<RefundChange>, Problem> {
    let command = Command::RetryRefund { refund, reason };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::ok(RefundChange { id: refund, position }))
}
