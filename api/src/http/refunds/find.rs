use axum::extract::State;
use purser_domain::ids::RefundId;
use purser_projections::{follower::Streams, views::refund::find};
use serde::Deserialize;

use super::refund::Refund;
use crate::http::{
    answer::Answered,
    extract::{Id, Parameters},
    page::wait_for_own,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the refund must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindRefundParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// A refund.
///
/// What is owed back, why, and how far it has come.
#[utoipa::path(
    get,
    path = "/v1/refunds/{id}",
    tag = "refunds",
    params(("id" = inline(schema::RefundId), Path, description = "Which refund."), FindRefundParameters),
    responses((status = 200, description = "The refund.", body = Refund))
)]
pub(crate) async fn find_refund(
    State(state): State<AppState>,
    Id(id): Id<RefundId>,
    Parameters(parameters): Parameters<FindRefundParameters>,
) -> Result<Answered<Refund>, Problem> {
    wait_for_own(&state, "refund", &Streams::of::<purser_domain::refund::Refund>(&id), parameters.min_position).await?;
    let found = find(&state.pool, id).await?;
    found.map(|refund| Answered::ok(refund.into())).ok_or_else(|| Problem::not_found("refund"))
}
