use purser_domain::{
    principal::Principal,
    text::{Location, MerchantId, Sku},
};
use purser_projections::views::stock_level::{LocationLevel, SkuLevel};
use serde::Serialize;

use crate::http::{moment::Moment, page::wait_for, problem::Problem, schema, state::AppState};

/// The stock of a SKU.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Stock {
    /// Which.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// Pieces at all locations.
    #[schema(value_type = schema::Count)]
    on_hand: i64,
    /// Pieces of these that are held for orders.
    #[schema(value_type = schema::Count)]
    reserved: i64,
    /// Pieces that can still be sold: on hand less reserved, and none at a location where orders wait.
    #[schema(value_type = schema::Count)]
    available: i64,
    /// Pieces that orders wait for.
    waiting: i64,
    /// Location by location, in the order of their names.
    locations: Vec<StockAtLocation>,
    /// The position of the last event of any of its stocks.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// The stock of a SKU at one location.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StockAtLocation {
    /// Where.
    #[schema(value_type = schema::Location)]
    location: Location,
    /// Pieces there.
    #[schema(value_type = schema::Count)]
    on_hand: i64,
    /// Pieces of these that are held for orders.
    #[schema(value_type = schema::Count)]
    reserved: i64,
    /// Pieces that can still be sold: on hand less reserved, and none at a location where orders wait.
    #[schema(value_type = schema::Count)]
    available: i64,
    /// Pieces that orders wait for.
    waiting: i64,
    /// When the log took its last event.
    changed_at: Moment,
    /// The position of its last event.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Waits for all that the answer is made from: whose a SKU is says the catalogue, to a merchant and to whoever asks for
/// one's.
pub(super) async fn wait(
    state: &AppState,
    reader: &Principal,
    merchant: Option<&MerchantId>,
    min_position: Option<i64>,
) -> Result<(), Problem> {
    wait_for(state, "stock_level", min_position).await?;
    if merchant.is_some() || matches!(reader, Principal::Merchant(_)) {
        wait_for(state, "catalogue", min_position).await?;
    }
    Ok(())
}

impl From<SkuLevel> for Stock {
    fn from(level: SkuLevel) -> Self {
        let SkuLevel { sku, on_hand, reserved, available, waiting, position, locations } = level;
        let locations = locations.into_iter().map(StockAtLocation::from).collect();
        Self { sku, on_hand, reserved, available, waiting, locations, position }
    }
}

impl From<LocationLevel> for StockAtLocation {
    fn from(level: LocationLevel) -> Self {
        let LocationLevel { location, on_hand, reserved, available, waiting, position, changed_at } = level;
        Self { location, on_hand, reserved, available, waiting, changed_at: changed_at.into(), position }
    }
}
