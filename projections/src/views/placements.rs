//! What was agreed in orders that a batch mentions: from the batch itself, or from where the log has it.

use std::collections::HashMap;

use cqrs_es::Aggregate;
use purser_domain::{
    event::Event,
    ids::OrderId,
    order::{Order, OrderEvent, OrderPlaced},
    upcast::Upcasters,
};
use sqlx::PgConnection;

use crate::{feed::FeedEvent, history::LogRow};

/// The placements of some orders.
#[derive(Debug)]
pub(super) struct Placements<'a> {
    in_batch: HashMap<OrderId, &'a OrderPlaced>,
    in_log: HashMap<OrderId, Result<OrderPlaced, String>>,
}

impl<'a> Placements<'a> {
    /// Finds the placements of `orders`. Those that are not in the batch are read from the log, all in one query; where
    /// none is missing there is no query.
    pub(super) async fn find(
        db: &mut PgConnection,
        events: &[&'a FeedEvent],
        orders: impl Iterator<Item = OrderId>,
        upcasters: &Upcasters,
    ) -> Result<Self, sqlx::Error> {
        let in_batch: HashMap<OrderId, &'a OrderPlaced> = events.iter().filter_map(|event| placement(event)).collect();
        let mut missing: Vec<String> =
            orders.filter(|order| !in_batch.contains_key(order)).map(|order| order.to_string()).collect();
        missing.sort_unstable();
        missing.dedup();
        let in_log = if missing.is_empty() { HashMap::new() } else { read(db, &missing, upcasters).await? };
        Ok(Self { in_batch, in_log })
    }

    /// What was agreed, or why that is not known.
    pub(super) fn of(&self, order: OrderId) -> Result<&OrderPlaced, String> {
        match (self.in_batch.get(&order), self.in_log.get(&order)) {
            (Some(placed), _) => Ok(placed),
            (None, Some(Ok(placed))) => Ok(placed),
            (None, Some(Err(cause))) => Err(format!("the placement of {order} cannot be read: {cause}")),
            (None, None) => Err(format!("the log has no placement of {order}")),
        }
    }
}

fn placement(event: &FeedEvent) -> Option<(OrderId, &OrderPlaced)> {
    match event.event.as_ref() {
        Ok(Event::Order(id, OrderEvent::OrderPlaced(placed))) => Some((*id, placed)),
        Ok(_) | Err(_) => None,
    }
}

/// An order's stream begins with its placement. One by one along the log's primary key, for which the `limit` is there:
/// while Postgres has no statistics of a young log, it takes placements for rare and would read all of them.
async fn read(
    db: &mut PgConnection,
    orders: &[String],
    upcasters: &Upcasters,
) -> Result<HashMap<OrderId, Result<OrderPlaced, String>>, sqlx::Error> {
    let rows: Vec<LogRow> = sqlx::query_as(
        "select placement.*
         from unnest($2::text[]) as wanted (id)
         cross join lateral (
             select aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position,
                    recorded_at
             from events where aggregate_type = $1 and aggregate_id = wanted.id and sequence = 1 limit 1
         ) as placement",
    )
    .persistent(false)
    .bind(Order::TYPE)
    .bind(orders)
    .fetch_all(db)
    .await?;
    let placements = rows.into_iter().filter_map(|row| {
        let row = row.read(upcasters);
        let id = row.recorded.aggregate_id.parse().ok()?;
        Some((
            id,
            match row.event {
                Ok(Event::Order(_, OrderEvent::OrderPlaced(placed))) => Ok(placed),
                Ok(_) => Err(format!("its stream begins with {}", row.recorded.event_type)),
                Err(cause) => Err(cause),
            },
        ))
    });
    Ok(placements.collect())
}
