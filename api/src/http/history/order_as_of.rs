use axum::extract::State;
use purser_domain::{
    address::Address,
    ids::OrderId,
    money::Money,
    order::OrderStatus,
    text::{CustomerId, ExternalReference, MerchantId, PaymentReference},
};
use purser_projections::history::{self, AsOf, OrderState, State as Past, Subject};
use serde::Serialize;

use super::point::PointParameters;
use crate::http::{
    answer::Answered,
    extract::{Id, Parameters},
    moment::Moment,
    orders::Line,
    problem::Problem,
    schema,
    state::AppState,
};

/// How an order stood.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderAsOf {
    /// Which order.
    #[schema(value_type = schema::OrderId)]
    id: OrderId,
    /// The position of the last event that is in it.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// When the log took that event.
    recorded_at: Moment,
    /// Where it stood.
    #[schema(value_type = schema::OrderStatus)]
    status: OrderStatus,
    /// Who bought; absent for a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::CustomerId>)]
    customer: Option<CustomerId>,
    /// Who sold.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// Its name in the system that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::ExternalReference>)]
    reference: Option<ExternalReference>,
    /// What was bought.
    lines: Vec<Line>,
    /// What was to be paid.
    #[schema(value_type = schema::Money)]
    total: Money,
    /// Where it went.
    #[schema(value_type = schema::Address)]
    ship_to: Address,
    /// When the customer placed it.
    placed_at: Moment,
    /// When its payment window closed.
    pay_by: Moment,
    /// The payments that settled it, or until then the parts of its total that were taken.
    #[schema(value_type = Vec<schema::PaymentReference>)]
    payments: Vec<PaymentReference>,
    /// Payments that were owed back by then: on top, too late, or of an order that was cancelled.
    #[schema(value_type = Vec<schema::PaymentReference>)]
    owed_back: Vec<PaymentReference>,
}

/// An order as of then.
///
/// How an order stood after a log position or at a time, folded from the log itself.
#[utoipa::path(
    get,
    path = "/v1/orders/{id}/as-of",
    tag = "history",
    params(("id" = inline(schema::OrderId), Path, description = "Which order."), PointParameters),
    responses((status = 200, description = "How it stood.", body = OrderAsOf))
)]
pub(crate) async fn order_as_of(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Parameters(point): Parameters<PointParameters>,
) -> Result<Answered<OrderAsOf>, Problem> {
    let past = history::as_of(&state.pool, &state.upcasters, &Subject::Order(order), point.at()?).await?;
    let AsOf { position, recorded_at, state: past } = past.ok_or_else(|| Problem::not_found("order then"))?;
    match past {
        Past::Order(past) => Ok(Answered::ok(OrderAsOf::new(order, position, recorded_at.into(), *past))),
        Past::Refund(_) | Past::Sku(_) => Err(Problem::internal("an order's past is something else")),
    }
}

impl OrderAsOf {
    fn new(id: OrderId, position: i64, recorded_at: Moment, past: OrderState) -> Self {
        let OrderState { status, placed, captures, surplus, owed_back } = past;
        Self {
            id,
            position,
            recorded_at,
            status,
            customer: placed.customer,
            merchant: placed.merchant,
            reference: placed.reference,
            lines: placed.lines.into_iter().map(Line::from).collect(),
            total: placed.total,
            ship_to: placed.ship_to,
            placed_at: placed.placed_at.into(),
            pay_by: placed.pay_by.into(),
            payments: captures.into_iter().map(|capture| capture.reference).collect(),
            owed_back: surplus.into_iter().chain(owed_back).collect(),
        }
    }
}
