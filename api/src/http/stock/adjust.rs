use axum::extract::State;
use purser_commands::Command;
use purser_domain::{
    ids::OrderId,
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

/// The most orders that one correction names.
const ORDERS_MAX: usize = 100;

/// A correction of a count.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Adjustment {
    /// The difference. Where it takes pieces that are held for orders, these orders are short of them.
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
    /// Which orders lose their pieces first, where more is missing than is held for nobody; after them, the latest do.
    #[serde(default)]
    #[schema(value_type = Vec<schema::OrderId>, max_items = 100)]
    orders: Vec<OrderId>,
}

/// Adjusts stock.
///
/// Corrects a count, and keeps the reason. Send it with an `Idempotency-Key`: without one, each repeat is another difference.
///
/// What is held for nobody goes first. Where fewer pieces are there than are held or deducted for orders that have not left, the
/// orders that lose theirs are named in `shorted`. Each waits for all of that SKU which it has not been sent, before all who
/// wait, and is an exception (`stock_short`) until the pieces have come or somebody has decided
/// (`POST /v1/orders/{id}/resolve-shortage`). Its parcels lose the pieces at once.
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
    Submission { body: Adjustment { change: difference, reason, location, at, orders }, envelope }: Submission<
        Adjustment,
    >,
) -> Result<Answered<StockCount>, Problem> {
    if !(-MAX_ON_HAND..=MAX_ON_HAND).contains(&difference) {
        let detail = format!("change must be -{MAX_ON_HAND} to {MAX_ON_HAND}");
        return Err(Problem::at(Kind::InvalidValue, Fault::pointer("/change", detail)));
    }
    if orders.len() > ORDERS_MAX {
        let detail = format!("at most {ORDERS_MAX} orders are named");
        return Err(Problem::at(Kind::InvalidValue, Fault::pointer("/orders", detail)));
    }
    let stock = stock_id(sku, location)?;
    let command = Command::AdjustStock { stock, change: difference, reason, at: at.map(Into::into), orders };
    change(&state, &envelope, command).await
}
