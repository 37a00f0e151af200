use axum::extract::State;
use purser_projections::parked::{Skipper, skip};

use super::{follower, unparked::SetFree};
use crate::http::{
    answer::{Answered, Rendered},
    extract::{Envelope, NameAndPosition},
    problem::Problem,
    schema,
    state::AppState,
};

/// Skips a parked event.
///
/// Leaves it out of this view for good, on record and with the operator's name, and folds what waited behind it.
#[utoipa::path(
    post,
    path = "/v1/parked-events/{view}/{position}/skip",
    tag = "engine",
    params(
        ("view" = String, Path, description = "Which view."),
        ("position" = inline(schema::Position), Path, description = "Which event: the one that its stream stands still at.")
    ),
    responses((status = 200, description = "What was set free.", body = SetFree))
)]
pub(crate) async fn skip_parked_event(
    State(state): State<AppState>,
    NameAndPosition(name, position): NameAndPosition,
    envelope: Envelope,
) -> Result<Rendered, Problem> {
    let skipped = async {
        let view = follower(&state, &name)?;
        let by = Skipper { actor: envelope.caller.actor.clone(), at: state.clock.now() };
        let unparked = skip(&state.pool, view.as_ref(), &state.upcasters, position, &by).await?;
        Ok(Answered::ok(SetFree::from(unparked)))
    };
    envelope.once(&state, skipped).await
}
