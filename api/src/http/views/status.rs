use axum::extract::State;
use purser_projections::follower::{RebuildStatus, ViewStatus, statuses};
use serde::Serialize;

use crate::http::{answer::Answered, extract::Name, moment::Moment, problem::Problem, schema, state::AppState};

/// How far a view has come.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ViewStatus)]
pub(crate) struct ViewProgress {
    /// Its name.
    name: String,
    /// Up to where its rows go.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// Up to where the log goes.
    #[schema(value_type = schema::Position)]
    head: i64,
    /// How many events lie between.
    #[schema(minimum = 0)]
    lag_events: i64,
    /// When it last moved.
    updated_at: Moment,
    /// How many events are parked, those that only wait behind others included.
    #[schema(minimum = 0)]
    parked_events: i64,
    /// How many events were skipped for good.
    #[schema(minimum = 0)]
    skipped_events: i64,
    /// Its last rebuild; absent if it never had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    rebuild: Option<RebuildProgress>,
}

/// How the last rebuild of a view is doing, or how it ended.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RebuildStatus)]
pub(crate) struct RebuildProgress {
    /// Up to where the new rows go.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// Up to where they must go before they can serve.
    #[schema(value_type = schema::Position)]
    target: i64,
    /// When it started.
    started_at: Moment,
    /// When its last step was.
    updated_at: Moment,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Moment>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Whether it is at work. One that is not, nor finished, nor failed, was interrupted; the view kept serving.
    running: bool,
}

/// The status of a view.
///
/// How far it has come, what is parked, and how its last rebuild is doing.
#[utoipa::path(
    get,
    path = "/v1/views/{name}",
    tag = "engine",
    params(("name" = String, Path, description = "Which view: a name from the list of views.")),
    responses((status = 200, description = "How far it has come.", body = ViewProgress))
)]
pub(crate) async fn view_status(
    State(state): State<AppState>,
    Name(name): Name,
) -> Result<Answered<ViewProgress>, Problem> {
    let status = statuses(&state.pool).await?.into_iter().find(|status| status.name == name);
    status.map(|status| Answered::ok(status.into())).ok_or_else(|| Problem::not_found("view"))
}

impl From<ViewStatus> for ViewProgress {
    fn from(status: ViewStatus) -> Self {
        let ViewStatus { name, position, head, lag_events, updated_at, parked_events, skipped_events, rebuild } =
            status;
        let (updated_at, rebuild) = (updated_at.into(), rebuild.map(RebuildProgress::from));
        Self { name, position, head, lag_events, updated_at, parked_events, skipped_events, rebuild }
    }
}

impl From<RebuildStatus> for RebuildProgress {
    fn from(status: RebuildStatus) -> Self {
        let RebuildStatus { position, target, started_at, updated_at, finished_at, error, running } = status;
        Self {
            position,
            target,
            started_at: started_at.into(),
            updated_at: updated_at.into(),
            finished_at: finished_at.map(Moment::from),
            error,
            running,
        }
    }
}
