use axum::extract::State;
use purser_commands::Command;
use purser_domain::ids::ReturnId;
use serde::Deserialize;

use super::{ReturnStanding, step};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    problem::Problem,
    schema,
    state::AppState,
};

/// When the goods of a return came. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceivedReturn {
    /// When they came, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Receives a return.
///
/// Notes that the parcel is here. What is in it, the inspection says.
#[utoipa::path(
    post,
    path = "/v1/returns/{id}/receive",
    tag = "returns",
    params(("id" = inline(schema::ReturnId), Path, description = "Which return.")),
    request_body = ReceivedReturn,
    responses((status = 200, description = "It is received, or was already.", body = ReturnStanding))
)]
pub(crate) async fn receive_return(
    State(state): State<AppState>,
    Id(id): Id<ReturnId>,
    Submission { body: ReceivedReturn { at }, envelope }: Submission<ReceivedReturn>,
) -> Result<Answered<ReturnStanding>, Problem> {
    step(&state, &envelope, Command::ReceiveReturn { id, at: at.map(Into::into) }).await
}
