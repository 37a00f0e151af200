use axum::extract::State;
use chrono::NaiveDate;
use purser_projections::views::sales::{Day, days};
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

/// Sales by day, in the order of days and currencies.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DaySalesList {
    /// The sums.
    items: Vec<DaySales>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// The sales of a day in one currency.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DaySales {
    /// Which day, in the merchant's time zone.
    #[schema(value_type = schema::Day)]
    day: NaiveDate,
    /// How many orders; none where only money is left that was kept, such as a shipping fee.
    #[schema(value_type = schema::Counted)]
    orders: i128,
    /// How many pieces.
    #[schema(value_type = schema::Counted)]
    units: i128,
    /// What they came to.
    gross: GrossSum,
}

/// Sales by day.
///
/// Orders that were paid and not cancelled, on the day of their placement in their merchant's time zone.
#[utoipa::path(
    get,
    path = "/v1/sales/days",
    tag = "sales",
    params(SalesParameters),
    responses((status = 200, description = "The sales.", body = DaySalesList))
)]
pub(crate) async fn sales_by_day(
    State(state): State<AppState>,
    ListParameters { parameters, list }: ListParameters<SalesParameters>,
    Caller(caller): Caller,
) -> Result<Answered<DaySalesList>, Problem> {
    let page = Page::open(&state, &list, parameters.limit, parameters.cursor.as_deref())?;
    wait_for(&state, "sales", parameters.min_position).await?;
    let rows = match parameters.query(&caller.principal, &page) {
        Some(query) => days(&state.pool, &query).await?,
        None => Vec::new(),
    };
    let (rows, next_cursor) = page.close(rows, Day::key)?;
    Ok(Answered::ok(DaySalesList { items: rows.into_iter().map(DaySales::from).collect(), next_cursor }))
}

impl From<Day> for DaySales {
    fn from(row: Day) -> Self {
        let Day { day, orders, units, gross } = row;
        Self { day, orders, units, gross: gross.into() }
    }
}
