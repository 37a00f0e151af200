use purser_domain::{
    allocation::Awaited,
    order::{Allocation, OrderLine},
    product::ProductKind,
    quantity::Quantity,
    text::{Location, Sku},
};
use serde::Serialize;

use crate::http::schema;

/// Goods that an order waits for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AwaitedGoods {
    /// Which.
    #[schema(value_type = schema::Sku)]
    sku: Sku,
    /// The lines that ask for them, counted from zero.
    lines: Vec<usize>,
    /// Pieces that are waited for, over these lines. They come together.
    #[schema(value_type = schema::Quantity)]
    quantity: Quantity,
    /// Where they must come in; for merchants and the back office, of an order that was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Location>)]
    location: Option<Location>,
}

impl AwaitedGoods {
    /// What an order of these lines waits for.
    pub(super) fn of(waiting: Allocation, lines: &[OrderLine], shows_location: bool) -> Self {
        let Allocation { stock, quantity } = waiting;
        let is_of_it = |line: &OrderLine| line.kind == ProductKind::Goods && line.sku == stock.sku;
        let lines = lines.iter().enumerate().filter(|(_, line)| is_of_it(line)).map(|(number, _)| number).collect();
        Self { sku: stock.sku, lines, quantity, location: Some(stock.location).filter(|_| shows_location) }
    }
}

impl From<Awaited> for AwaitedGoods {
    fn from(Awaited { sku, lines, quantity }: Awaited) -> Self {
        Self { sku, lines, quantity, location: None }
    }
}
