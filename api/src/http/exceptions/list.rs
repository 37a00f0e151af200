use axum::extract::State;
use purser_domain::{exception::ExceptionKind, ids::OrderId, text::MerchantId};
use purser_projections::views::{
    exception::{ExceptionQuery, ExceptionRow, ExceptionStatus, list},
    listing::Direction,
};
use serde::{Deserialize, Serialize};

use super::exception::OrderException;
use crate::http::{
    answer::Answered,
    extract::ListParameters,
    moment::{Moment, period},
    page::{Limit, Page, oldest_first, wait_for},
    problem::Problem,
    schema,
    state::AppState,
};

/// Which exceptions to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExceptionParameters {
    /// `open` for those that a person has to look at, `repaired`, `gone` or `settled` for those that are over.
    #[param(value_type = Option<String>, pattern = "^(open|repaired|gone|settled)$")]
    status: Option<ExceptionStatus>,
    /// What is the matter.
    #[param(value_type = Option<schema::ExceptionKind>, inline)]
    kind: Option<ExceptionKind>,
    /// With which order.
    #[param(value_type = Option<schema::OrderId>, inline)]
    order: Option<OrderId>,
    /// With whose orders.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// Raised, the last time, at this moment (RFC 3339) or later.
    #[param(value_type = Option<schema::Moment>, inline)]
    raised_from: Option<Moment>,
    /// Raised, the last time, before this moment (RFC 3339).
    #[param(value_type = Option<schema::Moment>, inline)]
    raised_until: Option<Moment>,
    /// `ascending` for the oldest first (if nothing is said), or `descending`.
    #[serde(default = "oldest_first")]
    #[param(value_type = Option<String>, pattern = "^(ascending|descending)$")]
    direction: Direction,
    /// The most exceptions of a page: 1 to 1000; 100 if nothing is said.
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

/// Exceptions, in the order in which they were raised.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExceptionList {
    /// The exceptions.
    items: Vec<OrderException>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// Lists order exceptions.
///
/// What reconciliations found: what they could not repair waits here for a person, and what is over stays on record.
#[utoipa::path(
    get,
    path = "/v1/exceptions",
    tag = "exceptions",
    params(ExceptionParameters),
    responses((status = 200, description = "The exceptions.", body = ExceptionList))
)]
pub(crate) async fn list_exceptions(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<ExceptionParameters>,
) -> Result<Answered<ExceptionList>, Problem> {
    let page = Page::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let wanted = ExceptionQuery {
        status: parameters.status,
        kind: parameters.kind,
        order: parameters.order,
        merchant: parameters.merchant,
        raised: period(parameters.raised_from, parameters.raised_until),
        direction: parameters.direction,
        after: page.after,
        rows: page.rows_wanted(),
    };
    wait_for(&state, "exception", parameters.min_position).await?;
    let found = list(&state.pool, &wanted).await?;
    let (found, next_cursor) = page.close(found, ExceptionRow::key)?;
    Ok(Answered::ok(ExceptionList { items: found.into_iter().map(OrderException::from).collect(), next_cursor }))
}
