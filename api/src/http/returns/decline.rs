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

/// Why a return is declined.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclinedReturn {
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Declines a return.
///
/// Its units may be asked back again as long as the return window is open.
#[utoipa::path(
    post,
    path = "/v1/returns/{id}/decline",
    tag = "returns",
    params(("id" = inline(schema::ReturnId), Path, description = "Which return.")),
    request_body = DeclinedReturn,
    responses((status = 200, description = "It is declined, or was already for this reason.", body = ReturnStanding))
)]
pub(crate) async fn decline_return(
    State(state): State<AppState>,
    Id(id): Id<ReturnId>,
    Submission { body: DeclinedReturn { reason }, envelope }: Submission<DeclinedReturn>,
) -> Result<Answered<ReturnStanding>, Problem> {
    step(&state, &envelope, Command::DeclineReturn { id, reason }).await
}
