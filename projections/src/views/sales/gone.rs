use std::collections::{BTreeMap, HashMap};

use cqrs_es::Aggregate;
use purser_domain::{
    event::Event,
    ids::OrderId,
    order::{LineUnits, Order, OrderEvent, OrderPlaced},
    upcast::Upcasters,
};
use sqlx::PgConnection;

use crate::history::LogRow;

/// Units that have left an order, by line: they were cancelled, came back or never arrived.
#[derive(Debug, Clone, Default)]
pub(super) struct Gone(BTreeMap<u32, i64>);

impl Gone {
    /// Counts units as gone.
    pub(super) fn take(&mut self, lines: &[LineUnits]) {
        for LineUnits { line, quantity } in lines {
            *self.0.entry(*line).or_default() += i64::from(*quantity);
        }
    }

    /// All units that are left of an order.
    pub(super) fn rest(&self, placed: &OrderPlaced) -> Vec<LineUnits> {
        let left = |(line, ordered): (u32, &purser_domain::order::OrderLine)| {
            let left = i64::from(ordered.quantity) - self.0.get(&line).copied().unwrap_or_default();
            Some(LineUnits { line, quantity: left.try_into().ok()? })
        };
        (0..).zip(&placed.lines).filter_map(left).collect()
    }
}

/// What had left these orders before the given place in each one's stream. Few orders ever lose units, so that this is read
/// from the log instead of kept for all of them.
pub(super) async fn gone_before(
    db: &mut PgConnection,
    places: &BTreeMap<OrderId, i64>,
    upcasters: &Upcasters,
) -> Result<HashMap<OrderId, Gone>, sqlx::Error> {
    let mut gone: HashMap<OrderId, Gone> = HashMap::new();
    if places.is_empty() {
        return Ok(gone);
    }
    let (orders, places): (Vec<String>, Vec<i64>) =
        places.iter().map(|(order, place)| (order.to_string(), *place)).unzip();
    let rows: Vec<LogRow> = sqlx::query_as(
        "select earlier.*
         from unnest($2::text[], $3::bigint[]) as wanted (id, place)
         cross join lateral (
             select aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position,
                    recorded_at
             from events
             where aggregate_type = $1 and aggregate_id = wanted.id and sequence < wanted.place
               and event_type in ('OrderLinesCancelled', 'UnitsReturned', 'UndeliveredRefunded')
             order by sequence
         ) as earlier",
    )
    .persistent(false)
    .bind(Order::TYPE)
    .bind(orders)
    .bind(places)
    .fetch_all(db)
    .await?;
    for row in rows {
        if let Ok(Event::Order(
            order,
            OrderEvent::OrderLinesCancelled { lines, .. }
            | OrderEvent::UnitsReturned { lines, .. }
            | OrderEvent::UndeliveredRefunded { lines, .. },
        )) = row.read(upcasters).event
        {
            gone.entry(order).or_default().take(&lines);
        }
    }
    Ok(gone)
}
