use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::ReturnId, text::TrackingNumber};
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

/// How the goods of a return left. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SentReturn {
    /// The parcel's name at its carrier.
    #[schema(value_type = Option<schema::TrackingNumber>)]
    tracking: Option<TrackingNumber>,
    /// When they left, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Sends a return.
///
/// Notes that the goods are on their way to the return address.
#[utoipa::path(
    post,
    path = "/v1/returns/{id}/send",
    tag = "returns",
    params(("id" = inline(schema::ReturnId), Path, description = "Which return.")),
    request_body = SentReturn,
    responses((status = 200, description = "It is in transit, or was already.", body = ReturnStanding))
)]
pub(crate) async fn send_return(
    State(state): State<AppState>,
    Id(id): Id<ReturnId>,
    Submission { body: SentReturn { tracking, at }, envelope }: Submission<SentReturn>,
) -> Result<Answered<ReturnStanding>, Problem> {
    step(&state, &envelope, Command::SendReturn { id, tracking, at: at.map(Into::into) }).await
}
