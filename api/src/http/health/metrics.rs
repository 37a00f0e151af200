use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::http::state::AppState;

/// How the engine is doing.
///
/// Prometheus text format. Open like the health checks, because scrapers seldom hold tokens; it shows counts and times of
/// the engine and nothing about anybody's orders. Where even that is too much, keep the path from the outside world.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "engine",
    responses((status = 200, description = "The metrics.", body = String, content_type = "text/plain"))
)]
pub(crate) async fn metrics(State(state): State<AppState>) -> Response {
    let text = state.metrics.as_ref().map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
