use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::OrderId, text::Reason};
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Why an order is cancelled.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancellation {
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Cancels an order.
///
/// Possible until it is shipped. Its stock is given back and, if it was paid, its money is refunded. A customer who has
/// paid asks for the end of the order by this: it is `cancelling` then, nothing else is done with it, and its seller either
/// cancels it or declines.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/cancel",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = Cancellation,
    responses((status = 200, description = "It is cancelled, or its end is asked for, or was already.", body = Standing))
)]
pub(crate) async fn cancel_order(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: Cancellation { reason }, envelope }: Submission<Cancellation>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, Command::CancelOrder { order, reason }).await
}
