//! Order exceptions: what is the matter, and what became of it.

mod read;

pub use read::{ExceptionKey, ExceptionQuery, ExceptionRow, ExceptionStatus, find, list};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    Timestamp,
    event::Event,
    exception::{Case, Closing, ExceptionEvent},
    ids::ExceptionId,
    recorded::Recorded,
    text::{Actor, MerchantId, Reason},
};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{column::column, poison, reading},
};

/// The view.
#[derive(Debug)]
pub struct Exceptions;

impl View for Exceptions {
    fn name(&self) -> &'static str {
        "exception"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["exception"]
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
    let mut steps = Vec::new();
    for feed_event in events {
        if let Event::Exception(id, event) = reading(feed_event)? {
            steps.push((*id, event, &feed_event.recorded));
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    let known = read::load(db, column(&steps, |(id, ..)| id.as_uuid())).await?;
    let mut rows: BTreeMap<ExceptionId, ExceptionRow> = known.into_iter().map(|row| (row.id, row)).collect();
    for (id, event, recorded) in steps {
        let folded = match (event, rows.remove(&id)) {
            (ExceptionEvent::ExceptionRaised { case, at }, known) => raised(id, case, *at, known, recorded),
            (ExceptionEvent::ExceptionClosed { closing, at }, Some(row)) => closed(row, closing, *at, recorded),
            (ExceptionEvent::ExceptionClosed { .. }, None) => {
                return Err(poison(recorded, "the view has no such exception"));
            }
        };
        rows.insert(id, folded);
    }
    upsert(db, &rows.into_values().collect::<Vec<_>>()).await?;
    Ok(())
}

fn raised(
    id: ExceptionId,
    case: &Case,
    at: Timestamp,
    known: Option<ExceptionRow>,
    recorded: &Recorded,
) -> ExceptionRow {
    ExceptionRow {
        id,
        kind: case.kind,
        subject: case.subject.clone(),
        order: case.order,
        merchant: case.merchant.clone(),
        detail: case.detail.clone(),
        status: ExceptionStatus::Open,
        raised_at: at,
        times: known.map_or(0, |known| known.times) + 1,
        closed_at: None,
        action: None,
        actor: None,
        reason: None,
        position: recorded.position,
    }
}

fn closed(row: ExceptionRow, closing: &Closing, at: Timestamp, recorded: &Recorded) -> ExceptionRow {
    let row = ExceptionRow { closed_at: Some(at), position: recorded.position, ..row };
    match closing {
        Closing::Repaired { action } => {
            ExceptionRow { status: ExceptionStatus::Repaired, action: Some(action.clone()), ..row }
        }
        Closing::Gone => ExceptionRow { status: ExceptionStatus::Gone, ..row },
        Closing::Settled { actor, reason } => ExceptionRow {
            status: ExceptionStatus::Settled,
            actor: Some(actor.clone()),
            reason: Some(reason.clone()),
            ..row
        },
    }
}

async fn upsert(db: &mut PgConnection, rows: &[ExceptionRow]) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("exception/upsert.sql"))
        .bind(column(rows, |row| row.id.as_uuid()))
        .bind(column(rows, |row| row.kind.as_str()))
        .bind(column(rows, |row| row.subject.as_str()))
        .bind(column(rows, |row| row.order.map(|order| order.as_uuid())))
        .bind(column(rows, |row| row.merchant.as_ref().map(MerchantId::as_str)))
        .bind(column(rows, |row| row.detail.as_str()))
        .bind(column(rows, |row| read::status_word(row.status)))
        .bind(column(rows, |row| row.raised_at))
        .bind(column(rows, |row| row.times))
        .bind(column(rows, |row| row.closed_at))
        .bind(column(rows, |row| row.action.as_ref().map(Reason::as_str)))
        .bind(column(rows, |row| row.actor.as_ref().map(Actor::as_str)))
        .bind(column(rows, |row| row.reason.as_ref().map(Reason::as_str)))
        .bind(column(rows, |row| row.position))
        .execute(db)
        .await?;
    Ok(())
}
