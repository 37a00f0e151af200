//! What was sold per day, and per day and SKU: orders, units and gross, by merchant and currency.
//!
//! An order counts from when it is paid, in time or late enough to be reinstated, on the day of its placement in its
//! merchant's time zone; one of which nothing is to be paid, from its placement on. Units that are cancelled or come back are
//! taken out of it, and so are their money, if any, a SKU of which the order has none left, and the order itself when it has
//! none of anything. These events are short; what was agreed is read from the order's placement in the log, and what had gone
//! before from the events between. An order that is never paid costs this view nothing.

mod gone;
mod read;
mod tally;

pub use read::{Day, DayKey, DaySku, DaySkuKey, Gross, SalesQuery, SkuKey, SkuTotal, day_skus, days, skus};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    event::Event,
    ids::OrderId,
    money::{Amount, Money},
    order::{LineUnits, OrderEvent, OrderPlaced},
    recorded::Recorded,
    upcast::Upcasters,
};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{
        column::column,
        placements::Placements,
        poison, reading,
        sales::{
            gone::{Gone, gone_before},
            tally::Tallies,
        },
    },
};

/// The view.
#[derive(Debug)]
pub struct Sales {
    upcasters: Upcasters,
}

impl Sales {
    /// The view, and how it reads old placements.
    pub const fn new(upcasters: Upcasters) -> Self {
        Self { upcasters }
    }
}

impl View for Sales {
    fn name(&self) -> &'static str {
        "sales"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["sales_day", "sales_day_sku"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events, &self.upcasters).boxed()
    }
}

/// An event that may count.
struct Turn<'a> {
    recorded: &'a Recorded,
    order: OrderId,
    kind: TurnKind<'a>,
}

#[derive(Clone, Copy)]
enum TurnKind<'a> {
    /// The order was paid.
    Sold,
    /// It was cancelled whole, and money for it is owed back.
    Returned,
    /// It was cancelled, and no money is owed back: it was not paid, it was free, or all its units were taken out of it.
    Dropped,
    /// It was cancelled, and what is owed back is less than all money that was taken for it: some had gone back before.
    Rest { refund: Money },
    /// Its seller gave money back for nothing that came back.
    Goodwill { refund: Money },
    /// Units were taken out of it, came back after they had left, or never arrived.
    Gone { lines: &'a [LineUnits], refund: Money },
}

impl<'a> TurnKind<'a> {
    fn of(event: &'a OrderEvent) -> Option<Self> {
        match event {
            OrderEvent::OrderLinesCancelled { lines, refund, .. }
            | OrderEvent::UnitsReturned { lines, refund, .. }
            | OrderEvent::UndeliveredRefunded { lines, refund, .. } => Some(Self::Gone { lines, refund: *refund }),
            OrderEvent::GoodwillGranted { refund, .. } => Some(Self::Goodwill { refund: *refund }),
            OrderEvent::OrderPaid { .. } | OrderEvent::OrderReinstated { .. } => Some(Self::Sold),
            OrderEvent::OrderCancelled { owed_back: Some(_), .. } => Some(Self::Returned),
            OrderEvent::OrderCancelled { owed_back: None, refund: Some(refund), .. } => {
                Some(Self::Rest { refund: *refund })
            }
            OrderEvent::OrderCancelled { owed_back: None, refund: None, .. } => Some(Self::Dropped),
            OrderEvent::OrderPlaced(_)
            | OrderEvent::PartialPaymentReceived { .. }
            | OrderEvent::AuthorizationReceived { .. }
            | OrderEvent::RefundOwed { .. }
            | OrderEvent::RefundShifted { .. }
            | OrderEvent::CancellationRequested { .. }
            | OrderEvent::CancellationDeclined { .. }
            | OrderEvent::LatePaymentReceived { .. }
            | OrderEvent::SurplusPaymentReceived { .. }
            | OrderEvent::ProcessingStarted { .. }
            | OrderEvent::BackorderServed { .. }
            | OrderEvent::StockShorted { .. }
            | OrderEvent::BackorderMoved { .. }
            | OrderEvent::ParcelOpened { .. }
            | OrderEvent::ParcelShipped { .. }
            | OrderEvent::ParcelDelivered { .. }
            | OrderEvent::ParcelGivenUp { .. }
            | OrderEvent::ParcelReplaced { .. }
            | OrderEvent::OrderShipped { .. }
            | OrderEvent::OrderDelivered { .. }
            | OrderEvent::OrderCompleted { .. }
            | OrderEvent::OrderExpired { .. }
            | OrderEvent::OrderReservationsReleased { .. }
            | OrderEvent::ReturnOpened { .. }
            | OrderEvent::ReturnEnded { .. } => None,
        }
    }

    /// Whether what it means depends on what had gone before.
    const fn looks_back(self) -> bool {
        match self {
            Self::Sold | Self::Returned | Self::Goodwill { .. } => false,
            Self::Rest { .. } | Self::Dropped | Self::Gone { .. } => true,
        }
    }

    /// Lets it count. A free order was sold by its placement, so that what is left of it goes when it is cancelled; any other
    /// of which nothing is owed back was not paid, or has nothing left to take back.
    fn count(self, tallies: &mut Tallies<'a>, placed: &'a OrderPlaced, gone: &mut Gone) -> Option<()> {
        match self {
            Self::Sold => tallies.count(placed, 1),
            Self::Returned => tallies.count(placed, -1),
            Self::Goodwill { refund } => tallies.give(placed, refund),
            Self::Rest { refund } => tallies.take_out(placed, &gone.rest(placed), refund, gone),
            Self::Dropped if placed.total.amount == Amount::ZERO => {
                tallies.take_out(placed, &gone.rest(placed), placed.total, gone)
            }
            Self::Dropped => Some(()),
            Self::Gone { lines, refund } => tallies.take_out(placed, lines, refund, gone),
        }
    }
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent], upcasters: &Upcasters) -> Result<(), FoldError> {
    let mut turns = Vec::new();
    for feed_event in events {
        if let Event::Order(order, event) = reading(feed_event)?
            && let Some(kind) = TurnKind::of(event)
        {
            turns.push(Turn { recorded: &feed_event.recorded, order: *order, kind });
        }
    }
    if turns.is_empty() {
        return Ok(());
    }
    let placements = Placements::find(db, events, turns.iter().map(|turn| turn.order), upcasters).await?;
    let mut gone = gone_before(db, &first_places(&turns), upcasters).await?;
    let mut tallies = Tallies::default();
    for turn in &turns {
        let placed = placements.of(turn.order).map_err(|cause| poison(turn.recorded, cause))?;
        let counted = turn.kind.count(&mut tallies, placed, gone.entry(turn.order).or_default());
        counted.ok_or_else(|| poison(turn.recorded, "the sums of its day overflow"))?;
    }
    write(db, tallies).await?;
    Ok(())
}

/// Where in its stream each order of which units go first loses some in this batch.
fn first_places(turns: &[Turn<'_>]) -> BTreeMap<OrderId, i64> {
    let mut places = BTreeMap::new();
    for turn in turns.iter().filter(|turn| turn.kind.looks_back()) {
        places.entry(turn.order).or_insert(turn.recorded.sequence);
    }
    places
}

async fn write(db: &mut PgConnection, tallies: Tallies<'_>) -> Result<(), sqlx::Error> {
    let (days, skus) = tallies.into_rows();
    if days.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("sales/upsert_days.sql"))
        .bind(column(&days, |(key, _)| key.day))
        .bind(column(&days, |(key, _)| key.merchant))
        .bind(column(&days, |(key, _)| key.currency))
        .bind(column(&days, |(_, tally)| tally.orders))
        .bind(column(&days, |(_, tally)| tally.units))
        .bind(column(&days, |(_, tally)| tally.gross))
        .execute(&mut *db)
        .await?;
    sqlx::query(include_str!("sales/upsert_skus.sql"))
        .bind(column(&skus, |((key, _), _)| key.day))
        .bind(column(&skus, |((key, _), _)| key.merchant))
        .bind(column(&skus, |((key, _), _)| key.currency))
        .bind(column(&skus, |((_, sku), _)| *sku))
        .bind(column(&skus, |(_, tally)| tally.orders))
        .bind(column(&skus, |(_, tally)| tally.units))
        .bind(column(&skus, |(_, tally)| tally.gross))
        .execute(db)
        .await?;
    Ok(())
}
