use serde::Serialize;

use crate::http::answer::Answered;

/// The process answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Liveness {
    /// Always `live`.
    status: &'static str,
}

/// Whether the process lives.
///
/// Says nothing about what it depends on: a process that cannot reach its database is not mended by starting it again.
#[utoipa::path(
    get,
    path = "/health/live",
    tag = "engine",
    responses((status = 200, description = "It lives.", body = Liveness))
)]
pub(crate) async fn live() -> Answered<Liveness> {
    Answered::ok(Liveness { status: "live" })
}
