//! How many points each customer has with each issuer, and how many of them are kept for orders.

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{event::Event, points::PointsId, text::MerchantId};
use serde::Serialize;
use sqlx::{FromRow, PgConnection, PgPool};

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{column::column, poison, reading},
};

/// The view.
#[derive(Debug)]
pub struct PointsAccounts;

/// The points of a customer with an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, FromRow)]
pub struct PointsRow {
    /// Points in all; negative where points were taken back that had been spent.
    pub balance: i64,
    /// Points of these that are kept for orders.
    pub frozen: i64,
    /// The position of the account's last event; zero where there is none.
    pub position: i64,
}

impl PointsRow {
    /// Points that orders can still use; negative in a debt.
    pub const fn available(&self) -> i64 {
        self.balance - self.frozen
    }
}

impl View for PointsAccounts {
    fn name(&self) -> &'static str {
        "points"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["points"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

/// The points of an account. One of which nothing is recorded has none.
pub async fn find(pool: &PgPool, account: &PointsId) -> Result<PointsRow, sqlx::Error> {
    let sql = "select balance, frozen, position from views.points where customer = $1 and merchant = $2";
    let found =
        sqlx::query_as(sql).bind(account.customer.as_str()).bind(merchant(account)).fetch_optional(pool).await?;
    Ok(found.unwrap_or_default())
}

/// How the table names an issuer. The platform is no merchant, whose names are not empty.
fn merchant(account: &PointsId) -> &str {
    account.merchant.as_ref().map_or("", MerchantId::as_str)
}

async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let changes: Vec<(&PointsId, PointsRow)> = changes(events)?.into_iter().collect();
    if changes.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into points as known (customer, merchant, balance, frozen, position)
         select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
         on conflict (customer, merchant) do update set
             balance = known.balance + excluded.balance,
             frozen = known.frozen + excluded.frozen,
             position = excluded.position",
    )
    .bind(column(&changes, |(account, _)| account.customer.as_str()))
    .bind(column(&changes, |(account, _)| merchant(account)))
    .bind(column(&changes, |(_, change)| change.balance))
    .bind(column(&changes, |(_, change)| change.frozen))
    .bind(column(&changes, |(_, change)| change.position))
    .execute(db)
    .await?;
    Ok(())
}

/// What a batch changes about each account.
fn changes<'a>(events: &[&'a FeedEvent]) -> Result<BTreeMap<&'a PointsId, PointsRow>, FoldError> {
    let mut changes: BTreeMap<&PointsId, PointsRow> = BTreeMap::new();
    for feed_event in events {
        let Event::Points(account, event) = reading(feed_event)? else { continue };
        let recorded = &feed_event.recorded;
        let change = changes.entry(account).or_default();
        let sums =
            change.balance.checked_add(event.balance_change()).zip(change.frozen.checked_add(event.frozen_change()));
        let (balance, frozen) = sums.ok_or_else(|| poison(recorded, "the count overflows"))?;
        *change = PointsRow { balance, frozen, position: recorded.position };
    }
    Ok(changes)
}
