use axum::extract::State;
use purser_commands::Command;
use purser_domain::ids::OrderId;
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Nothing needs to be said. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovedCancellation {}

/// Approves a cancellation.
///
/// Does what the customer asked for: ends the order, or takes the named units out of it, with what falls on them.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/approve-cancellation",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = ApprovedCancellation,
    responses((status = 200, description = "It is cancelled, or the units are out of it.", body = Standing))
)]
pub(crate) async fn approve_cancellation(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: ApprovedCancellation {}, envelope }: Submission<ApprovedCancellation>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, Command::ApproveCancellation { order }).await
}
