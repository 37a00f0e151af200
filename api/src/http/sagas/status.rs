use axum::extract::State;
use purser_projections::sagas::{SagaStatus, status};
use serde::Serialize;

use crate::http::{answer::Answered, moment::Moment, problem::Problem, schema, state::AppState};

/// How the sagas are doing.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SagaStatus)]
pub(crate) struct SagaProgress {
    /// Everything that follows from events up to here is done, stored, or set as a timer.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// Up to where the log goes.
    #[schema(value_type = schema::Position)]
    head: i64,
    /// How many events lie between.
    #[schema(minimum = 0)]
    lag_events: i64,
    /// How many commands wait for their turn or for the next attempt.
    #[schema(minimum = 0)]
    pending_commands: i64,
    /// How many commands wait for an operator.
    #[schema(minimum = 0)]
    dead_letters: i64,
    /// How many events wait because one of their stream cannot be read.
    #[schema(minimum = 0)]
    parked_events: i64,
    /// How many timers are set.
    #[schema(minimum = 0)]
    open_timers: i64,
    /// When the next of them fires.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_timer_due: Option<Moment>,
}

/// The status of the sagas.
///
/// How far they have come, and what waits for whom.
#[utoipa::path(
    get,
    path = "/v1/sagas",
    tag = "engine",
    responses((status = 200, description = "How they are doing.", body = SagaProgress))
)]
pub(crate) async fn saga_status(State(state): State<AppState>) -> Result<Answered<SagaProgress>, Problem> {
    Ok(Answered::ok(status(&state.pool).await?.into()))
}

impl From<SagaStatus> for SagaProgress {
    fn from(status: SagaStatus) -> Self {
        Self {
            position: status.position,
            head: status.head,
            lag_events: status.lag_events(),
            pending_commands: status.pending_commands,
            dead_letters: status.dead_letters,
            parked_events: status.parked_events,
            open_timers: status.open_timers,
            next_timer_due: status.next_timer_due.map(Moment::from),
        }
    }
}
