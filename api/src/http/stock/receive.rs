use axum::extract::State;
use purser_commands::Command;
use purser_domain::{
    quantity::Quantity,
    text::{Location, Sku},
};
use serde::Deserialize;

use super::count::{StockCount, change, stock_id};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    problem::Problem,
    schema,
    state::AppState,
};

/// Pieces that came in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipt {
    /// How many.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
    /// Where; `main` if nothing is said.
    #[schema(value_type = Option<schema::Location>)]
    location: Option<Location>,
    /// When they came, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Receives stock.
///
/// Adds pieces that came in. They can be sold at once. Send it with an `Idempotency-Key`: without one, each repeat counts them once
/// more.
#[utoipa::path(
    post,
    path = "/v1/stock/{sku}/receive",
    tag = "stock",
    params(("sku" = inline(schema::Sku), Path, description = "Of which product.")),
    request_body = Receipt,
    responses((status = 200, description = "They are counted.", body = StockCount))
)]
pub(crate) async fn receive_stock(
    State(state): State<AppState>,
    Id(sku): Id<Sku>,
    Submission { body: Receipt { quantity, location, at }, envelope }: Submission<Receipt>,
) -> Result<Answered<StockCount>, Problem> {
    let stock = stock_id(sku, location)?;
    change(&state, &envelope, Command::ReceiveStock { stock, quantity, at: at.map(Into::into) }).await
}
