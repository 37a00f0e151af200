//! How many pieces of each SKU there are at each location, how many of them are reserved, and how many are waited for.

mod read;

pub use read::{LocationLevel, SkuLevel, StockQuery, find, list, sellable};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{Timestamp, event::Event, stock::StockId};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{column::column, poison, reading},
};

/// The view.
#[derive(Debug)]
pub struct StockLevels;

impl View for StockLevels {
    fn name(&self) -> &'static str {
        "stock_level"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["stock_level"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

/// What a batch changes about one stock.
#[derive(Debug)]
struct Change {
    on_hand: i64,
    reserved: i64,
    waiting: i64,
    position: i64,
    at: Timestamp,
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let changes: Vec<(&StockId, Change)> = changes(events)?.into_iter().collect();
    if changes.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("stock_level/upsert.sql"))
        .bind(column(&changes, |(stock, _)| stock.sku.as_str()))
        .bind(column(&changes, |(stock, _)| stock.location.as_str()))
        .bind(column(&changes, |(_, change)| change.on_hand))
        .bind(column(&changes, |(_, change)| change.reserved))
        .bind(column(&changes, |(_, change)| change.waiting))
        .bind(column(&changes, |(_, change)| change.position))
        .bind(column(&changes, |(_, change)| change.at))
        .execute(db)
        .await?;
    Ok(())
}

fn changes<'a>(events: &[&'a FeedEvent]) -> Result<BTreeMap<&'a StockId, Change>, FoldError> {
    let mut changes: BTreeMap<&StockId, Change> = BTreeMap::new();
    for feed_event in events {
        let recorded = &feed_event.recorded;
        let Event::Stock(stock, event) = reading(feed_event)? else { continue };
        let (position, at) = (recorded.position, recorded.recorded_at);
        let change = changes.entry(stock).or_insert(Change { on_hand: 0, reserved: 0, waiting: 0, position, at });
        let sum = |count: i64, by: i64| count.checked_add(by).ok_or_else(|| poison(recorded, "the count overflows"));
        *change = Change {
            on_hand: sum(change.on_hand, event.on_hand_change())?,
            reserved: sum(change.reserved, event.reserved_change())?,
            waiting: sum(change.waiting, event.waiting_change())?,
            position,
            at,
        };
    }
    Ok(changes)
}
