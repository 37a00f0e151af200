use axum::extract::State;
use chrono::NaiveDate;
use purser_domain::text::Sku;
use purser_projections::views::sales::{DaySku, day_skus};
use serde::Serialize;

use super::asked::{GrossSum, SalesParameters};
use crate::http::{
    answer::Answered,
    extract::{Caller, ListParameters},
    page::{Page, wait_for},
    problem::Problem,
    schema,
    state::AppState,
};

/// Sales by day and SKU, in the order of days, SKUs and currencies.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DaySkuSalesList {
    /// The sums.
    items: Vec<DaySkuSales>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// The sales of a SKU on a day in one currency.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DaySkuSales {
    /// Which day, in the merchant's time zone.
    #[schema(value_type = schema::Day)]
    day: NaiveDate,
    /// Which SKU.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// How many orders.
    #[schema(value_type = schema::Counted)]
    orders: i128,
    /// How many pieces.
    #[schema(value_type = schema::Counted)]
    units: i128,
    /// What they came to.
    gross: GrossSum,
}

/// Sales by day and SKU.
///
/// Orders that were paid and not cancelled, on the day of their placement in their merchant's time zone.
#[utoipa::path(
    get,
    path = "/v1/sales/day-skus",
    tag = "sales",
    params(SalesParameters),
    responses((status = 200, description = "The sales.", body = DaySkuSalesList))
)]
pub(crate) async fn sales_by_day_and_sku(
    State(state): State<AppState>,
    ListParameters { parameters, list }: ListParameters<SalesParameters>,
    Caller(caller): Caller,
) -> Result<Answered<DaySkuSalesList>, Problem> {
    let page = Page::open(&state, &list, parameters.limit, parameters.cursor.as_deref())?;
    wait_for(&state, "sales", parameters.min_position).await?;
    let rows = match parameters.query(&caller.principal, &page) {
        Some(query) => day_skus(&state.pool, &query).await?,
        None => Vec::new(),
    };
    let (rows, next_cursor) = page.close(rows, DaySku::key)?;
    Ok(Answered::ok(DaySkuSalesList { items: rows.into_iter().map(DaySkuSales::from).collect(), next_cursor }))
}

impl From<DaySku> for DaySkuSales {
    fn from(row: DaySku) -> Self {
        let DaySku { day, sku, orders, units, gross } = row;
        Self { day, sku, orders, units, gross: gross.into() }
    }
}
