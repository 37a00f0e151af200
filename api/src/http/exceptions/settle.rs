use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::ExceptionId, text::Reason};
use serde::{Deserialize, Serialize};

use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// How an exception was settled.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExceptionSettlement {
    /// In somebody's words: what was done, or why it is in order as it is.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// An exception after a command.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExceptionChange {
    /// Which exception.
    #[schema(value_type = schema::ExceptionId)]
    id: ExceptionId,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Settles an order exception.
///
/// Notes that a person has dealt with it. As long as reconciliations find exactly the same, it is not raised again.
#[utoipa::path(
    post,
    path = "/v1/exceptions/{id}/settle",
    tag = "exceptions",
    params(("id" = inline(schema::ExceptionId), Path, description = "Which exception.")),
    request_body = ExceptionSettlement,
    responses((status = 200, description = "It is settled.", body = ExceptionChange))
)]
pub(crate) async fn settle_exception(
    State(state): State<AppState>,
    Id(exception): Id<ExceptionId>,
    Submission { body: ExceptionSettlement { reason }, envelope }: Submission<ExceptionSettlement>,
) -> Result<Answered<ExceptionChange>, Problem> {
    let command = Command::SettleException { exception, reason };
    let position = envelope.execute(&state, command).await?.position;
    Ok(Answered::ok(ExceptionChange { id: exception, position }))
}
