use axum::extract::State;
use purser_domain::text::{Location, MerchantId, Sku};
use purser_projections::views::stock_level::{SkuLevel, StockQuery, list};
use serde::{Deserialize, Serialize};

use super::level::{Stock, wait};
use crate::http::{
    answer::Answered,
    extract::{Caller, ListParameters},
    moment::{Moment, period},
    page::{Limit, Page},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which stock to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StockParameters {
    /// Whose.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// SKUs that are or were at this location; all their locations are shown.
    #[param(value_type = Option<schema::Location>, inline)]
    location: Option<Location>,
    /// Last changed, at one of its locations, at this moment (RFC 3339) or later.
    #[param(value_type = Option<schema::Moment>, inline)]
    changed_from: Option<Moment>,
    /// Last changed, at one of its locations, before this moment (RFC 3339).
    #[param(value_type = Option<schema::Moment>, inline)]
    changed_until: Option<Moment>,
    /// The most SKUs of a page: 1 to 1000; 100 if nothing is said.
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

/// Stock by SKU, in the order of the SKUs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StockList {
    /// The stock.
    items: Vec<Stock>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// Lists stock.
///
/// On hand, reserved and available, by SKU and location.
#[utoipa::path(
    get,
    path = "/v1/stock",
    tag = "stock",
    params(StockParameters),
    responses((status = 200, description = "The stock.", body = StockList))
)]
pub(crate) async fn list_stock(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<StockParameters>,
    Caller(caller): Caller,
) -> Result<Answered<StockList>, Problem> {
    let page = Page::<Sku>::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let wanted = StockQuery {
        merchant: parameters.merchant,
        location: parameters.location,
        changed: period(parameters.changed_from, parameters.changed_until),
        after: page.after.clone(),
        rows: page.rows_wanted(),
    };
    wait(&state, &caller.principal, wanted.merchant.as_ref(), parameters.min_position).await?;
    let found = list(&state.pool, &caller.principal, &wanted).await?;
    let (found, next_cursor) = page.close(found, |level: &SkuLevel| level.sku.clone())?;
    Ok(Answered::ok(StockList { items: found.into_iter().map(Stock::from).collect(), next_cursor }))
}
