use axum::extract::State;
use purser_domain::text::Sku;
use purser_projections::history::Subject;

use super::entries::{History, HistoryParameters, page};
use crate::http::{
    answer::Answered,
    extract::{Id, ListParameters},
    problem::Problem,
    schema,
    state::AppState,
};

/// The history of a SKU.
///
/// Everything that happened to the product and to its stock at every location, read from the log itself.
#[utoipa::path(
    get,
    path = "/v1/products/{sku}/history",
    tag = "history",
    params(("sku" = inline(schema::Sku), Path, description = "Which SKU."), HistoryParameters),
    responses((status = 200, description = "What happened.", body = History))
)]
pub(crate) async fn sku_history(
    State(state): State<AppState>,
    Id(sku): Id<Sku>,
    parameters: ListParameters<HistoryParameters>,
) -> Result<Answered<History>, Problem> {
    page(&state, &Subject::Sku(sku), "product", parameters).await
}
