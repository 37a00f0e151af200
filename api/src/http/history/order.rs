use axum::extract::State;
use purser_domain::ids::OrderId;
use purser_projections::history::Subject;

use super::entries::{History, HistoryParameters, page};
use crate::http::{
    answer::Answered,
    extract::{Id, ListParameters},
    problem::Problem,
    schema,
    state::AppState,
};

/// The history of an order.
///
/// Everything that happened to it, read from the log itself.
#[utoipa::path(
    get,
    path = "/v1/orders/{id}/history",
    tag = "history",
    params(("id" = inline(schema::OrderId), Path, description = "Which order."), HistoryParameters),
    responses((status = 200, description = "What happened.", body = History))
)]
pub(crate) async fn order_history(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    parameters: ListParameters<HistoryParameters>,
) -> Result<Answered<History>, Problem> {
    page(&state, &Subject::Order(order), "order", parameters).await
}
