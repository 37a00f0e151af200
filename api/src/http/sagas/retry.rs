use axum::extract::State;
use purser_projections::sagas::dead_letters::retry;

use super::decided::{DecidedLetter, LetterId, decision};
use crate::http::{
    answer::{Answered, Rendered},
    extract::{Envelope, Id},
    problem::Problem,
    schema,
    state::AppState,
};

/// Retries a dead letter.
///
/// Hands it back to the engine, which tries it as if for the first time, under the same id.
#[utoipa::path(
    post,
    path = "/v1/dead-letters/{id}/retry",
    tag = "engine",
    params(("id" = inline(schema::DeadLetterId), Path, description = "Which dead letter.")),
    responses((status = 200, description = "It is tried again.", body = DecidedLetter))
)]
pub(crate) async fn retry_dead_letter(
    State(state): State<AppState>,
    Id(LetterId(id)): Id<LetterId>,
    envelope: Envelope,
) -> Result<Rendered, Problem> {
    let retried = async {
        retry(&state.pool, id, &decision(&state, &envelope.caller)).await?;
        Ok(Answered::ok(DecidedLetter { id, state: "pending" }))
    };
    envelope.once(&state, retried).await
}
