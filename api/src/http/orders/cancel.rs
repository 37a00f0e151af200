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
/// Possible until it is shipped. Its stock is given back and, if it was paid, its money is refunded.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/cancel",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = Cancellation,
    responses((status = 200, description = "It is cancelled, or was already.", body = Standing))
)]
pub(crate) async fn cancel_order(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: Cancellation { reason }, envelope }: Submission<Cancellation>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, Command::CancelOrder { order, reason }).await
}
