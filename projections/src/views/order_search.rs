//! Orders by whatever one may look for: customer, merchant, status, SKU, words of titles, time, total.
//!
//! Two tables. What an order is searched by never changes and is written once, with its indexes; how far it has come is in
//! a narrow one beside it, which is all that a step of an order rewrites.

mod search;

pub use search::{OrderKey, OrderQuery, OrderSort, OrderSummary, TotalRange, search};

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    ids::OrderId,
    order::{OrderPlaced, OrderStatus},
    text::{CustomerId, ExternalReference},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{
        column::column,
        order_steps::{Steps, by_order},
        words::words,
    },
};

/// The view.
#[derive(Debug)]
pub struct OrderSearch;

impl View for OrderSearch {
    fn name(&self) -> &'static str {
        "order_search"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["order_search", "order_search_status"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

/// An order that begins in the batch.
struct Begun<'a> {
    id: OrderId,
    placed: &'a OrderPlaced,
    status: OrderStatus,
    position: i64,
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let orders = by_order(events)?;
    let begun: Vec<Begun<'_>> = orders
        .iter()
        .filter_map(|(id, steps)| {
            let status = steps.status()?;
            Some(Begun { id: *id, placed: steps.placed()?, status, position: steps.position() })
        })
        .collect();
    if !begun.is_empty() {
        insert_content(db, &begun).await?;
        insert_status(db, &begun).await?;
    }
    update_status(db, &orders).await
}

/// Lists of lists do not fit into `unnest`: words and SKUs go as one text an order, and neither has a line break in it.
async fn insert_content(db: &mut PgConnection, begun: &[Begun<'_>]) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("order_search/insert_content.sql"))
        .bind(column(begun, |order| order.placed.placed_at))
        .bind(column(begun, |order| order.id.as_uuid()))
        .bind(column(begun, |order| order.placed.customer.as_ref().map(CustomerId::as_str)))
        .bind(column(begun, |order| order.placed.merchant.as_str()))
        .bind(column(begun, |order| order.placed.reference.as_ref().map(ExternalReference::as_str)))
        .bind(column(begun, |order| order.placed.total.currency.code()))
        .bind(column(begun, |order| order.placed.total.amount.minor_units()))
        .bind(column(begun, |order| units(order.placed)))
        .bind(column(begun, |order| i32::try_from(order.placed.lines.len()).unwrap_or(i32::MAX)))
        .bind(column(begun, |order| skus(order.placed)))
        .bind(column(begun, |order| words(order.placed.lines.iter().map(|line| line.title.as_str()))))
        .execute(db)
        .await?;
    Ok(())
}

fn units(placed: &OrderPlaced) -> i64 {
    placed.lines.iter().map(|line| i64::from(line.quantity)).sum()
}

fn skus(placed: &OrderPlaced) -> String {
    let skus: BTreeSet<&str> = placed.lines.iter().map(|line| line.sku.as_str()).collect();
    skus.into_iter().collect::<Vec<_>>().join("\n")
}

async fn insert_status(db: &mut PgConnection, begun: &[Begun<'_>]) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into order_search_status (order_id, placed_at, status, position)
         select unnest($1::uuid[]), unnest($2::timestamptz[]), unnest($3::text[]), unnest($4::bigint[])",
    )
    .bind(column(begun, |order| order.id.as_uuid()))
    .bind(column(begun, |order| order.placed.placed_at))
    .bind(column(begun, |order| order.status.as_str()))
    .bind(column(begun, |order| order.position))
    .execute(db)
    .await?;
    Ok(())
}

/// Moves on the orders that began earlier.
async fn update_status(db: &mut PgConnection, orders: &BTreeMap<OrderId, Steps<'_>>) -> Result<(), FoldError> {
    let continued: Vec<(&OrderId, &Steps<'_>)> = orders.iter().filter(|(_, steps)| steps.placed().is_none()).collect();
    if continued.is_empty() {
        return Ok(());
    }
    // A plain update is planned as a join that reads all of this narrow table, until the table is very large. This form
    // goes by the primary key whatever its size; measured, it takes half the time.
    let updated: Vec<Uuid> = sqlx::query_scalar(include_str!("order_search/update_status.sql"))
        .persistent(false)
        .bind(column(&continued, |(id, _)| id.as_uuid()))
        .bind(column(&continued, |(_, steps)| steps.status().map(OrderStatus::as_str)))
        .bind(column(&continued, |(_, steps)| steps.position()))
        .fetch_all(db)
        .await?;
    let updated: HashSet<Uuid> = updated.into_iter().collect();
    match continued.iter().find(|(id, _)| !updated.contains(&id.as_uuid())) {
        Some((_, steps)) => Err(steps.without_order()),
        None => Ok(()),
    }
}
