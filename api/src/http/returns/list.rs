use axum::extract::State;
use purser_domain::{ids::OrderId, returns::ReturnStatus, text::MerchantId};
use purser_projections::views::{
    goods_return::{ReturnQuery, ReturnRow, list},
    listing::Direction,
};
use serde::{Deserialize, Serialize};

use super::goods_return::GoodsReturn;
use crate::http::{
    answer::Answered,
    extract::{Caller, ListParameters},
    moment::{Moment, period},
    page::{Limit, Page, oldest_first, wait_for},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which returns to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReturnParameters {
    /// How far they have come.
    #[param(value_type = Option<schema::ReturnStatus>, inline)]
    status: Option<ReturnStatus>,
    /// `true` for those only that were not answered in time and still wait for an answer.
    #[serde(default)]
    overdue: bool,
    /// Of which order.
    #[param(value_type = Option<schema::OrderId>, inline)]
    order: Option<OrderId>,
    /// Of whose orders.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// Requested at this moment (RFC 3339) or later.
    #[param(value_type = Option<schema::Moment>, inline)]
    requested_from: Option<Moment>,
    /// Requested before this moment (RFC 3339).
    #[param(value_type = Option<schema::Moment>, inline)]
    requested_until: Option<Moment>,
    /// `ascending` for the oldest first (if nothing is said), or `descending`.
    #[serde(default = "oldest_first")]
    #[param(value_type = Option<String>, pattern = "^(ascending|descending)$")]
    direction: Direction,
    /// The most returns of a page: 1 to 1000; 100 if nothing is said.
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

/// Returns, in the order in which they were requested.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnList {
    /// The returns.
    items: Vec<GoodsReturn>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// Lists returns.
///
/// A customer's own, a merchant's own, or all of them.
#[utoipa::path(
    get,
    path = "/v1/returns",
    tag = "returns",
    params(ReturnParameters),
    responses((status = 200, description = "The returns.", body = ReturnList))
)]
pub(crate) async fn list_returns(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<ReturnParameters>,
    Caller(caller): Caller,
) -> Result<Answered<ReturnList>, Problem> {
    let page = Page::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let wanted = ReturnQuery {
        status: parameters.status,
        overdue: parameters.overdue,
        order: parameters.order,
        merchant: parameters.merchant,
        requested: period(parameters.requested_from, parameters.requested_until),
        direction: parameters.direction,
        after: page.after,
        rows: page.rows_wanted(),
    };
    wait_for(&state, "return", parameters.min_position).await?;
    let found = list(&state.pool, &caller.principal, &wanted).await?;
    let (found, next_cursor) = page.close(found, ReturnRow::key)?;
    let items = found.into_iter().map(|row| GoodsReturn::shown_to(&caller.principal, row)).collect();
    Ok(Answered::ok(ReturnList { items, next_cursor }))
}
