use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::PaymentId, text::Reason};
use serde::Deserialize;

use super::standing::{Standing, change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// What came of looking into it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MismatchResolution {
    /// What was found.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Settles mismatches.
///
/// Everything that the gateway said of a payment and that cannot be true is put aside until somebody of the back office has
/// looked into it, and this says so. It moves no money and changes no order. The same report again stays settled.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/resolve-mismatch",
    tag = "payments",
    params(("id" = inline(schema::PaymentId), Path, description = "Which payment.")),
    request_body = MismatchResolution,
    responses((status = 200, description = "All mismatches are settled, or were already.", body = Standing))
)]
pub(crate) async fn resolve_mismatch(
    State(state): State<AppState>,
    Id(payment): Id<PaymentId>,
    Submission { body: MismatchResolution { reason }, envelope }: Submission<MismatchResolution>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, Command::ResolveMismatch { payment, reason }).await.map(Answered::ok)
}
