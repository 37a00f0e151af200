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

/// When an order arrived. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    /// When it arrived, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Delivers an order.
///
/// Notes that all parcels of a shipped order arrived. Not possible while the delivery of one has failed.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/deliver",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = Delivery,
    responses((status = 200, description = "It is delivered, or was already.", body = Standing))
)]
pub(crate) async fn deliver_order(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: Delivery { at }, envelope }: Submission<Delivery>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, Command::DeliverOrder { order, at: at.map(Into::into) }).await
}
