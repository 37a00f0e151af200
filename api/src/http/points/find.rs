use axum::extract::State;
use purser_domain::text::CustomerId;
use purser_projections::views::points::find;
use serde::Deserialize;

use super::PointsAccount;
use crate::http::{
    answer::Answered,
    extract::{Caller, Id, Parameters},
    page::wait_for,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the account must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindPointsParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// A customer's points.
///
/// Customers see their own. Whoever never had any has none.
#[utoipa::path(
    get,
    path = "/v1/customers/{customer}/points",
    tag = "points",
    params(("customer" = inline(schema::CustomerId), Path, description = "Whose."), FindPointsParameters),
    responses((status = 200, description = "The points.", body = PointsAccount))
)]
pub(crate) async fn find_points(
    State(state): State<AppState>,
    Id(customer): Id<CustomerId>,
    Parameters(parameters): Parameters<FindPointsParameters>,
    Caller(caller): Caller,
) -> Result<Answered<PointsAccount>, Problem> {
    if !caller.principal.owns_points(&customer) {
        return Err(Problem::not_found("customer"));
    }
    wait_for(&state, "points", parameters.min_position).await?;
    let found = find(&state.pool, &customer).await?;
    Ok(Answered::ok(PointsAccount {
        customer,
        balance: found.balance,
        frozen: found.frozen,
        available: found.available(),
        position: found.position,
    }))
}
