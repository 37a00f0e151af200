//! The runner: follows the log and sees to what follows from it.

use std::sync::Arc;

use futures_util::FutureExt;
use purser_domain::Timestamp;
use sqlx::{Connection, PgConnection};
use tokio::sync::watch;

use crate::{
    feed::{FeedBatch, FeedCursor, FeedError, FeedEvent, Outage},
    follower::{Parking, raise_parked_version},
    parked,
    sagas::{
        FOLLOWER, Shared,
        commit::{Commit, Durability, Standing},
        fresh::try_fresh,
        kept::{announce_dead_letters, column, to_keep},
        reactions::{Reactions, TimerChanges, react},
        verdict::Kept,
    },
};

/// How often a runner without work compares its checkpoint with the database's: after a crash of Postgres it may have
/// fallen back, see [`Durability::Relaxed`].
const IDLE_CHECK: std::time::Duration = std::time::Duration::from_secs(1);

/// How long a runner rests between two batches that it has seen to, unless it is far behind. Under load the events of that
/// time share a statement; and a parcel does not leave later for it.
const REST: std::time::Duration = std::time::Duration::from_millis(20);

/// The task that follows the log.
pub(super) struct Runner {
    shared: Arc<Shared>,
    cursor: FeedCursor,
    position: watch::Sender<i64>,
    /// None until it was read, and while it may be wrong.
    standing: Option<Standing>,
}

#[derive(Debug, thiserror::Error)]
enum RunnerError {
    #[error("the feed gave no events")]
    Feed(#[from] FeedError),
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

impl Runner {
    pub(super) fn new(shared: Arc<Shared>, cursor: FeedCursor, position: watch::Sender<i64>) -> Self {
        Self { shared, cursor, position, standing: None }
    }

    /// Follows until it is stopped. Events that are in hand then are ticked off first, if the commands answer in time.
    pub(super) async fn run(mut self) {
        let stop = self.shared.stop.clone();
        let mut outage = Outage::of("following the log for the sagas");
        while !stop.is_cancelled() {
            match self.step().await {
                Ok(()) => outage.over(),
                Err(RunnerError::Feed(FeedError::Stopped)) => return,
                Err(error) => self.shared.sit_out(&mut outage, &error).await,
            }
        }
    }

    async fn step(&mut self) -> Result<(), RunnerError> {
        let Some(standing) = self.standing.take() else { return self.realign().await };
        let stop = self.shared.stop.clone();
        let first = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            batch = self.cursor.next() => batch?,
            () = tokio::time::sleep(IDLE_CHECK) => return self.check(standing).await,
        };
        let batches = self.gather(first);
        let events: Vec<&FeedEvent> = batches
            .iter()
            .flat_map(|batch| batch.iter())
            .filter(|event| event.recorded.position > standing.position)
            .collect();
        if !follow_on(standing.position, &events) {
            tracing::error!(
                position = standing.position,
                "the feed left a gap after position {}, and is asked again",
                standing.position
            );
            return Ok(());
        }
        let full = events.len() >= self.shared.settings.batch_events_max;
        self.standing = self.see_to(standing, &events).await?;
        if !full {
            let _ = stop.run_until_cancelled(tokio::time::sleep(REST)).await;
        }
        Ok(())
    }

    /// Adds what is there already. Nothing is waited for: while one batch is seen to, the next gathers in the feed.
    fn gather(&mut self, first: FeedBatch) -> Vec<FeedBatch> {
        let mut events = first.len();
        let mut batches = vec![first];
        while events < self.shared.settings.batch_events_max {
            // An error is not lost: the next step meets it again.
            let Some(Ok(batch)) = self.cursor.next().now_or_never() else { break };
            events += batch.len();
            batches.push(batch);
        }
        batches
    }

    /// Tries what follows from the events and ticks them off. Returns where the sagas stand then, or nothing where they
    /// do not stand where this runner believed; what was tried is tried again then, to no effect.
    async fn see_to(&self, mut from: Standing, events: &[&FeedEvent]) -> Result<Option<Standing>, RunnerError> {
        let Some(last) = events.last() else { return Ok(Some(from)) };
        let to = last.recorded.position;
        let Shared { pool, issuer, settings, clock, .. } = &*self.shared;
        let Reactions { steps, timers, parkings } = react(events, &mut from.parked);
        let ended = try_fresh(pool, issuer, settings, steps).await?;
        let now = clock.now();
        let kept = to_keep(ended, now, settings);
        let commit = Commit { from: &from, to, timers: &timers, kept: &kept, now, durability: Durability::Relaxed };
        if !self.commit(&commit, &parkings).await? {
            metrics::counter!("purser_saga_overtaken_total").increment(1);
            return Ok(None);
        }
        self.announce(to, events.len(), &timers, &kept);
        parked::announce(FOLLOWER, &parkings);
        // Who has parked something reads again what is parked.
        Ok(parkings.is_empty().then_some(Standing { position: to, ..from }))
    }

    /// Returns whether the sagas stood where this runner believed.
    async fn commit(&self, commit: &Commit<'_>, parkings: &[Parking<'_>]) -> Result<bool, sqlx::Error> {
        let mut connection = self.shared.pool.acquire().await?;
        if parkings.is_empty() {
            return commit.execute(&mut connection).await;
        }
        let mut transaction = connection.begin().await?;
        if !commit.execute(&mut transaction).await? {
            return Ok(false);
        }
        park(&mut transaction, parkings, commit.now).await?;
        raise_parked_version(&mut transaction, FOLLOWER).await?;
        transaction.commit().await?;
        Ok(true)
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a double; it is exact up to 2^53")]
    fn announce(&self, to: i64, events: usize, timers: &TimerChanges, kept: &[Kept]) {
        metrics::counter!("purser_saga_events_total").increment(events as u64);
        metrics::counter!("purser_saga_timers_set_total").increment(timers.set.len() as u64);
        metrics::gauge!("purser_saga_position").set(to as f64);
        announce_dead_letters(kept);
        self.position.send_replace(to);
        if !kept.is_empty() {
            self.shared.wake.send_replace(());
        }
    }

    /// Goes to where the database says that the sagas are.
    async fn realign(&mut self) -> Result<(), RunnerError> {
        let standing = Standing::load(&mut *self.shared.pool.acquire().await?, self.shared.clock.now()).await?;
        if self.cursor.position() != standing.position {
            self.cursor.rewind(standing.position);
        }
        self.position.send_replace(standing.position);
        self.standing = Some(standing);
        Ok(())
    }

    async fn check(&mut self, standing: Standing) -> Result<(), RunnerError> {
        if standing.holds(&mut *self.shared.pool.acquire().await?).await? {
            self.standing = Some(standing);
        }
        Ok(())
    }
}

/// Writes parked events down. One that is on record already stays as it is: sagas that were set back by hand meet it
/// again, and it may have been skipped.
async fn park(db: &mut PgConnection, parkings: &[Parking<'_>], now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into parked_events (follower, position, aggregate_type, aggregate_id, event_type, error, parked_at)
         select $1, parked.*, $7 from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) as parked
         on conflict do nothing",
    )
    .bind(FOLLOWER)
    .bind(column(parkings, |parking| parking.event.recorded.position))
    .bind(column(parkings, |parking| parking.event.recorded.aggregate_type.as_ref()))
    .bind(column(parkings, |parking| parking.event.recorded.aggregate_id.as_str()))
    .bind(column(parkings, |parking| parking.event.recorded.event_type.as_ref()))
    .bind(column(parkings, |parking| parking.error.as_deref()))
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Whether the events are the ones directly after a position, none missing.
fn follow_on(position: i64, events: &[&FeedEvent]) -> bool {
    events.iter().zip(position + 1..).all(|(event, expected)| event.recorded.position == expected)
}
