//! What happened in each minute and on each day, by merchant and currency: orders, money, refunds and returns.
//!
//! An event counts in the minute in which the log took it, and on the day that it was then in the order's time zone, whatever time it states for itself. That
//! time never goes back, so that a day which is over does not change any more; sales, by contrast, are counted on the day
//! of the placement, and taken back. A payment counts with the figures that were frozen at the placement; a refund counts
//! when the money is back, is taken back when that turns out to be wrong, and money that a gateway or a bank gave back without
//! being asked counts as refunded when that becomes known; a return, when it is decided what is owed for it.
//!
//! Events name an order, a refund or a return. What was agreed is read from where its stream begins.

mod figures;
mod read;
mod turn;

pub use figures::Figures;
pub use read::{Grain, Statistics, StatisticsKey, StatisticsQuery, list};

use std::{collections::BTreeMap, fmt::Write};

use chrono::{DateTime, NaiveTime};
use cqrs_es::Aggregate;
use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    Timestamp,
    event::Event,
    ids::{OrderId, PaymentId, RefundId, ReturnId},
    order::OrderPlaced,
    payment::{Payment, PaymentEvent, PaymentTerms},
    recorded::Recorded,
    refund::{Claim, Refund, RefundEvent},
    returns::{Return, ReturnEvent, ReturnTerms},
    time_zone::TimeZone,
    upcast::Upcasters,
};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{
        column::column,
        origins::{Origin, Origins},
        placements::Placements,
        poison, reading,
        statistics::{
            figures::COLUMNS,
            turn::{Turn, of_order, of_refund, of_return},
        },
    },
};

/// The view.
#[derive(Debug)]
pub struct StatisticsView {
    upcasters: Upcasters,
}

impl StatisticsView {
    /// The view, and how it reads old events.
    pub const fn new(upcasters: Upcasters) -> Self {
        Self { upcasters }
    }
}

impl View for StatisticsView {
    fn name(&self) -> &'static str {
        "statistics"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["statistics_minute", "statistics_day"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events, &self.upcasters).boxed()
    }
}

impl Origin for Claim {
    type Id = RefundId;
    const AGGREGATE_TYPE: &'static str = Refund::TYPE;
    const NAME: &'static str = "claim";

    fn of(event: &Event) -> Option<(RefundId, &Self)> {
        if let Event::Refund(id, RefundEvent::RefundRequested { claim, .. }) = event {
            Some((*id, claim))
        } else {
            None
        }
    }
}

impl Origin for PaymentTerms {
    type Id = PaymentId;
    const AGGREGATE_TYPE: &'static str = Payment::TYPE;
    const NAME: &'static str = "terms";

    fn of(event: &Event) -> Option<(PaymentId, &Self)> {
        if let Event::Payment(id, PaymentEvent::PaymentInitiated { terms, .. }) = event {
            Some((*id, terms))
        } else {
            None
        }
    }
}

impl Origin for ReturnTerms {
    type Id = ReturnId;
    const AGGREGATE_TYPE: &'static str = Return::TYPE;
    const NAME: &'static str = "terms";

    fn of(event: &Event) -> Option<(ReturnId, &Self)> {
        if let Event::Return(id, ReturnEvent::ReturnRequested(terms)) = event { Some((*id, terms)) } else { None }
    }
}

/// Which sums an event goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    begins: Timestamp,
    merchant: &'a str,
    currency: &'static str,
}

type Sums<'a> = BTreeMap<Key<'a>, Figures>;

/// What the turns of a batch go back to.
struct Known<'a> {
    placements: Placements<'a>,
    claims: Origins<'a, Claim>,
    returns: Origins<'a, ReturnTerms>,
    payments: Origins<'a, PaymentTerms>,
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent], upcasters: &Upcasters) -> Result<(), FoldError> {
    let mut turns = Vec::new();
    for feed_event in events {
        if let Some(turn) = Turn::of(reading(feed_event)?) {
            turns.push((&feed_event.recorded, turn));
        }
    }
    if turns.is_empty() {
        return Ok(());
    }
    let known = Known::find(db, events, &turns, upcasters).await?;
    let (mut minutes, mut days) = (Sums::new(), Sums::new());
    for (recorded, turn) in &turns {
        let (placed, currency, figures) = known.figures(turn).map_err(|cause| poison(recorded, cause))?;
        let merchant = placed.merchant.as_str();
        let [minute, day] =
            begins(recorded.recorded_at, placed.time_zone).ok_or_else(|| poison(recorded, "its time has no minute"))?;
        for (sums, begins) in [(&mut minutes, minute), (&mut days, day)] {
            let sum = sums.entry(Key { begins, merchant, currency }).or_default();
            *sum = sum.plus(figures);
        }
    }
    write(db, Grain::Minute, minutes).await?;
    write(db, Grain::Day, days).await?;
    Ok(())
}

/// When the minute began, and the day there as its midnight in UTC: rows of merchants in several time zones are added up by
/// their date.
fn begins(at: Timestamp, zone: TimeZone) -> Option<[Timestamp; 2]> {
    let seconds = at.timestamp();
    let minute = DateTime::from_timestamp(seconds - seconds.rem_euclid(60), 0)?;
    Some([minute, zone.day(at).and_time(NaiveTime::MIN).and_utc()])
}

impl<'a> Known<'a> {
    async fn find(
        db: &mut PgConnection,
        events: &[&'a FeedEvent],
        turns: &[(&Recorded, Turn<'_>)],
        upcasters: &Upcasters,
    ) -> Result<Self, sqlx::Error> {
        let refunds =
            turns.iter().filter_map(|(_, turn)| if let Turn::Refunded(id, _) = turn { Some(*id) } else { None });
        let claims = Origins::<Claim>::find(db, events, refunds, upcasters).await?;
        let returns =
            turns.iter().filter_map(|(_, turn)| if let Turn::Returned(id, _) = turn { Some(*id) } else { None });
        let returns = Origins::<ReturnTerms>::find(db, events, returns, upcasters).await?;
        let payments =
            turns.iter().filter_map(|(_, turn)| if let Turn::Unasked(id, _) = turn { Some(*id) } else { None });
        let payments = Origins::<PaymentTerms>::find(db, events, payments, upcasters).await?;
        let orders = turns.iter().filter_map(|(_, turn)| order(turn, &claims, &returns, &payments).ok());
        let placements = Placements::find(db, events, orders, upcasters).await?;
        Ok(Self { placements, claims, returns, payments })
    }

    /// Of which order they are, in which currency, and what there is to count; or why that is not known.
    fn figures(&self, turn: &Turn<'_>) -> Result<(&OrderPlaced, &'static str, Figures), String> {
        let placed = self.placements.of(order(turn, &self.claims, &self.returns, &self.payments)?)?;
        let (currency, figures) = match turn {
            Turn::Order(_, turn) => of_order(*turn, placed),
            Turn::Refunded(refund, turn) => of_refund(self.claims.of(*refund)?, *turn),
            Turn::Unasked(payment, amount) => (
                self.payments.of(*payment)?.amount.currency,
                Figures { refunded: i128::from(*amount), ..Figures::default() },
            ),
            Turn::Returned(id, units) => (placed.total.currency, of_return(self.returns.of(*id)?, *units)),
        };
        Ok((placed, currency.code(), figures))
    }
}

fn order(
    turn: &Turn<'_>,
    claims: &Origins<'_, Claim>,
    returns: &Origins<'_, ReturnTerms>,
    payments: &Origins<'_, PaymentTerms>,
) -> Result<OrderId, String> {
    match turn {
        Turn::Order(order, _) => Ok(*order),
        Turn::Refunded(refund, _) => Ok(claims.of(*refund)?.order),
        Turn::Unasked(payment, _) => Ok(payments.of(*payment)?.order),
        Turn::Returned(id, _) => Ok(returns.of(*id)?.order),
    }
}

async fn write(db: &mut PgConnection, grain: Grain, sums: Sums<'_>) -> Result<(), sqlx::Error> {
    let rows: Vec<_> = sums.into_iter().map(|(key, figures)| (key, figures.values())).collect();
    let statement = upsert(grain);
    let mut query = sqlx::query(&statement)
        .bind(column(&rows, |(key, _)| key.begins))
        .bind(column(&rows, |(key, _)| key.merchant))
        .bind(column(&rows, |(key, _)| key.currency));
    for number in 0..COLUMNS.len() {
        query = query.bind(column(&rows, |(_, values)| values[number].to_string()));
    }
    query.execute(db).await?;
    Ok(())
}

fn upsert(grain: Grain) -> String {
    let table = grain.table();
    let (mut lists, mut sums) = (String::new(), String::new());
    for (number, name) in COLUMNS.iter().enumerate() {
        let separator = if number == 0 { "" } else { ", " };
        // Writing into a string cannot fail.
        let _ = write!(lists, "{separator}${}::text[]::numeric[]", number + 4);
        let _ = write!(sums, "{separator}{name} = known.{name} + excluded.{name}");
    }
    let columns = COLUMNS.join(", ");
    format!(
        "insert into {table} as known (begins, merchant, currency, {columns})
         select * from unnest($1::timestamptz[], $2::text[], $3::text[], {lists})
         on conflict (begins, merchant, currency) do update set {sums}"
    )
}

#[cfg(test)]
mod spec;
