//! The timers: fired by the injected clock, none before its time, none while that is in doubt, and none forgotten.
//!
//! A timer's row is what remembers it: it goes, or moves to its next time, when its work is done or is in the outbox. Firing
//! twice is harmless, and so is firing for an order whose payment nobody has told the sagas of yet: the order knows.
//!
//! A timer that repeats does not pile its work up. While what it asked for the last time is still in the outbox, it is
//! passed over, and looks again after its interval: its last time, too, comes when the time before is over.

use std::{
    collections::{HashMap, HashSet},
    num::NonZeroU32,
    sync::Arc,
};

use chrono::TimeDelta;
use purser_domain::{
    Timestamp,
    saga::{Repeat, Timer},
};
use sqlx::{FromRow, Row, postgres::PgRow};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    feed::Outage,
    sagas::{
        Shared,
        fresh::try_fresh,
        kept::{announce_dead_letters, column, storing, to_keep},
        step::{SetTimer, Step},
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
            // What is due by a clock that has jumped may not be due at all.
            if self.shared.clock.doubt().is_some() {
                return Ok(());
            }
            let now = self.shared.clock.now();
            let (due, are_more) = self.due(now).await?;
            if due.is_empty() || !(self.fire(due, now).await? && are_more) {
                return Ok(());
            }
        }
    }

    /// What is due, the longest first, and whether there may be more. A timer that this version does not know is left to one
    /// that does.
    ///
    /// Nothing but the index of due times can serve this. With a condition on saga and name, Postgres reads every timer that
    /// there is by its key, as long as nobody has analysed the table.
    async fn due(&self, now: Timestamp) -> Result<(Vec<SetTimer>, bool), sqlx::Error> {
        let rows = self.shared.settings.page_rows;
        let mut unknown = 0;
        loop {
            let page: Vec<DueTimer> = sqlx::query_as(
                "select saga, subject, name, due, every_seconds, until, position, correlation_id from saga_timers
                 where due <= $1 order by due limit $2 offset $3",
            )
            // Planned anew, as in [`storing`].
            .persistent(false)
            .bind(now)
            .bind(rows)
            .bind(unknown)
            .fetch_all(&self.shared.pool)
            .await?;
            let is_full = i64::try_from(page.len()).is_ok_and(|found| found >= rows);
            let known: Vec<SetTimer> = page.into_iter().filter_map(|DueTimer(timer)| timer).collect();
            if !known.is_empty() || !is_full {
                return Ok((known, is_full));
            }
            unknown += rows;
        }
    }

    /// Returns whether anything was fired.
    async fn fire(&self, due: Vec<SetTimer>, looked_at: Timestamp) -> Result<bool, sqlx::Error> {
        let Shared { pool, issuer, settings, clock, .. } = &*self.shared;
        let due: Vec<(SetTimer, Step)> = due.into_iter().map(with_step).collect();
        let busy = self.busy(&due).await?;
        let (passed_over, due): (Vec<_>, Vec<_>) = due.into_iter().partition(|(_, step)| busy.contains(&step.id));
        let steps: Vec<Step> = due.iter().map(|(_, step)| step.clone()).collect();
        let (early, ended) = part_early(try_fresh(pool, issuer, settings, steps).await?);
        let put_off = due.iter().filter_map(|(set, step)| early.get(&step.id).map(|until| (set, *until)));
        let passed_over = passed_over.iter().map(|(set, _)| (set, after_interval(set, looked_at)));
        self.put_off(&put_off.chain(passed_over).collect::<Vec<_>>()).await?;
        let fired: Vec<&SetTimer> =
            due.iter().filter(|(_, step)| !early.contains_key(&step.id)).map(|(set, _)| set).collect();
        let now = clock.now();
        let kept = to_keep(ended, now, settings);
        storing(include_str!("fire.sql"), &kept, now)?
            .bind(column(&fired, |set| set.timer.saga().name()))
            .bind(column(&fired, |set| set.timer.subject()))
            .bind(column(&fired, |set| set.timer.name().unwrap_or_default()))
            .bind(column(&fired, |set| set.due))
            .bind(column(&fired, |set| set.repeat.and_then(|repeat| repeat.next(set.due, looked_at))))
            .fetch_one(pool)
            .await?;
        metrics::counter!("purser_saga_timers_fired_total").increment(fired.len() as u64);
        announce_dead_letters(&kept);
        if !kept.is_empty() {
            self.shared.wake.send_replace(());
        }
        Ok(!fired.is_empty())
    }

    /// The steps of timers that repeat and have not done with the time before: a dead letter counts, a skipped one does
    /// not.
    async fn busy(&self, due: &[(SetTimer, Step)]) -> Result<HashSet<Uuid>, sqlx::Error> {
        let repeated: Vec<&Step> = due.iter().filter(|(set, _)| set.repeat.is_some()).map(|(_, step)| step).collect();
        if repeated.is_empty() {
            return Ok(HashSet::new());
        }
        let busy: Vec<Uuid> = sqlx::query_scalar(
            "select due.id from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])
                 as due (id, saga, subject, causation_id)
             where exists (select from saga_commands as open
                           where open.saga = due.saga and open.subject = due.subject
                             and open.causation_id = due.causation_id and open.id <> due.id
                             and open.state <> 'skipped')",
        )
        .persistent(false)
        .bind(column(&repeated, |step| step.id))
        .bind(column(&repeated, |step| step.saga.name()))
        .bind(column(&repeated, |step| step.subject))
        .bind(column(&repeated, |step| step.causation_id.as_str()))
        .fetch_all(&self.shared.pool)
        .await?;
        Ok(busy.into_iter().collect())
    }

    /// Sets timers to when their subjects say that it is time. One that was set anew meanwhile stays.
    async fn put_off(&self, early: &[(&SetTimer, Timestamp)]) -> Result<(), sqlx::Error> {
        if early.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "update saga_timers as timer set due = early.until
             from unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[])
                  as early (saga, subject, name, due, until)
             where timer.saga = early.saga and timer.subject = early.subject and timer.name = early.name
               and timer.due = early.due",
        )
        .bind(column(early, |(set, _)| set.timer.saga().name()))
        .bind(column(early, |(set, _)| set.timer.subject()))
        .bind(column(early, |(set, _)| set.timer.name().unwrap_or_default()))
        .bind(column(early, |(set, _)| set.due))
        .bind(column(early, |(_, until)| *until))
        .execute(&self.shared.pool)
        .await?;
        Ok(())
    }
}

fn with_step(set: SetTimer) -> (SetTimer, Step) {
    let step = Step::after_timer(&set);
    (set, step)
}

/// When a timer that was passed over looks again.
fn after_interval(set: &SetTimer, now: Timestamp) -> Timestamp {
    let every = set.repeat.map_or(1, |repeat| i64::from(repeat.every_seconds.get()));
    TimeDelta::try_seconds(every).and_then(|every| now.checked_add_signed(every)).unwrap_or(now)
}

/// Takes out what was tried too early: its timer stays.
fn part_early(ended: Vec<(Step, Fate)>) -> (HashMap<Uuid, Timestamp>, Vec<(Step, Fate)>) {
    let mut early = HashMap::new();
    let mut others = Vec::with_capacity(ended.len());
    for (step, fate) in ended {
        if let Fate::TooEarly(until) = fate {
            early.insert(step.id, until);
        } else {
            others.push((step, fate));
        }
    }
    (early, others)
}

/// A timer that is due; none if this version knows no such timer.
struct DueTimer(Option<SetTimer>);

impl FromRow<'_, PgRow> for DueTimer {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let (saga, name): (&str, &str) = (row.try_get("saga")?, row.try_get("name")?);
        let timer = Timer::named(saga, (!name.is_empty()).then_some(name), row.try_get("subject")?);
        let Some(timer) = timer else { return Ok(Self(None)) };
        let every: Option<i64> = row.try_get("every_seconds")?;
        let every = every.and_then(|every| u32::try_from(every).ok()).and_then(NonZeroU32::new);
        let until = row.try_get("until")?;
        Ok(Self(Some(SetTimer {
            timer,
            due: row.try_get("due")?,
            repeat: every.map(|every_seconds| Repeat { every_seconds, until }),
            position: row.try_get("position")?,
            correlation_id: row.try_get("correlation_id")?,
        })))
    }
}

#[cfg(test)]
mod tests {
    use purser_domain::ids::OrderId;

    use super::*;

    #[test]
    fn only_what_was_too_early_keeps_its_timer() {
        let step = |order| {
            Step::after_timer(&SetTimer {
                timer: Timer::PaymentWindow { order: OrderId::from_uuid(Uuid::from_u128(order)) },
                due: chrono::DateTime::UNIX_EPOCH,
                repeat: None,
                position: 1,
                correlation_id: "c".to_owned(),
            })
        };
        let until = chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(1);
        let (early, others) = part_early(vec![
            (step(1), Fate::Done),
            (step(2), Fate::TooEarly(until)),
            (step(3), Fate::Unavailable("away".to_owned())),
        ]);
        assert_eq!(early, HashMap::from([(step(2).id, until)]));
        assert_eq!(others.len(), 2);
    }
}
