//! The timers: fired by the injected clock, none before its time and none forgotten.
//!
//! A timer's row is what remembers it: it goes when its command is done, or is in the outbox. Firing twice is harmless,
//! and so is firing for an order whose payment nobody has told the sagas of yet: the order knows.

use std::{collections::HashMap, sync::Arc};

use purser_domain::{Timestamp, ids::OrderId};
use sqlx::{FromRow, Row, postgres::PgRow};
use tokio::sync::watch;

use crate::{
    feed::Outage,
    sagas::{
        Shared,
        fresh::try_fresh,
        kept::{announce_dead_letters, column, storing, to_keep},
        step::{Lane, Step, Timer, known_sagas, saga_named},
        verdict::Fate,
    },
};

/// The task that fires timers.
pub(super) struct Timers {
    shared: Arc<Shared>,
    wake: watch::Receiver<()>,
}

impl Timers {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let wake = shared.wake.subscribe();
        Self { shared, wake }
    }

    /// Fires what is due, until it is stopped.
    ///
    /// It looks every so often instead of sleeping until the next timer is due: the clock may be moved by hand, and
    /// timers may be set on another node. Only the due end of an index is looked at.
    pub(super) async fn run(mut self) {
        let stop = self.shared.stop.clone();
        let mut outage = Outage::of("firing the sagas' timers");
        while stop.run_until_cancelled(self.shared.pause(&mut self.wake)).await.is_some() {
            match stop.run_until_cancelled(self.fire_due()).await {
                None => return,
                Some(Ok(())) => outage.over(),
                Some(Err(error)) => self.shared.sit_out(&mut outage, &error).await,
            }
        }
    }

    async fn fire_due(&self) -> Result<(), sqlx::Error> {
        loop {
            let due = self.due().await?;
            if due.is_empty() || !self.fire(due).await? {
                return Ok(());
            }
        }
    }

    async fn due(&self) -> Result<Vec<Timer>, sqlx::Error> {
        sqlx::query_as(
            "select saga, order_id, due, position, correlation_id from saga_timers
             where due <= $1 and saga = any($2) order by due limit $3",
        )
        // Planned anew, as in [`storing`].
        .persistent(false)
        .bind(self.shared.clock.now())
        .bind(known_sagas())
        .bind(self.shared.settings.page_rows)
        .fetch_all(&self.shared.pool)
        .await
    }

    /// Returns whether it is worth while to look for more at once.
    async fn fire(&self, due: Vec<Timer>) -> Result<bool, sqlx::Error> {
        let Shared { pool, issuer, settings, clock, .. } = &*self.shared;
        let is_full_page = i64::try_from(due.len()).is_ok_and(|rows| rows >= settings.page_rows);
        let steps: Vec<Step> = due.iter().filter_map(Step::after_timer).collect();
        let (early, ended) = part_early(try_fresh(pool, issuer, settings, steps).await?);
        self.put_off(&early).await?;
        let fired: Vec<Timer> = due.into_iter().filter(|timer| !early.contains_key(&timer.lane())).collect();
        let now = clock.now();
        let kept = to_keep(ended, now, settings);
        storing(include_str!("fire.sql"), &kept, now)?
            .bind(column(&fired, |timer| timer.saga.name()))
            .bind(column(&fired, |timer| timer.order.as_uuid()))
            .bind(column(&fired, |timer| timer.due))
            .fetch_one(pool)
            .await?;
        metrics::counter!("purser_saga_timers_fired_total").increment(fired.len() as u64);
        announce_dead_letters(&kept);
        if !kept.is_empty() {
            self.shared.wake.send_replace(());
        }
        Ok(is_full_page && !fired.is_empty())
    }

    /// Sets timers to when their orders say that it is time.
    async fn put_off(&self, early: &HashMap<Lane, Timestamp>) -> Result<(), sqlx::Error> {
        if early.is_empty() {
            return Ok(());
        }
        let early: Vec<(Lane, Timestamp)> = early.iter().map(|(lane, until)| (*lane, *until)).collect();
        sqlx::query(
            "update saga_timers as timer set due = early.until
             from unnest($1::text[], $2::uuid[], $3::timestamptz[]) as early (saga, order_id, until)
             where timer.saga = early.saga and timer.order_id = early.order_id",
        )
        .bind(column(&early, |((saga, _), _)| saga.name()))
        .bind(column(&early, |((_, order), _)| *order))
        .bind(column(&early, |(_, until)| *until))
        .execute(&self.shared.pool)
        .await?;
        Ok(())
    }
}

/// Takes out what was tried too early: its timer stays.
fn part_early(ended: Vec<(Step, Fate)>) -> (HashMap<Lane, Timestamp>, Vec<(Step, Fate)>) {
    let mut early = HashMap::new();
    let mut others = Vec::with_capacity(ended.len());
    for (step, fate) in ended {
        if let Fate::TooEarly(until) = fate {
            early.insert(step.lane(), until);
        } else {
            others.push((step, fate));
        }
    }
    (early, others)
}

impl FromRow<'_, PgRow> for Timer {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            saga: saga_named(row.try_get("saga")?)?,
            order: OrderId::from_uuid(row.try_get("order_id")?),
            due: row.try_get("due")?,
            position: row.try_get("position")?,
            correlation_id: row.try_get("correlation_id")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use purser_domain::saga::Saga;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_what_was_too_early_keeps_its_timer() {
        let timer = |order| Timer {
            saga: Saga::PaymentWindow,
            order: OrderId::from_uuid(Uuid::from_u128(order)),
            due: chrono::DateTime::UNIX_EPOCH,
            position: 1,
            correlation_id: "c".to_owned(),
        };
        let step = |order| Step::after_timer(&timer(order)).unwrap();
        let until = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(1);
        let (early, others) = part_early(vec![
            (step(1), Fate::Done),
            (step(2), Fate::TooEarly(until)),
            (step(3), Fate::Unavailable("away".to_owned())),
        ]);
        assert_eq!(early, HashMap::from([(timer(2).lane(), until)]));
        assert_eq!(others.len(), 2);
    }
}
