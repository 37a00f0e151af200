use axum::extract::State;
use chrono::TimeDelta;
use purser_domain::{Timestamp, money::Currency, text::MerchantId};
use purser_projections::views::statistics::{Grain, Statistics, StatisticsQuery, list};
use serde::{Deserialize, Serialize};

use super::figures::{OrderFigures, RefundFigures, ReturnFigures, SalesFigures};
use crate::http::{
    answer::Answered,
    extract::{Caller, ListParameters},
    moment::Moment,
    page::{Limit, Page, wait_for},
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// The longest time that minutes are given out for at once: a week.
const SPAN_MAX: TimeDelta = TimeDelta::days(7);

/// Which minutes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MinuteStatisticsParameters {
    /// Minutes that begin at this moment (RFC 3339) or later; an hour before `to` if nothing is said, a week at the most.
    #[param(value_type = Option<schema::Moment>, inline)]
    from: Option<Moment>,
    /// Minutes that begin at this moment (RFC 3339) or before; now if nothing is said.
    #[param(value_type = Option<schema::Moment>, inline)]
    to: Option<Moment>,
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

/// Statistics by minute, in the order of minutes and currencies.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MinuteStatisticsList {
    /// The minutes; those in which nothing happened are left out.
    items: Vec<MinuteStatistics>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// What happened in a minute, in one currency. Sums are in its minor units.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MinuteStatistics {
    /// When the minute began.
    minute: Moment,
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

/// Live statistics.
///
/// Everything counts in the minute in which the engine recorded it. The last hour if nothing is said.
#[utoipa::path(
    get,
    path = "/v1/statistics/minutes",
    tag = "statistics",
    params(MinuteStatisticsParameters),
    responses((status = 200, description = "The statistics.", body = MinuteStatisticsList))
)]
pub(crate) async fn statistics_by_minute(
    State(state): State<AppState>,
    ListParameters { parameters, list: asked }: ListParameters<MinuteStatisticsParameters>,
    Caller(caller): Caller,
) -> Result<Answered<MinuteStatisticsList>, Problem> {
    let (from, to) = span(state.clock.now(), parameters.from, parameters.to)?;
    let page = Page::open(&state, &asked, parameters.limit, parameters.cursor.as_deref())?;
    wait_for(&state, "statistics", parameters.min_position).await?;
    let query = StatisticsQuery {
        grain: Grain::Minute,
        from: Some(from),
        to: Some(to),
        merchant: parameters.merchant,
        currency: parameters.currency,
        after: page.after,
        rows: page.rows_wanted(),
    };
    let rows = list(&state.pool, &caller.principal, &query).await?;
    let (rows, next_cursor) = page.close(rows, Statistics::key)?;
    Ok(Answered::ok(MinuteStatisticsList { items: rows.iter().map(MinuteStatistics::from).collect(), next_cursor }))
}

fn span(now: Timestamp, from: Option<Moment>, to: Option<Moment>) -> Result<(Timestamp, Timestamp), Problem> {
    let to = to.map_or(now, Timestamp::from);
    let from = from.map_or_else(|| to - TimeDelta::hours(1), Timestamp::from);
    if to.signed_duration_since(from) > SPAN_MAX {
        let detail = "there are more than seven days between from and to";
        return Err(Problem::at(Kind::MalformedParameter, Fault::parameter("from", detail)));
    }
    Ok((from, to))
}

impl From<&Statistics> for MinuteStatistics {
    fn from(Statistics { begins, currency, figures }: &Statistics) -> Self {
        Self {
            minute: (*begins).into(),
            currency: *currency,
            orders: figures.into(),
            sales: figures.into(),
            refunds: figures.into(),
            returns: figures.into(),
            net: figures.net(),
        }
    }
}
