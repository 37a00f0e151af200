use axum::extract::State;
use purser_domain::{ids::OrderId, text::MerchantId};
use purser_projections::views::{
    listing::Direction,
    refund::{RefundProgress, RefundQuery, RefundRow, list},
};
use serde::{Deserialize, Serialize};

use super::refund::Refund;
use crate::http::{
    answer::Answered,
    extract::ListParameters,
    moment::{Moment, period},
    page::{Limit, Page, oldest_first, wait_for},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which refunds to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefundParameters {
    /// `due` for those that somebody still has to perform, `review` for those of them about which a person has to decide,
    /// `done` for those whose money is back, `written_off` for those that were given up.
    #[param(value_type = Option<String>, pattern = "^(due|review|done|written_off)$")]
    status: Option<RefundProgress>,
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
    /// The most refunds of a page: 1 to 1000; 100 if nothing is said.
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

/// Refunds, in the order in which they were requested.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RefundList {
    /// The refunds.
    items: Vec<Refund>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// Lists refunds.
///
/// The list that the back office works off, and what it has done.
#[utoipa::path(
    get,
    path = "/v1/refunds",
    tag = "refunds",
    params(RefundParameters),
    responses((status = 200, description = "The refunds.", body = RefundList))
)]
pub(crate) async fn list_refunds(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<RefundParameters>,
) -> Result<Answered<RefundList>, Problem> {
    let page = Page::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let wanted = RefundQuery {
        progress: parameters.status,
        order: parameters.order,
        merchant: parameters.merchant,
        requested: period(parameters.requested_from, parameters.requested_until),
        direction: parameters.direction,
        after: page.after,
        rows: page.rows_wanted(),
    };
    wait_for(&state, "refund", parameters.min_position).await?;
    let found = list(&state.pool, &wanted).await?;
    let (found, next_cursor) = page.close(found, RefundRow::key)?;
    Ok(Answered::ok(RefundList { items: found.into_iter().map(Refund::from).collect(), next_cursor }))
}
