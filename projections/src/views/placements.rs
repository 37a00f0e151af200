//! What was agreed in orders that a batch mentions.

use cqrs_es::Aggregate;
use purser_domain::{
    event::Event,
    ids::OrderId,
    order::{Order, OrderEvent, OrderPlaced},
};

use crate::views::origins::{Origin, Origins};

/// The placements of some orders.
pub(super) type Placements<'a> = Origins<'a, OrderPlaced>;

impl Origin for OrderPlaced {
    type Id = OrderId;
    const AGGREGATE_TYPE: &'static str = Order::TYPE;
    const NAME: &'static str = "placement";

    fn of(event: &Event) -> Option<(OrderId, &Self)> {
        if let Event::Order(id, OrderEvent::OrderPlaced(placed)) = event { Some((*id, placed)) } else { None }
    }
}
