//! Money that is owed back, in whose hands it is, and when it was back.

mod read;

pub use read::{RefundKey, RefundProgress, RefundQuery, RefundRow, RefundStatus, find, list};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    Timestamp,
    event::Event,
    ids::{OrderId, RefundId},
    money::Amount,
    recorded::Recorded,
    refund::{Claim, RefundEvent, RefundFailure, SettledBy},
    text::{Actor, CustomerId, PaymentReference, Reason},
    upcast::Upcasters,
};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{column::column, placements::Placements, poison, reading},
};

/// The view.
#[derive(Debug)]
pub struct Refunds {
    upcasters: Upcasters,
}

impl Refunds {
    /// The view, and how it reads old placements.
    pub const fn new(upcasters: Upcasters) -> Self {
        Self { upcasters }
    }
}

impl View for Refunds {
    fn name(&self) -> &'static str {
        "refund"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["refund"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events, &self.upcasters).boxed()
    }
}

/// An event of a refund, in the log and as it reads.
struct Step<'a> {
    id: RefundId,
    recorded: &'a Recorded,
    event: &'a RefundEvent,
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent], upcasters: &Upcasters) -> Result<(), FoldError> {
    let mut steps = Vec::new();
    for feed_event in events {
        if let Event::Refund(id, event) = reading(feed_event)? {
            steps.push(Step { id: *id, recorded: &feed_event.recorded, event });
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    let placements = Placements::find(db, events, steps.iter().filter_map(requested_for), upcasters).await?;
    let known = read::load(db, column(&steps, |step| step.id.as_uuid())).await?;
    let mut rows: BTreeMap<RefundId, RefundRow> = known.into_iter().map(|row| (row.id, row)).collect();
    for step in &steps {
        let folded = match step.event {
            RefundEvent::RefundRequested { claim, at } => request(step, claim, *at, &placements)?,
            RefundEvent::RefundSubmitted { .. }
            | RefundEvent::RefundSucceeded { .. }
            | RefundEvent::RefundOffset { .. }
            | RefundEvent::RefundReversed { .. }
            | RefundEvent::RefundFailed { .. }
            | RefundEvent::RefundReviewRequested { .. }
            | RefundEvent::RefundRetried { .. }
            | RefundEvent::RefundWrittenOff { .. } => {
                let row = rows.remove(&step.id).ok_or_else(|| poison(step.recorded, "the view has no such refund"))?;
                advance(row, step)
            }
        };
        rows.insert(step.id, folded);
    }
    upsert(db, &rows.into_values().collect::<Vec<_>>()).await?;
    Ok(())
}

const fn requested_for(step: &Step<'_>) -> Option<OrderId> {
    if let RefundEvent::RefundRequested { claim, .. } = step.event { Some(claim.order) } else { None }
}

fn request(
    step: &Step<'_>,
    claim: &Claim,
    requested_at: Timestamp,
    placements: &Placements<'_>,
) -> Result<RefundRow, FoldError> {
    let placed = placements.of(claim.order).map_err(|cause| poison(step.recorded, cause))?;
    Ok(RefundRow {
        id: step.id,
        order: claim.order,
        merchant: placed.merchant.clone(),
        customer: placed.customer.clone(),
        amount: claim.owed(),
        offset: Amount::ZERO,
        captured: claim.capture.amount,
        part: claim.number,
        payment: claim.capture.payment,
        cause: claim.cause,
        payment_reference: claim.capture.reference.clone(),
        status: RefundStatus::Requested,
        channel: None,
        requested_at,
        submitted_at: None,
        succeeded_at: None,
        transfer_reference: None,
        note: None,
        failure: None,
        failure_cause: None,
        failed_at: None,
        reviewer: None,
        review_reason: None,
        written_off_at: None,
        position: step.recorded.position,
    })
}

fn advance(row: RefundRow, step: &Step<'_>) -> RefundRow {
    let row = RefundRow { position: step.recorded.position, ..row };
    match step.event {
        RefundEvent::RefundRequested { .. } => row,
        RefundEvent::RefundSubmitted { channel, attempt: _, at } => {
            RefundRow { status: RefundStatus::Submitted, channel: Some(*channel), submitted_at: Some(*at), ..row }
        }
        RefundEvent::RefundSucceeded { reference, note, settled_by, attempt: _, at } => {
            let row = match settled_by {
                None => row,
                Some(SettledBy { actor, reason }) => reviewed(row, actor, reason),
            };
            RefundRow {
                status: RefundStatus::Succeeded,
                succeeded_at: Some(*at),
                transfer_reference: Some(reference.clone()),
                note: note.clone(),
                ..row
            }
        }
        RefundEvent::RefundOffset { amount, left, reference, at } => {
            let offset = row.offset.checked_add(amount.amount).unwrap_or(row.offset);
            let row = RefundRow { offset, ..row };
            if *left > Amount::ZERO {
                return row;
            }
            RefundRow {
                status: RefundStatus::Succeeded,
                succeeded_at: Some(*at),
                transfer_reference: Some(reference.clone()),
                ..row
            }
        }
        RefundEvent::RefundReversed { amount: _, cause, attempt: _, at } => RefundRow {
            status: RefundStatus::ManualReview,
            succeeded_at: None,
            transfer_reference: None,
            failure: Some(RefundFailure::Refused),
            failure_cause: Some(cause.clone()),
            failed_at: Some(*at),
            ..row
        },
        RefundEvent::RefundFailed { failure, cause, attempt: _, at } => RefundRow {
            status: RefundStatus::Failed,
            failure: Some(*failure),
            failure_cause: Some(cause.clone()),
            failed_at: Some(*at),
            ..row
        },
        RefundEvent::RefundReviewRequested { at: _ } => RefundRow { status: RefundStatus::ManualReview, ..row },
        RefundEvent::RefundRetried { actor, reason, attempt: _, at } => {
            RefundRow { status: RefundStatus::Submitted, submitted_at: Some(*at), ..reviewed(row, actor, reason) }
        }
        RefundEvent::RefundWrittenOff { actor, reason, at } => {
            RefundRow { status: RefundStatus::WrittenOff, written_off_at: Some(*at), ..reviewed(row, actor, reason) }
        }
    }
}

fn reviewed(row: RefundRow, actor: &Actor, reason: &Reason) -> RefundRow {
    RefundRow { reviewer: Some(actor.clone()), review_reason: Some(reason.clone()), ..row }
}

async fn upsert(db: &mut PgConnection, rows: &[RefundRow]) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("refund/upsert.sql"))
        .bind(column(rows, |row| row.id.as_uuid()))
        .bind(column(rows, |row| row.order.as_uuid()))
        .bind(column(rows, |row| row.merchant.as_str()))
        .bind(column(rows, |row| row.customer.as_ref().map(CustomerId::as_str)))
        .bind(column(rows, |row| row.amount.amount.minor_units()))
        .bind(column(rows, |row| row.amount.currency.code()))
        .bind(column(rows, |row| read::cause_word(row.cause)))
        .bind(column(rows, |row| row.payment_reference.as_str()))
        .bind(column(rows, |row| read::status_word(row.status)))
        .bind(column(rows, |row| row.channel.map(read::channel_word)))
        .bind(column(rows, |row| row.requested_at))
        .bind(column(rows, |row| row.submitted_at))
        .bind(column(rows, |row| row.succeeded_at))
        .bind(column(rows, |row| row.transfer_reference.as_ref().map(PaymentReference::as_str)))
        .bind(column(rows, |row| row.note.as_ref().map(Reason::as_str)))
        .bind(column(rows, |row| row.captured.amount.minor_units()))
        .bind(column(rows, |row| i64::from(row.part)))
        .bind(column(rows, |row| row.payment.map(|payment| payment.as_uuid())))
        .bind(column(rows, |row| row.failure.map(read::failure_word)))
        .bind(column(rows, |row| row.failure_cause.as_ref().map(Reason::as_str)))
        .bind(column(rows, |row| row.failed_at))
        .bind(column(rows, |row| row.reviewer.as_ref().map(Actor::as_str)))
        .bind(column(rows, |row| row.review_reason.as_ref().map(Reason::as_str)))
        .bind(column(rows, |row| row.written_off_at))
        .bind(column(rows, |row| row.position))
        .bind(column(rows, |row| row.offset.minor_units()))
        .execute(db)
        .await?;
    Ok(())
}
