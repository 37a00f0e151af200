use axum::extract::State;

use super::ClockStanding;
use crate::http::{answer::Answered, state::AppState};

/// Shows the clock.
///
/// Of the node that answers: each has a clock of its own.
#[utoipa::path(
    get,
    path = "/v1/clock",
    tag = "engine",
    responses((status = 200, description = "What the clocks say.", body = ClockStanding))
)]
pub(crate) async fn find_clock(State(state): State<AppState>) -> Answered<ClockStanding> {
    Answered::ok(ClockStanding::of(state.clock.as_ref()))
}
