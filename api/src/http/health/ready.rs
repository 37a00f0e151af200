use std::time::Duration;

use axum::extract::State;
use purser_commands::Role;
use serde::Serialize;

use crate::http::{
    answer::Answered,
    clock::ClockStanding,
    problem::{Kind, Problem},
    schema,
    state::AppState,
};

/// A database that takes longer than this is not one to serve from.
const PATIENCE: Duration = Duration::from_secs(2);

/// The node can serve.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Readiness {
    /// Always `ready`.
    status: &'static str,
    /// `writer`, or `standby` for a node that forwards its commands.
    role: &'static str,
    /// The last position of the log.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// Whether the time is believed. A node whose clock is in doubt serves all the same: it takes orders, and fires no timer.
    clock: ClockStanding,
}

/// Whether the node can serve.
///
/// The log can be reached and the node is not about to stop.
#[utoipa::path(
    get,
    path = "/health/ready",
    tag = "engine",
    responses((status = 200, description = "It can.", body = Readiness))
)]
pub(crate) async fn ready(State(state): State<AppState>) -> Result<Answered<Readiness>, Problem> {
    if state.stop.is_cancelled() {
        return Err(Problem::new(Kind::NotReady, "the engine is stopping"));
    }
    let head = sqlx::query_scalar("select position from log_head").fetch_one(&state.pool);
    let position = tokio::time::timeout(PATIENCE, head)
        .await
        .map_err(|_| Problem::new(Kind::NotReady, "the database did not answer within two seconds"))??;
    let role = match *state.commands.role().borrow() {
        Role::Writer { .. } => "writer",
        Role::Standby => "standby",
    };
    Ok(Answered::ok(Readiness { status: "ready", role, position, clock: ClockStanding::of(state.clock.as_ref()) }))
}
