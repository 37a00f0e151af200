use axum::extract::State;
use purser_domain::{
    fulfillment::FulfillmentStatus,
    ids::OrderId,
    text::{Location, MerchantId},
};
use purser_projections::views::{
    fulfillment::{FulfillmentQuery, FulfillmentRow, list},
    listing::Direction,
};
use serde::{Deserialize, Serialize};

use super::fulfillment::Fulfillment;
use crate::http::{
    answer::Answered,
    extract::{Caller, ListParameters},
    moment::{Moment, period},
    page::{Limit, Page, wait_for},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which fulfillments to list; one must meet all of it.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FulfillmentParameters {
    /// Of which order.
    #[param(value_type = Option<schema::OrderId>, inline)]
    order: Option<OrderId>,
    /// Of whose orders.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// Where they are packed.
    #[param(value_type = Option<schema::Location>, inline)]
    location: Option<Location>,
    /// Where they stand.
    #[param(value_type = Option<schema::FulfillmentStatus>, inline)]
    status: Option<FulfillmentStatus>,
    /// `true` for those that should have shipped and have not, `false` for all others.
    overdue: Option<bool>,
    /// To be shipped by this moment (RFC 3339) or later.
    #[param(value_type = Option<schema::Moment>, inline)]
    ship_by_from: Option<Moment>,
    /// To be shipped before this moment (RFC 3339).
    #[param(value_type = Option<schema::Moment>, inline)]
    ship_by_until: Option<Moment>,
    /// `ascending` for the most urgent first (if nothing is said), or `descending`.
    #[serde(default = "most_urgent_first")]
    #[param(value_type = Option<String>, pattern = "^(ascending|descending)$")]
    direction: Direction,
    /// The most fulfillments of a page: 1 to 1000; 100 if nothing is said.
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

/// Who packs begins with what must leave first.
const fn most_urgent_first() -> Direction {
    Direction::Ascending
}

/// Fulfillments, by when they must have shipped.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct FulfillmentList {
    /// The fulfillments.
    items: Vec<Fulfillment>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// Lists fulfillments.
///
/// What is to be packed, and what became of it. Customers see the parcels of their orders, merchants those that they send.
#[utoipa::path(
    get,
    path = "/v1/fulfillments",
    tag = "fulfillments",
    params(FulfillmentParameters),
    responses((status = 200, description = "The fulfillments.", body = FulfillmentList))
)]
pub(crate) async fn list_fulfillments(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<FulfillmentParameters>,
    Caller(caller): Caller,
) -> Result<Answered<FulfillmentList>, Problem> {
    let page = Page::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let wanted = FulfillmentQuery {
        order: parameters.order,
        merchant: parameters.merchant,
        location: parameters.location,
        status: parameters.status,
        overdue: parameters.overdue,
        ship_by: period(parameters.ship_by_from, parameters.ship_by_until),
        direction: parameters.direction,
        after: page.after,
        rows: page.rows_wanted(),
    };
    wait_for(&state, "fulfillment", parameters.min_position).await?;
    let found = list(&state.pool, &wanted, &caller.principal).await?;
    let (found, next_cursor) = page.close(found, FulfillmentRow::key)?;
    let items = found.into_iter().map(|row| Fulfillment::shown_to(&caller.principal, row)).collect();
    Ok(Answered::ok(FulfillmentList { items, next_cursor }))
}
