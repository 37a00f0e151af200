//! Products: list, reprice, delist, let orders wait for them; look at and search.

use purser_domain::text::Sku;
use serde::Serialize;

use super::schema;

pub(super) mod delist;
pub(super) mod find;
pub(super) mod list;
mod product;
pub(super) mod reprice;
pub(super) mod search;
pub(super) mod set_backorder;

/// A product after a command.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ProductChange {
    /// Which product.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    position: i64,
}
