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

/// Why an order is not cancelled.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclinedCancellation {
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Declines a cancellation.
///
/// The order stands again where it stood before its customer asked for its end, and the work on it goes on.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/decline-cancellation",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = DeclinedCancellation,
    responses((status = 200, description = "It goes on, or did already after the same answer.", body = Standing))
)]
pub(crate) async fn decline_cancellation(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: DeclinedCancellation { reason }, envelope }: Submission<DeclinedCancellation>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, Command::DeclineCancellation { order, reason }).await
}
