//! The parcels of the orders: what is in each, from where it goes, and how far it has come.

mod read;

pub use read::{FulfillmentKey, FulfillmentQuery, FulfillmentRow, find, list};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    Timestamp,
    event::Event,
    fulfillment::{FulfillmentEvent, FulfillmentStatus, Parcel, without},
    ids::FulfillmentId,
    recorded::Recorded,
    text::{Carrier, CustomerId, Location, Reason, TrackingNumber},
};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{column::column, poison, reading},
};

/// The view.
#[derive(Debug)]
pub struct Fulfillments;

impl View for Fulfillments {
    fn name(&self) -> &'static str {
        "fulfillment"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["fulfillment"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

/// An event of a fulfillment, in the log and as it reads.
struct Step<'a> {
    id: FulfillmentId,
    recorded: &'a Recorded,
    event: &'a FulfillmentEvent,
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let mut steps = Vec::new();
    for feed_event in events {
        if let Event::Fulfillment(id, event) = reading(feed_event)? {
            steps.push(Step { id: *id, recorded: &feed_event.recorded, event });
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    let known = read::load(db, column(&steps, |step| step.id.as_uuid())).await?;
    let mut rows: BTreeMap<FulfillmentId, FulfillmentRow> = known.into_iter().map(|row| (row.id, row)).collect();
    for step in &steps {
        let folded = match (step.event, rows.remove(&step.id)) {
            (FulfillmentEvent::FulfillmentOpened { parcel, at }, _) => opened(step, parcel, *at),
            (event, Some(row)) => advance(FulfillmentRow { position: step.recorded.position, ..row }, event),
            (_, None) => return Err(poison(step.recorded, "the view has no such fulfillment")),
        };
        rows.insert(step.id, folded);
    }
    upsert(db, &rows.into_values().collect::<Vec<_>>()).await
}

fn opened(step: &Step<'_>, parcel: &Parcel, opened_at: Timestamp) -> FulfillmentRow {
    FulfillmentRow {
        id: step.id,
        order: parcel.order,
        number: parcel.number,
        merchant: parcel.merchant.clone(),
        customer: parcel.customer.clone(),
        location: parcel.location.clone(),
        replaces: parcel.replaces,
        lines: parcel.lines.clone(),
        status: FulfillmentStatus::Open,
        opened_at,
        ship_by: parcel.ship_by,
        overdue_since: None,
        started_at: None,
        tracking: None,
        carrier: None,
        shipped_at: None,
        delivered_at: None,
        ended_at: None,
        reason: None,
        position: step.recorded.position,
    }
}

/// The reason is that of where it stands: it goes with the hold, and with the failure that another shipment makes good.
fn advance(row: FulfillmentRow, event: &FulfillmentEvent) -> FulfillmentRow {
    match event {
        FulfillmentEvent::FulfillmentOpened { .. } => row,
        FulfillmentEvent::FulfillmentHeld { reason, at: _ } => {
            FulfillmentRow { status: FulfillmentStatus::OnHold, reason: Some(reason.clone()), ..row }
        }
        FulfillmentEvent::FulfillmentHoldReleased { at: _ } => {
            FulfillmentRow { status: FulfillmentStatus::Open, reason: None, ..row }
        }
        FulfillmentEvent::FulfillmentStarted { at } => {
            FulfillmentRow { status: FulfillmentStatus::InProgress, started_at: Some(*at), ..row }
        }
        FulfillmentEvent::FulfillmentShipped { lines, tracking, carrier, at } => FulfillmentRow {
            status: FulfillmentStatus::Shipped,
            lines: lines.clone(),
            tracking: tracking.clone(),
            carrier: carrier.clone(),
            shipped_at: Some(*at),
            overdue_since: None,
            reason: None,
            ended_at: None,
            ..row
        },
        FulfillmentEvent::FulfillmentDelivered { at, replaces: _ } => {
            FulfillmentRow { status: FulfillmentStatus::Delivered, delivered_at: Some(*at), ..row }
        }
        FulfillmentEvent::FulfillmentDeliveryFailed { reason, at, order: _ } => FulfillmentRow {
            status: FulfillmentStatus::DeliveryFailed,
            reason: Some(reason.clone()),
            ended_at: Some(*at),
            ..row
        },
        FulfillmentEvent::FulfillmentReduced { lines, .. } => {
            FulfillmentRow { lines: without(row.lines, lines), ..row }
        }
        FulfillmentEvent::FulfillmentCancelled { reason, at, replaces: _ } => FulfillmentRow {
            status: FulfillmentStatus::Cancelled,
            reason: Some(reason.clone()),
            ended_at: Some(*at),
            overdue_since: None,
            ..row
        },
        FulfillmentEvent::FulfillmentReturned { reason, at, replaces: _ } => FulfillmentRow {
            status: FulfillmentStatus::Returned,
            reason: Some(reason.clone()),
            ended_at: Some(*at),
            ..row
        },
        FulfillmentEvent::FulfillmentLost { reason, at, replaces: _ } => {
            FulfillmentRow { status: FulfillmentStatus::Lost, reason: Some(reason.clone()), ended_at: Some(*at), ..row }
        }
        FulfillmentEvent::ShipmentOverdue { at } => FulfillmentRow { overdue_since: Some(*at), ..row },
    }
}

async fn upsert(db: &mut PgConnection, rows: &[FulfillmentRow]) -> Result<(), FoldError> {
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let json = serde_json::to_string(&row.lines);
        lines.push(json.map_err(|error| FoldError::Poison { position: row.position, cause: error.to_string() })?);
    }
    sqlx::query(include_str!("fulfillment/upsert.sql"))
        .bind(column(rows, |row| row.id.as_uuid()))
        .bind(column(rows, |row| row.order.as_uuid()))
        .bind(column(rows, |row| i64::from(row.number)))
        .bind(column(rows, |row| row.merchant.as_str()))
        .bind(column(rows, |row| row.customer.as_ref().map(CustomerId::as_str)))
        .bind(column(rows, |row| row.location.as_ref().map(Location::as_str)))
        .bind(column(rows, |row| row.replaces.map(|replaces| replaces.as_uuid())))
        .bind(lines)
        .bind(column(rows, |row| row.status.as_str()))
        .bind(column(rows, |row| row.opened_at))
        .bind(column(rows, |row| row.ship_by))
        .bind(column(rows, |row| row.overdue_since))
        .bind(column(rows, |row| row.started_at))
        .bind(column(rows, |row| row.tracking.as_ref().map(TrackingNumber::as_str)))
        .bind(column(rows, |row| row.carrier.as_ref().map(Carrier::as_str)))
        .bind(column(rows, |row| row.shipped_at))
        .bind(column(rows, |row| row.delivered_at))
        .bind(column(rows, |row| row.ended_at))
        .bind(column(rows, |row| row.reason.as_ref().map(Reason::as_str)))
        .bind(column(rows, |row| row.position))
        .execute(db)
        .await?;
    Ok(())
}
