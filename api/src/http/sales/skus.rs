use axum::extract::State;
use purser_domain::text::Sku;
use purser_projections::views::sales::{SkuTotal, skus};
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

/// Sales by SKU, in the order of SKUs and currencies.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SkuSalesList {
    /// The sums.
    items: Vec<SkuSales>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// The sales of a SKU in one currency, over all days that were asked for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SkuSales {
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

/// Sales by SKU.
///
/// Orders that were paid and not cancelled, on the day of their placement in their merchant's time zone.
#[utoipa::path(
    get,
    path = "/v1/sales/skus",
    tag = "sales",
    params(SalesParameters),
    responses((status = 200, description = "The sales.", body = SkuSalesList))
)]
pub(crate) async fn sales_by_sku(
    State(state): State<AppState>,
    ListParameters { parameters, list }: ListParameters<SalesParameters>,
    Caller(caller): Caller,
) -> Result<Answered<SkuSalesList>, Problem> {
    let page = Page::open(&state, &list, parameters.limit, parameters.cursor.as_deref())?;
    wait_for(&state, "sales", parameters.min_position).await?;
    let rows = match parameters.query(&caller.principal, &page) {
        Some(query) => skus(&state.pool, &query).await?,
        None => Vec::new(),
    };
    let (rows, next_cursor) = page.close(rows, SkuTotal::key)?;
    Ok(Answered::ok(SkuSalesList { items: rows.into_iter().map(SkuSales::from).collect(), next_cursor }))
}

impl From<SkuTotal> for SkuSales {
    fn from(row: SkuTotal) -> Self {
        let SkuTotal { sku, orders, units, gross } = row;
        Self { sku, orders, units, gross: gross.into() }
    }
}
