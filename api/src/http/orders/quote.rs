use axum::extract::State;
use purser_commands::{Answer, Command, Quote};
use purser_domain::{money::Money, text::MerchantId};
use serde::Serialize;

use super::{Line, place::OrderPlacement, pricing::OrderPricing};
use crate::http::{answer::Answered, extract::Submission, problem::Problem, schema, state::AppState};

/// What an order would cost now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderQuote {
    /// Who sells.
    #[schema(value_type = schema::MerchantId)]
    merchant: MerchantId,
    /// The lines at the prices of now.
    lines: Vec<Line>,
    /// Discounts, tax, shipping and points, where the total is not simply the sum of the lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pricing: Option<OrderPricing>,
    /// What would have to be paid.
    #[schema(value_type = schema::Money)]
    total: Money,
}

/// Quotes an order.
///
/// Says what the order would cost if it were placed now, by the very function that a placement goes by, and refuses what a
/// placement would refuse of its coupons, points and quantities. It looks at no stock and reserves nothing.
#[utoipa::path(
    post,
    path = "/v1/quotes",
    tag = "orders",
    request_body = OrderPlacement,
    responses((status = 200, description = "What it would cost.", body = OrderQuote))
)]
pub(crate) async fn quote_order(
    State(state): State<AppState>,
    Submission { body, envelope }: Submission<OrderPlacement>,
) -> Result<Answered<OrderQuote>, Problem> {
    // A quote is asked anew each time: an answer kept under a key would tell yesterday's price.
    let command = Command::QuoteOrder(body.request(state.mint.order_id())?);
    match envelope.without_key().execute(&state, command).await?.answer {
        Answer::Quoted(Quote { merchant, lines, pricing, total }) => Ok(Answered::ok(OrderQuote {
            merchant,
            lines: lines.into_iter().map(Line::from).collect(),
            pricing: pricing.map(|pricing| (*pricing).into()),
            total,
        })),
        other => Err(Problem::internal(format!("a quote was answered as {other:?}"))),
    }
}
