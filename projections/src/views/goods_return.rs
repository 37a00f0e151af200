//! Returns: what is asked back, how far each has come, what was found in the parcels and what is owed for it.

mod document;
mod read;

pub use document::{ReturnDetail, ReturnStep};
pub use read::{ReturnKey, ReturnQuery, ReturnRow, find, list};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    event::Event,
    fulfillment::FulfillmentEvent,
    ids::{FulfillmentId, ReturnId},
    recorded::Recorded,
    returns::ReturnEvent,
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
    let mut steps: Vec<(ReturnId, Step<'_>, &Recorded)> = Vec::new();
    for feed_event in events {
        let recorded = &feed_event.recorded;
        match reading(feed_event)? {
            Event::Return(id, event) => steps.push((*id, Step::Event(event), recorded)),
            Event::Fulfillment(parcel, event) => {
                steps.extend(answered(event).map(|id| (id, Step::Answered(*parcel), recorded)));
            }
            Event::Order(..)
            | Event::Stock(..)
            | Event::Product(..)
            | Event::Payment(..)
            | Event::Refund(..)
            | Event::Merchant(..)
            | Event::Coupon(..)
            | Event::Points(..)
            | Event::Quota(..)
            | Event::Reference(..)
            | Event::Exception(..) => {}
        }
    }
    if steps.is_empty() {
        return Ok(());
    }
    let known = read::load(db, column(&steps, |(id, ..)| id.as_uuid())).await?;
    let mut rows: BTreeMap<ReturnId, ReturnRow> = known.into_iter().map(|row| (row.id, row)).collect();
    for (id, step, recorded) in steps {
        let known = match (&step, rows.remove(&id)) {
            (Step::Event(ReturnEvent::ReturnRequested(terms)), _) => ReturnDetail::of(terms.clone()),
            (_, Some(row)) => row.detail,
            (_, None) => return Err(poison(recorded, "the view has no such return")),
        };
        let detail = match step {
            Step::Event(event) => {
                let actor = recorded.read_metadata().map_err(|error| poison(recorded, error))?.actor;
                known.after(event, recorded, actor)
            }
            Step::Answered(parcel) => known.answered_by(parcel),
        };
        rows.insert(id, ReturnRow { id, detail, position: recorded.position });
    }
    upsert(db, &rows.into_values().collect::<Vec<_>>()).await
}

/// Something that a return's row tells.
enum Step<'a> {
    Event(&'a ReturnEvent),
    /// A parcel was opened that answers it.
    Answered(FulfillmentId),
}

/// The return that a new parcel answers, if it answers one.
const fn answered(event: &FulfillmentEvent) -> Option<ReturnId> {
    match event {
        FulfillmentEvent::FulfillmentOpened { parcel, at: _ } => parcel.replaces,
        FulfillmentEvent::FulfillmentHeld { .. }
        | FulfillmentEvent::FulfillmentHoldReleased { .. }
        | FulfillmentEvent::FulfillmentStarted { .. }
        | FulfillmentEvent::FulfillmentShipped { .. }
        | FulfillmentEvent::FulfillmentDelivered { .. }
        | FulfillmentEvent::FulfillmentDeliveryFailed { .. }
        | FulfillmentEvent::FulfillmentReduced { .. }
        | FulfillmentEvent::FulfillmentCancelled { .. }
        | FulfillmentEvent::FulfillmentReturned { .. }
        | FulfillmentEvent::FulfillmentLost { .. }
        | FulfillmentEvent::ShipmentOverdue { .. } => None,
    }
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
