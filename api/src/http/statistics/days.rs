use axum::extract::State;
use chrono::{NaiveDate, NaiveTime};
use purser_domain::{money::Currency, text::MerchantId};
use purser_projections::views::statistics::{Grain, Statistics, StatisticsQuery, list};
use serde::{Deserialize, Serialize};

use super::figures::{OrderFigures, RefundFigures, ReturnFigures, SalesFigures};
use crate::http::{
    answer::Answered,
    extract::{Caller, ListParameters},
    moment::Day,
    page::{Limit, Page, wait_for},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which days.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DayStatisticsParameters {
    /// The first day in the merchant's time zone, YYYY-MM-DD.
    #[param(value_type = Option<schema::Day>, inline)]
    from: Option<Day>,
    /// The last day, inclusive, YYYY-MM-DD.
    #[param(value_type = Option<schema::Day>, inline)]
    to: Option<Day>,
    /// Whose; those of all merchants together if nothing is said. A merchant sees their own alone.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// In which currency. Currencies are never added up.
    #[param(value_type = Option<schema::Currency>, inline)]
    currency: Option<Currency>,
    /// The most rows of a page: 1 to 1000; 100 if nothing is said.
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

/// Statistics by day, in the order of days and currencies.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DayStatisticsList {
    /// The days; those on which nothing happened are left out.
    items: Vec<DayStatistics>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// What happened on a day, in one currency. Sums are in its minor units.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DayStatistics {
    /// Which day, in the merchant's time zone.
    #[schema(value_type = schema::Day)]
    day: NaiveDate,
    /// What the sums are of.
    #[schema(value_type = schema::Currency)]
    currency: Currency,
    /// Orders.
    orders: OrderFigures,
    /// What was sold.
    sales: SalesFigures,
    /// Refunds.
    refunds: RefundFigures,
    /// Returns.
    returns: ReturnFigures,
    /// What was paid less what was refunded of it: `sales.paid - refunds.amount`.
    #[schema(value_type = schema::Balance)]
    net: i128,
}

/// Daily reports.
///
/// Everything counts on the day, in the merchant's time zone, on which the engine recorded it, so that a day which is over does not change any more.
/// Sales by day differ: they are counted on the day of the placement, and taken back.
#[utoipa::path(
    get,
    path = "/v1/statistics/days",
    tag = "statistics",
    params(DayStatisticsParameters),
    responses((status = 200, description = "The statistics.", body = DayStatisticsList))
)]
pub(crate) async fn statistics_by_day(
    State(state): State<AppState>,
    ListParameters { parameters, list: asked }: ListParameters<DayStatisticsParameters>,
    Caller(caller): Caller,
) -> Result<Answered<DayStatisticsList>, Problem> {
    let page = Page::open(&state, &asked, parameters.limit, parameters.cursor.as_deref())?;
    wait_for(&state, "statistics", parameters.min_position).await?;
    let begins = |day: Day| NaiveDate::from(day).and_time(NaiveTime::MIN).and_utc();
    let query = StatisticsQuery {
        grain: Grain::Day,
        from: parameters.from.map(begins),
        to: parameters.to.map(begins),
        merchant: parameters.merchant,
        currency: parameters.currency,
        after: page.after,
        rows: page.rows_wanted(),
    };
    let rows = list(&state.pool, &caller.principal, &query).await?;
    let (rows, next_cursor) = page.close(rows, Statistics::key)?;
    Ok(Answered::ok(DayStatisticsList { items: rows.iter().map(DayStatistics::from).collect(), next_cursor }))
}

impl From<&Statistics> for DayStatistics {
    fn from(Statistics { begins, currency, figures }: &Statistics) -> Self {
        Self {
            day: begins.date_naive(),
            currency: *currency,
            orders: figures.into(),
            sales: figures.into(),
            refunds: figures.into(),
            returns: figures.into(),
            net: figures.net(),
        }
    }
}
