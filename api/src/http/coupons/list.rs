use axum::extract::State;
use purser_domain::text::{CouponCode, MerchantId};
use purser_projections::views::coupon::{CouponQuery, CouponRow, CouponStatus, list};
use serde::{Deserialize, Serialize};

use super::coupon::Coupon;
use crate::http::{
    answer::Answered,
    extract::{Caller, ListParameters},
    page::{Limit, Page, wait_for},
    problem::Problem,
    schema,
    state::AppState,
};

/// What coupons to look for; a coupon must meet all of it.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CouponParameters {
    /// Whose; the platform's own are nobody's.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// `issued` or `withdrawn`.
    #[param(value_type = Option<String>, pattern = "^(issued|withdrawn)$")]
    status: Option<CouponStatus>,
    /// The most coupons of a page: 1 to 1000; 100 if nothing is said.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    limit: Limit,
    /// Where the next page begins, from the page before.
    #[param(value_type = Option<schema::Cursor>, inline)]
    cursor: Option<String>,
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// Coupons that were found, in the order of their codes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CouponList {
    /// The coupons.
    items: Vec<Coupon>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// Lists coupons.
///
/// By merchant and status. A merchant sees its own.
#[utoipa::path(
    get,
    path = "/v1/coupons",
    tag = "coupons",
    params(CouponParameters),
    responses((status = 200, description = "The coupons.", body = CouponList))
)]
pub(crate) async fn list_coupons(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<CouponParameters>,
    Caller(caller): Caller,
) -> Result<Answered<CouponList>, Problem> {
    let page = Page::<CouponCode>::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let wanted = CouponQuery {
        merchant: parameters.merchant,
        status: parameters.status,
        after: page.after.clone(),
        rows: page.rows_wanted(),
    };
    wait_for(&state, "coupon", parameters.min_position).await?;
    let found = list(&state.pool, &caller.principal, &wanted).await?;
    let (found, next_cursor) = page.close(found, |coupon: &CouponRow| coupon.code.clone())?;
    Ok(Answered::ok(CouponList { items: found.into_iter().map(Coupon::from).collect(), next_cursor }))
}
