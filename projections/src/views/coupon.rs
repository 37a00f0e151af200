//! Coupons: what each promises, whether it can be used, and how many of its uses are taken.

mod read;

pub use read::{CouponQuery, CouponRow, CouponStatus, find, list};

use std::collections::BTreeMap;

use futures_util::{FutureExt, future::BoxFuture};
use purser_domain::{
    Timestamp,
    coupon::{CouponEvent, CouponTerms},
    event::Event,
    recorded::Recorded,
    text::{CouponCode, MerchantId},
};
use sqlx::PgConnection;

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
    views::{column::column, poison, reading},
};

/// The view.
#[derive(Debug)]
pub struct Coupons;

impl View for Coupons {
    fn name(&self) -> &'static str {
        "coupon"
    }

    fn tables(&self) -> &'static [&'static str] {
        &["coupon"]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        fold(db, events).boxed()
    }
}

/// A coupon that came into the world.
struct Issue<'a> {
    code: &'a CouponCode,
    terms: &'a CouponTerms,
    at: Timestamp,
    recorded: &'a Recorded,
}

/// What a batch changes about one coupon that is in the world, if only since this batch.
struct Change<'a> {
    frozen: i64,
    redeemed: i64,
    withdrawn_at: Option<Timestamp>,
    /// What cannot be folded where there is no such coupon.
    first: &'a Recorded,
    position: i64,
}

/// Popular coupons change with every batch. What they promise is not read again for that: counts are added where they are.
async fn fold(db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), FoldError> {
    let mut issues = Vec::new();
    let mut changes: BTreeMap<&CouponCode, Change<'_>> = BTreeMap::new();
    for feed_event in events {
        let Event::Coupon(code, event) = reading(feed_event)? else { continue };
        let recorded = &feed_event.recorded;
        if let CouponEvent::CouponIssued { terms, at } = event {
            issues.push(Issue { code, terms, at: *at, recorded });
            continue;
        }
        let none = Change { frozen: 0, redeemed: 0, withdrawn_at: None, first: recorded, position: 0 };
        let change = changes.entry(code).or_insert(none);
        change.position = recorded.position;
        change.add(event);
    }
    if !issues.is_empty() {
        insert(db, &issues).await?;
    }
    if !changes.is_empty() {
        update(db, &changes.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(())
}

impl Change<'_> {
    const fn add(&mut self, event: &CouponEvent) {
        match event {
            CouponEvent::CouponIssued { .. } => {}
            CouponEvent::CouponWithdrawn { reason: _, at } => self.withdrawn_at = Some(*at),
            CouponEvent::CouponFrozen(_) => self.frozen += 1,
            CouponEvent::CouponRedeemed(_) => {
                self.frozen -= 1;
                self.redeemed += 1;
            }
            CouponEvent::CouponUnfrozen(_) => self.frozen -= 1,
            CouponEvent::CouponGivenBack(_) => self.redeemed -= 1,
        }
    }
}

async fn insert(db: &mut PgConnection, issues: &[Issue<'_>]) -> Result<(), FoldError> {
    let mut terms = Vec::new();
    for issue in issues {
        terms.push(serde_json::to_string(issue.terms).map_err(|error| poison(issue.recorded, error))?);
    }
    sqlx::query(
        "insert into coupon (code, merchant, terms, issued_at, frozen, redeemed, position)
         select code, merchant, terms, issued_at, 0, 0, position
         from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
              as issued (code, merchant, terms, issued_at, position)",
    )
    .bind(column(issues, |issue| issue.code.as_str()))
    .bind(column(issues, |issue| issue.terms.merchant.as_ref().map(MerchantId::as_str)))
    .bind(terms)
    .bind(column(issues, |issue| issue.at))
    .bind(column(issues, |issue| issue.recorded.position))
    .execute(db)
    .await?;
    Ok(())
}

async fn update(db: &mut PgConnection, changes: &[(&CouponCode, Change<'_>)]) -> Result<(), FoldError> {
    let updated: Vec<String> = sqlx::query_scalar(include_str!("coupon/update.sql"))
        .persistent(false)
        .bind(column(changes, |(code, _)| code.as_str()))
        .bind(column(changes, |(_, change)| change.frozen))
        .bind(column(changes, |(_, change)| change.redeemed))
        .bind(column(changes, |(_, change)| change.withdrawn_at))
        .bind(column(changes, |(_, change)| change.position))
        .fetch_all(db)
        .await?;
    let missing = changes.iter().find(|(code, _)| !updated.iter().any(|known| known == code.as_str()));
    missing.map_or(Ok(()), |(_, change)| Err(poison(change.first, "the view has no such coupon")))
}
