//! Attempts to pay through gateways: how far each has come, what its customer has to do, what has to be looked into.

mod detail;
mod read;

pub use detail::{OutsideRefund, PaymentDetail, Resolution, SetAside, TakenCapture};
pub use read::{PaymentKey, PaymentQuery, PaymentRow, find, list};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    event::Event,
    ids::PaymentId,
    payment::{PaymentEvent, PaymentStatus},
    recorded::Recorded,
    text::CustomerId,
};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{column::column, poison, reading},
};

/// The view.
#[derive(Debug)]
pub struct Payments;

impl View for Payments {
    fn name(&self) -> &'static str {
        "payment"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["payment"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

/// An event of a payment, in the log and as it reads.
struct Step<'a> {
    id: PaymentId,
    recorded: &'a Recorded,
    event: &'a PaymentEvent,
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let mut steps = Vec::new();
    for feed_event in events {
        if let Event::Payment(id, event) = reading(feed_event)? {
            steps.push(Step { id: *id, recorded: &feed_event.recorded, event });
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    let known = read::load(db, column(&steps, |step| step.id.as_uuid())).await?;
    let mut rows: BTreeMap<PaymentId, PaymentRow> = known.into_iter().map(|row| (row.id, row)).collect();
    for step in &steps {
        let folded = follow(rows.remove(&step.id), step)?;
        rows.insert(step.id, folded);
    }
    upsert(db, &rows.into_values().collect::<Vec<_>>()).await
}

fn follow(known: Option<PaymentRow>, step: &Step<'_>) -> Result<PaymentRow, FoldError> {
    let (recorded, event) = (step.recorded, step.event);
    let row = match event {
        PaymentEvent::PaymentInitiated { payment: _, terms, at } => PaymentRow {
            id: step.id,
            status: PaymentStatus::Initiated,
            initiated_at: *at,
            detail: PaymentDetail::of(terms.clone()),
            position: recorded.position,
        },
        PaymentEvent::PaymentPending { .. }
        | PaymentEvent::PaymentAuthorized { .. }
        | PaymentEvent::PaymentCaptured { .. }
        | PaymentEvent::PaymentFailed { .. }
        | PaymentEvent::PaymentExpired { .. }
        | PaymentEvent::PaymentVoided { .. }
        | PaymentEvent::AuthorizationExpired { .. }
        | PaymentEvent::PaymentDisputed { .. }
        | PaymentEvent::PaymentDisputeWon { .. }
        | PaymentEvent::PaymentChargedBack { .. }
        | PaymentEvent::PaymentRefundBegun { .. }
        | PaymentEvent::PaymentRefundedOutside { .. }
        | PaymentEvent::OutsideRefundFailed { .. }
        | PaymentEvent::MoneyBackApplied { .. }
        | PaymentEvent::CaptureRequested { .. }
        | PaymentEvent::VoidRequested { .. }
        | PaymentEvent::PaymentMismatchReported { .. }
        | PaymentEvent::PaymentMismatchResolved { .. } => {
            known.ok_or_else(|| poison(recorded, "the view has no such payment"))?
        }
    };
    let status = PaymentStatus::after(Some(row.status), event);
    Ok(PaymentRow { status, detail: row.detail.after(event), position: recorded.position, ..row })
}

async fn upsert(db: &mut PgConnection, rows: &[PaymentRow]) -> Result<(), FoldError> {
    let mut documents = Vec::new();
    for row in rows {
        documents.push(
            serde_json::to_string(&row.detail)
                .map_err(|error| FoldError::Poison { position: row.position, cause: error.to_string() })?,
        );
    }
    sqlx::query(include_str!("payment/upsert.sql"))
        .persistent(false)
        .bind(column(rows, |row| row.id.as_uuid()))
        .bind(column(rows, |row| row.detail.terms.order.as_uuid()))
        .bind(column(rows, |row| row.detail.terms.merchant.as_str()))
        .bind(column(rows, |row| row.detail.terms.customer.as_ref().map(CustomerId::as_str)))
        .bind(column(rows, |row| row.detail.terms.gateway.as_str()))
        .bind(column(rows, |row| row.status.as_str()))
        .bind(column(rows, |row| row.initiated_at))
        .bind(column(rows, |row| row.detail.mismatches_open()))
        .bind(documents)
        .bind(column(rows, |row| row.position))
        .execute(db)
        .await?;
    Ok(())
}
