use axum::extract::State;
use purser_domain::{
    ids::OrderId,
    payment::PaymentStatus,
    principal::Principal,
    text::{GatewayName, MerchantId},
};
use purser_projections::views::{
    listing::Direction,
    payment::{PaymentQuery, PaymentRow, list},
};
use serde::{Deserialize, Serialize};

use super::payment::PaymentAttempt;
use crate::http::{
    answer::Answered,
    extract::{Caller, ListParameters},
    moment::{Moment, period},
    page::{Limit, Page, wait_for},
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// Which payments to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PaymentParameters {
    /// For which order.
    #[param(value_type = Option<schema::OrderId>, inline)]
    order: Option<OrderId>,
    /// Of whose orders.
    #[param(value_type = Option<schema::MerchantId>, inline)]
    merchant: Option<MerchantId>,
    /// Through which gateway.
    #[param(value_type = Option<schema::GatewayName>, inline)]
    gateway: Option<GatewayName>,
    /// Where they stand.
    #[param(value_type = Option<schema::PaymentStatus>, inline)]
    status: Option<PaymentStatus>,
    /// `true` for those of which the gateway said what cannot be true and nobody has looked into it; for the back office.
    needs_review: Option<bool>,
    /// Begun at this moment (RFC 3339) or later.
    #[param(value_type = Option<schema::Moment>, inline)]
    initiated_from: Option<Moment>,
    /// Begun before this moment (RFC 3339).
    #[param(value_type = Option<schema::Moment>, inline)]
    initiated_until: Option<Moment>,
    /// `descending` for the newest first (if nothing is said), or `ascending`.
    #[serde(default)]
    #[param(value_type = Option<String>, pattern = "^(ascending|descending)$")]
    direction: Direction,
    /// The most payments of a page: 1 to 1000; 100 if nothing is said.
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

/// Payments, in the order in which they began.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PaymentList {
    /// The payments.
    items: Vec<PaymentAttempt>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Cursor>)]
    next_cursor: Option<String>,
}

/// Lists payments.
///
/// The attempts to pay an order, or all of a merchant's, or those that somebody has to look into.
#[utoipa::path(
    get,
    path = "/v1/payments",
    tag = "payments",
    params(PaymentParameters),
    responses((status = 200, description = "The payments.", body = PaymentList))
)]
pub(crate) async fn list_payments(
    State(state): State<AppState>,
    ListParameters { parameters, list: query }: ListParameters<PaymentParameters>,
    Caller(caller): Caller,
) -> Result<Answered<PaymentList>, Problem> {
    let reader = &caller.principal;
    match reader {
        Principal::BackOffice | Principal::Saga => {}
        Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator => {
            if parameters.needs_review.is_some() {
                let detail = "needs_review may be stated by the back office only";
                return Err(Problem::at(Kind::FieldNotAllowed, Fault::parameter("needs_review", detail)));
            }
        }
    }
    let page = Page::open(&state, &query, parameters.limit, parameters.cursor.as_deref())?;
    let wanted = PaymentQuery {
        order: parameters.order,
        merchant: parameters.merchant,
        gateway: parameters.gateway,
        status: parameters.status,
        needs_review: parameters.needs_review,
        initiated: period(parameters.initiated_from, parameters.initiated_until),
        direction: parameters.direction,
        after: page.after,
        rows: page.rows_wanted(),
    };
    wait_for(&state, "payment", parameters.min_position).await?;
    let found = list(&state.pool, reader, &wanted).await?;
    let (found, next_cursor) = page.close(found, PaymentRow::key)?;
    let items = found.into_iter().map(|row| PaymentAttempt::shown_to(reader, row)).collect();
    Ok(Answered::ok(PaymentList { items, next_cursor }))
}
