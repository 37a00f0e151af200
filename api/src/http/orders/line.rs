use purser_domain::{
    money::Amount,
    order::OrderLine,
    product::ProductKind,
    quantity::Quantity,
    text::{Sku, Title},
};
use serde::Serialize;

use crate::http::schema;

/// One line of an order, as it was at placement.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = OrderLine)]
pub(crate) struct Line {
    /// What was bought.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// Its title then.
    #[schema(value_type = schema::Title)]
    title: Title,
    /// Whether it took stock.
    #[schema(value_type = schema::ProductKind)]
    kind: ProductKind,
    /// How many.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
    /// Price of one piece, in minor units of the order's currency.
    #[schema(value_type = schema::Amount)]
    unit_price: Amount,
    /// Price of all of the line, in minor units of the order's currency.
    #[schema(value_type = schema::Amount)]
    total: Amount,
}

impl From<OrderLine> for Line {
    fn from(line: OrderLine) -> Self {
        let OrderLine { sku, title, kind, quantity, unit_price, total } = line;
        Self { sku, title, kind, quantity, unit_price, total }
    }
}
