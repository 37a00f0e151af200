use axum::extract::State;
use purser_projections::sagas::dead_letters::skip;

use super::decided::{DecidedLetter, LetterId, decision};
use crate::http::{
    answer::{Answered, Rendered},
    extract::{Envelope, Id},
    problem::Problem,
    schema,
    state::AppState,
};

/// Skips a dead letter.
///
/// Gives it up for good, on record and with the operator's name. What waited behind it goes on.
#[utoipa::path(
    post,
    path = "/v1/dead-letters/{id}/skip",
    tag = "engine",
    params(("id" = inline(schema::DeadLetterId), Path, description = "Which dead letter.")),
    responses((status = 200, description = "It is given up.", body = DecidedLetter))
)]
pub(crate) async fn skip_dead_letter(
    State(state): State<AppState>,
    Id(LetterId(id)): Id<LetterId>,
    envelope: Envelope,
) -> Result<Rendered, Problem> {
    let skipped = async {
        skip(&state.pool, id, &decision(&state, &envelope.caller)).await?;
        Ok(Answered::ok(DecidedLetter { id, state: "skipped" }))
    };
    envelope.once(&state, skipped).await
}
