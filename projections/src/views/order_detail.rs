//! One order by its id: what was agreed, how it was paid, and everything that happened to it.
//!
//! What was agreed never changes and may be a thousand lines long. It has a column of its own that is written once, so
//! that a step of the order rewrites only the short document of what happened.

mod document;
mod find;

pub use document::{HistoryEntry, LogEntry, OrderDetail, Payment, PaymentRole, ReturnOutcome, UnitsBack};
pub use find::{OrderDetailRow, find};

use std::collections::{BTreeMap, HashMap};

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{ids::OrderId, order::OrderPlaced, text::CustomerId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{
        column::column,
        order_steps::{Steps, by_order},
        poison,
    },
};

/// The view.
#[derive(Debug)]
pub struct OrderDetails;

impl View for OrderDetails {
    fn name(&self) -> &'static str {
        "order_detail"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["order_detail"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

/// A row as a batch leaves it.
struct Row<'a> {
    id: OrderId,
    position: i64,
    /// Where the order begins in the batch, what was agreed, with its JSON.
    placed: Option<(&'a OrderPlaced, String)>,
    detail: String,
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let orders = by_order(events)?;
    let mut known = load(db, &orders).await?;
    let mut rows = Vec::with_capacity(orders.len());
    for (id, steps) in &orders {
        let detail = match steps.placed() {
            Some(_) => OrderDetail::default(),
            None => known.remove(&id.as_uuid()).ok_or_else(|| steps.without_order())?,
        };
        rows.push(row(*id, steps, detail)?);
    }
    let (begun, continued): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.placed.is_some());
    insert(db, &begun).await?;
    update(db, &continued).await?;
    Ok(())
}

fn row<'a>(id: OrderId, steps: &Steps<'a>, mut detail: OrderDetail) -> Result<Row<'a>, FoldError> {
    for step in steps.iter() {
        detail.record(step.recorded, step.event).map_err(|error| poison(step.recorded, error))?;
    }
    let json = |error: serde_json::Error| steps.poison(error);
    let placed = match steps.placed() {
        Some(placed) => Some((placed, serde_json::to_string(placed).map_err(json)?)),
        None => None,
    };
    let detail = serde_json::to_string(&detail).map_err(json)?;
    Ok(Row { id, position: steps.position(), placed, detail })
}

/// The documents of orders that began before this batch.
async fn load(
    db: &mut PgConnection,
    orders: &BTreeMap<OrderId, Steps<'_>>,
) -> Result<HashMap<Uuid, OrderDetail>, sqlx::Error> {
    let ids: Vec<Uuid> =
        orders.iter().filter(|(_, steps)| steps.placed().is_none()).map(|(id, _)| id.as_uuid()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> =
        sqlx::query_as("select order_id, detail from order_detail where order_id = any($1)")
            .persistent(false)
            .bind(ids)
            .fetch_all(db)
            .await?;
    rows.into_iter().map(|(id, detail)| Ok((id, document::read("detail", &detail)?))).collect()
}

async fn insert(db: &mut PgConnection, rows: &[Row<'_>]) -> Result<(), sqlx::Error> {
    let (mut customers, mut merchants, mut placed) = (vec![], vec![], vec![]);
    for (terms, json) in rows.iter().filter_map(|row| row.placed.as_ref()) {
        customers.push(terms.customer.as_ref().map(CustomerId::as_str));
        merchants.push(terms.merchant.as_str());
        placed.push(json.as_str());
    }
    if placed.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into order_detail (order_id, customer, merchant, position, placed, detail)
         select unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::bigint[]), unnest($5::text[]),
                unnest($6::text[])",
    )
    .bind(column(rows, |row| row.id.as_uuid()))
    .bind(customers)
    .bind(merchants)
    .bind(column(rows, |row| row.position))
    .bind(placed)
    .bind(column(rows, |row| row.detail.as_str()))
    .execute(db)
    .await?;
    Ok(())
}

async fn update(db: &mut PgConnection, rows: &[Row<'_>]) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let updated = sqlx::query(
        "update order_detail as known set position = step.position, detail = step.detail
         from unnest($1::uuid[], $2::bigint[], $3::text[]) as step (order_id, position, detail)
         where known.order_id = step.order_id",
    )
    .persistent(false)
    .bind(column(rows, |row| row.id.as_uuid()))
    .bind(column(rows, |row| row.position))
    .bind(column(rows, |row| row.detail.as_str()))
    .execute(db)
    .await?;
    if updated.rows_affected() == rows.len() as u64 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
