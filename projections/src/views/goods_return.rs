//! Returns: what is asked back, how far each has come, what was found in the parcels and what is owed for it.

mod document;
mod read;

pub use document::{ReturnDetail, ReturnStep};
pub use read::{ReturnKey, ReturnQuery, ReturnRow, find, list};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{event::Event, ids::ReturnId, recorded::Recorded, returns::ReturnEvent, text::CustomerId};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{column::column, poison, reading},
};

/// The view.
#[derive(Debug)]
pub struct GoodsReturns;

impl View for GoodsReturns {
    fn name(&self) -> &'static str {
        "return"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["goods_return"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let mut steps: Vec<(ReturnId, &ReturnEvent, &Recorded)> = Vec::new();
    for feed_event in events {
        if let Event::Return(id, event) = reading(feed_event)? {
            steps.push((*id, event, &feed_event.recorded));
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    let known = read::load(db, column(&steps, |(id, ..)| id.as_uuid())).await?;
    let mut rows: BTreeMap<ReturnId, ReturnRow> = known.into_iter().map(|row| (row.id, row)).collect();
    for (id, event, recorded) in steps {
        let detail = match (event, rows.remove(&id)) {
            (ReturnEvent::ReturnRequested(terms), _) => ReturnDetail::of(terms.clone()),
            (_, Some(row)) => row.detail,
            (_, None) => return Err(poison(recorded, "the view has no such return")),
        };
        let actor = recorded.read_metadata().map_err(|error| poison(recorded, error))?.actor;
        let detail = detail.after(event, recorded, actor);
        rows.insert(id, ReturnRow { id, detail, position: recorded.position });
    }
    upsert(db, &rows.into_values().collect::<Vec<_>>()).await
}

async fn upsert(db: &mut PgConnection, rows: &[ReturnRow]) -> Result<(), FoldError> {
    let documents: Result<Vec<String>, serde_json::Error> =
        rows.iter().map(|row| serde_json::to_string(&row.detail)).collect();
    let documents = documents.map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(include_str!("goods_return/upsert.sql"))
        .bind(column(rows, |row| row.id.as_uuid()))
        .bind(column(rows, |row| row.detail.terms.order.as_uuid()))
        .bind(column(rows, |row| row.detail.terms.customer.as_ref().map(CustomerId::as_str)))
        .bind(column(rows, |row| row.detail.terms.merchant.as_str()))
        .bind(column(rows, |row| row.detail.status.as_str()))
        .bind(column(rows, |row| row.detail.terms.requested_at))
        .bind(column(rows, |row| row.detail.escalated_at))
        .bind(documents)
        .bind(column(rows, |row| row.position))
        .execute(db)
        .await?;
    Ok(())
}
