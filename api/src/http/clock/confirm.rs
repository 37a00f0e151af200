use axum::extract::State;

use super::ClockStanding;
use crate::http::{
    answer::{Answered, Rendered},
    extract::Envelope,
    problem::Problem,
    state::AppState,
};

/// Confirms the time of day.
///
/// After a look at the machine's clock: its time of day is the time from now on, whatever it has jumped by, and what is due by
/// it is done. Does nothing where nothing is in doubt.
#[utoipa::path(
    post,
    path = "/v1/clock/confirm",
    tag = "engine",
    responses((status = 200, description = "What the clocks say now.", body = ClockStanding))
)]
pub(crate) async fn confirm_clock(State(state): State<AppState>, envelope: Envelope) -> Result<Rendered, Problem> {
    let confirmed = async {
        if let (Some(clock), Some(doubt)) = (state.clock.steady(), state.clock.doubt()) {
            clock.confirm();
            tracing::warn!(
                actor = %envelope.caller.actor,
                wall_ahead_seconds = doubt.wall_ahead.num_seconds(),
                "the time of day was confirmed by an operator and is the time from now on"
            );
        }
        Ok(Answered::ok(ClockStanding::of(state.clock.as_ref())))
    };
    envelope.once(&state, confirmed).await
}
