use axum::extract::State;
use purser_domain::text::CouponCode;
use purser_projections::{follower::Streams, views::coupon::find};
use serde::Deserialize;

use super::coupon::Coupon;
use crate::http::{
    answer::Answered,
    extract::{Caller, Id, Parameters},
    page::wait_for_own,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the coupon must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindCouponParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// A coupon.
///
/// With its terms, and how many of its uses are taken. A merchant sees its own.
#[utoipa::path(
    get,
    path = "/v1/coupons/{code}",
    tag = "coupons",
    params(("code" = inline(schema::CouponCode), Path, description = "Which coupon."), FindCouponParameters),
    responses((status = 200, description = "The coupon.", body = Coupon))
)]
pub(crate) async fn find_coupon(
    State(state): State<AppState>,
    Id(code): Id<CouponCode>,
    Parameters(parameters): Parameters<FindCouponParameters>,
    Caller(caller): Caller,
) -> Result<Answered<Coupon>, Problem> {
    wait_for_own(&state, "coupon", &Streams::of::<purser_domain::coupon::Coupon>(&code), parameters.min_position)
        .await?;
    let found = find(&state.pool, &caller.principal, &code).await?;
    found.map(|coupon| Answered::ok(coupon.into())).ok_or_else(|| Problem::not_found("coupon"))
}
