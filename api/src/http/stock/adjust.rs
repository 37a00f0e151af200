use axum::extract::State;
use purser_commands::Command;
use purser_domain::{
    stock::MAX_ON_HAND,
    text::{Location, Reason, Sku},
};
use serde::Deserialize;

use super::count::{StockCount, change, stock_id};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// A correction of a count.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Adjustment {
    /// The difference. It cannot take pieces that are held for orders.
    #[schema(value_type = schema::Change)]
    change: i64,
    /// Why: found, lost, broken.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
    /// Where; `main` if nothing is said.
    #[schema(value_type = Option<schema::Location>)]
    location: Option<Location>,
    /// When it was found, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Adjusts stock.
///
/// Corrects a count, and keeps the reason.
#[utoipa::path(
    post,
    path = "/v1/stock/{sku}/adjust",
    tag = "stock",
    params(("sku" = inline(schema::Sku), Path, description = "Of which product.")),
    request_body = Adjustment,
    responses((status = 200, description = "The count is corrected.", body = StockCount))
)]
pub(crate) async fn adjust_stock(
    State(state): State<AppState>,
    Id(sku): Id<Sku>,
    Submission { body: Adjustment { change: difference, reason, location, at }, envelope }: Submission<Adjustment>,
) -> Result<Answered<StockCount>, Problem> {
    if !(-MAX_ON_HAND..=MAX_ON_HAND).contains(&difference) {
        let detail = format!("change must be -{MAX_ON_HAND} to {MAX_ON_HAND}");
        return Err(Problem::at(Kind::InvalidValue, Fault::pointer("/change", detail)));
    }
    let stock = stock_id(sku, location)?;
    let command = Command::AdjustStock { stock, change: difference, reason, at: at.map(Into::into) };
    change(&state, &envelope, command).await
}
