use axum::extract::State;
use purser_commands::Command;
use purser_domain::ids::OrderId;
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    problem::Problem,
    schema,
    state::AppState,
};

/// When an order was closed. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Completion {
    /// When it was closed, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Completes an order.
///
/// Closes a delivered order.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/complete",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = Completion,
    responses((status = 200, description = "It is completed, or was already.", body = Standing))
)]
pub(crate) async fn complete_order(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: Completion { at }, envelope }: Submission<Completion>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, Command::CompleteOrder { order, at: at.map(Into::into) }).await
}
