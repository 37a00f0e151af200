use axum::extract::State;
use purser_projections::follower::statuses;
use serde::Serialize;

use super::status::ViewProgress;
use crate::http::{answer::Answered, problem::Problem, state::AppState};

/// All views.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ViewList {
    /// The views, by name.
    items: Vec<ViewProgress>,
}

/// Lists the views.
///
/// How far every view and every other follower of the log has come, what is parked, and how its last rebuild went.
#[utoipa::path(
    get,
    path = "/v1/views",
    tag = "engine",
    responses((status = 200, description = "The views.", body = ViewList))
)]
pub(crate) async fn list_views(State(state): State<AppState>) -> Result<Answered<ViewList>, Problem> {
    let items = statuses(&state.pool).await?.into_iter().map(ViewProgress::from).collect();
    Ok(Answered::ok(ViewList { items }))
}
