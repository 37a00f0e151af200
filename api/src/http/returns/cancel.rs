use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::ReturnId, text::Reason};
use serde::Deserialize;

use super::{ReturnStanding, step};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Why a return is taken back. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelledReturn {
    /// Why.
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
}

/// Cancels a return.
///
/// The customer's own step, or the back office's on their behalf, as long as nothing was sent. Its units may be asked back
/// again as long as the return window is open.
#[utoipa::path(
    post,
    path = "/v1/returns/{id}/cancel",
    tag = "returns",
    params(("id" = inline(schema::ReturnId), Path, description = "Which return.")),
    request_body = CancelledReturn,
    responses((status = 200, description = "It is cancelled, or was already.", body = ReturnStanding))
)]
pub(crate) async fn cancel_return(
    State(state): State<AppState>,
    Id(id): Id<ReturnId>,
    Submission { body: CancelledReturn { reason }, envelope }: Submission<CancelledReturn>,
) -> Result<Answered<ReturnStanding>, Problem> {
    step(&state, &envelope, Command::CancelReturn { id, reason }).await
}
