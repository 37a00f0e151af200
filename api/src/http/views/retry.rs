use axum::extract::State;
use purser_projections::parked::retry;

use super::{follower, unparked::SetFree};
use crate::http::{
    answer::{Answered, Rendered},
    extract::{Envelope, NameAndPosition},
    problem::Problem,
    schema,
    state::AppState,
};

/// Retries a parked event.
///
/// Folds the parked events of its stream, in order, with today's code. Any parked event of the stream may be named.
#[utoipa::path(
    post,
    path = "/v1/parked-events/{view}/{position}/retry",
    tag = "engine",
    params(
        ("view" = String, Path, description = "Which view."),
        ("position" = inline(schema::Position), Path, description = "Which event.")
    ),
    responses((status = 200, description = "What was set free.", body = SetFree))
)]
pub(crate) async fn retry_parked_event(
    State(state): State<AppState>,
    NameAndPosition(name, position): NameAndPosition,
    envelope: Envelope,
) -> Result<Rendered, Problem> {
    let retried = async {
        let view = follower(&state, &name)?;
        let unparked = retry(&state.pool, view.as_ref(), &state.upcasters, position).await?;
        Ok(Answered::ok(SetFree::from(unparked)))
    };
    envelope.once(&state, retried).await
}
