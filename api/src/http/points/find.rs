use axum::extract::State;
use purser_domain::{
    points::PointsId,
    principal::Principal,
    text::{CustomerId, MerchantId},
};
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

/// Which account, and how fresh it must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindPointsParameters {
    /// The merchant who issued them. Where absent, the caller's own for a merchant, and the platform's for others.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// A customer's points.
///
/// With a merchant, or with the platform. Customers see their own, merchants those that they issued. Whoever never had any has
/// none.
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
    let merchant = match (&caller.principal, parameters.merchant) {
        (Principal::Merchant(own), None) => Some(own.clone()),
        (Principal::Customer(_) | Principal::BackOffice | Principal::Operator | Principal::Saga, None) => None,
        (_, asked @ Some(_)) => asked,
    };
    let account = PointsId { customer, merchant };
    if !caller.principal.owns_points(&account) {
        return Err(Problem::not_found("customer"));
    }
    wait_for(&state, "points", parameters.min_position).await?;
    let found = find(&state.pool, &account).await?;
    let PointsId { customer, merchant } = account;
    Ok(Answered::ok(PointsAccount {
        customer,
        merchant,
        balance: found.balance,
        frozen: found.frozen,
        available: found.available(),
        position: found.position,
    }))
}
