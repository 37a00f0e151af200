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

/// Where a product is to be found. The only character of a SKU that a path may not hold is the space.
fn location(sku: &Sku) -> String {
    format!("/v1/products/{}", sku.as_str().replace(' ', "%20"))
}
