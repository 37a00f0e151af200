use purser_commands::{Accepted, Answer, Command};
use purser_domain::{
    ids::OrderId,
    stock::{StockId, USUAL_LOCATION},
    text::{InvalidValue, Location, Sku},
};
use purser_projections::views::stock_level::sellable;
use serde::Serialize;

use crate::http::{answer::Answered, extract::Envelope, problem::Problem, schema, state::AppState};

/// A stock after a command.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StockCount {
    /// What is stocked.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// Where.
    #[schema(value_type = schema::Location)]
    location: Location,
    /// Pieces that are there.
    #[schema(value_type = schema::Count)]
    on_hand: i64,
    /// Pieces of these that are held for orders.
    #[schema(value_type = schema::Count)]
    reserved: i64,
    /// Pieces that can still be sold: on hand less reserved, and none while orders wait.
    #[schema(value_type = schema::Count)]
    available: i64,
    /// Pieces that orders wait for.
    waiting: i64,
    /// Orders that lost their pieces by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<schema::OrderId>)]
    shorted: Vec<OrderId>,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// The stock of a SKU at a place, or at the usual one.
pub(super) fn stock_id(sku: Sku, location: Option<Location>) -> Result<StockId, Problem> {
    let location = match location {
        Some(location) => location,
        None => USUAL_LOCATION.parse().map_err(|error: InvalidValue| Problem::internal(error.to_string()))?,
    };
    Ok(StockId { sku, location })
}

/// Carries out a command to a stock and tells its count then.
pub(super) async fn change(
    state: &AppState,
    envelope: &Envelope,
    command: Command,
) -> Result<Answered<StockCount>, Problem> {
    let Accepted { position, answer, replayed: _ } = envelope.execute(state, command).await?;
    match answer {
        Answer::StockIs { stock: StockId { sku, location }, on_hand, reserved, waiting, shorted } => {
            let available = sellable(on_hand, reserved, waiting);
            Ok(Answered::ok(StockCount { sku, location, on_hand, reserved, available, waiting, shorted, position }))
        }
        other => Err(Problem::internal(format!("a command to a stock was answered as {other:?}"))),
    }
}
