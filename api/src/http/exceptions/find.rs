use axum::extract::State;
use purser_domain::ids::ExceptionId;
use purser_projections::{follower::Streams, views::exception::find};
use serde::Deserialize;

use super::exception::OrderException;
use crate::http::{
    answer::Answered,
    extract::{Id, Parameters},
    page::wait_for_own,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the exception must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindExceptionParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// An order exception.
///
/// What is the matter, with what, and what became of it.
#[utoipa::path(
    get,
    path = "/v1/exceptions/{id}",
    tag = "exceptions",
    params(("id" = inline(schema::ExceptionId), Path, description = "Which exception."), FindExceptionParameters),
    responses((status = 200, description = "The exception.", body = OrderException))
)]
pub(crate) async fn find_exception(
    State(state): State<AppState>,
    Id(id): Id<ExceptionId>,
    Parameters(parameters): Parameters<FindExceptionParameters>,
) -> Result<Answered<OrderException>, Problem> {
    wait_for_own(
        &state,
        "exception",
        &Streams::of::<purser_domain::exception::OrderException>(&id),
        parameters.min_position,
    )
    .await?;
    let found = find(&state.pool, id).await?;
    found.map(|exception| Answered::ok(exception.into())).ok_or_else(|| Problem::not_found("exception"))
}
