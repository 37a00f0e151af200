//! Holding the clock against the database's, and saying when they disagree.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use purser_domain::{
    Timestamp,
    clock::{Change, Clock, Doubt, SteadyClock, TOLERANCE},
};
use sqlx::PgPool;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How often the machine's clocks are compared.
const EVERY: Duration = Duration::from_secs(1);

/// How many comparisons there are for each question to the database.
const ASK_EVERY: u32 = 10;

/// An answer that took longer says too little about when it was given.
const ROUND_TRIP_MAX: TimeDelta = TimeDelta::seconds(1);

/// The task that watches a clock, if it is one that can be watched.
pub(crate) struct ClockWatch {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pool: PgPool,
}

impl ClockWatch {
    /// Compares once, with the database's clock; and says so if the log is ahead of the time.
    pub(crate) async fn begin(&self) -> Result<(), sqlx::Error> {
        if let Some(clock) = self.clock.steady() {
            let ahead = database_ahead(clock, &self.pool).await?;
            tell(clock, clock.observe(ahead));
        }
        let ahead = log_ahead(&self.pool, self.clock.now()).await?;
        if ahead > TOLERANCE {
            tracing::warn!(
                log_ahead_seconds = ahead.num_seconds(),
                "the log is ahead of the clock: until the clock has come so far, events are dated like the last one"
            );
        }
        Ok(())
    }

    /// Compares until told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let Some(clock) = self.clock.steady() else { return };
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count = 0_u32;
        while stop.run_until_cancelled(every.tick()).await.is_some() {
            count = count.wrapping_add(1);
            // A database that is away says nothing, which others complain of.
            let asks = count.is_multiple_of(ASK_EVERY);
            let ahead = if asks { database_ahead(clock, &self.pool).await.ok().flatten() } else { None };
            tell(clock, clock.observe(ahead));
            if asks && let Ok(ahead) = log_ahead(&self.pool, self.clock.now()).await {
                metrics::gauge!("purser_log_ahead_seconds").set(seconds(ahead));
            }
        }
    }
}

/// How far the database's clock is ahead of the machine's, halfway between question and answer.
async fn database_ahead(clock: &SteadyClock, pool: &PgPool) -> Result<Option<TimeDelta>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let (asked, wall) = (clock.counted(), clock.wall());
    let database: Timestamp = sqlx::query_scalar("select clock_timestamp()").fetch_one(&mut *connection).await?;
    let round_trip = clock.counted() - asked;
    Ok((round_trip <= ROUND_TRIP_MAX).then(|| database - (wall + round_trip / 2)))
}

/// How far the last event is ahead of the time; not below zero.
async fn log_ahead(pool: &PgPool, now: Timestamp) -> Result<TimeDelta, sqlx::Error> {
    let last: Option<Timestamp> =
        sqlx::query_scalar("select recorded_at from events where position = (select position from log_head)")
            .fetch_optional(pool)
            .await?;
    Ok(last.map_or(TimeDelta::zero(), |last| (last - now).max(TimeDelta::zero())))
}

fn seconds(ahead: TimeDelta) -> f64 {
    ahead.as_seconds_f64()
}

fn tell(clock: &SteadyClock, change: Option<Change>) {
    match change {
        None => {}
        Some(Change::Doubted(Doubt { wall_ahead, database_ahead, since: _ })) => tracing::error!(
            wall_ahead_seconds = seconds(wall_ahead),
            database_ahead_seconds = seconds(database_ahead),
            "the clock has jumped, or disagrees with the database's: no timer fires until they agree, they stay in step for ten \
             minutes, or an operator confirms the time of day (POST /v1/clock/confirm)"
        ),
        Some(Change::Agreed) => tracing::info!("the clocks agree again"),
        Some(Change::Believed(Doubt { wall_ahead, .. })) => tracing::warn!(
            wall_ahead_seconds = seconds(wall_ahead),
            "the clocks stayed in step: the time of day is the time from now on"
        ),
    }
    let doubt = clock.doubt();
    metrics::gauge!("purser_clock_in_doubt").set(if doubt.is_some() { 1.0 } else { 0.0 });
    metrics::gauge!("purser_clock_wall_ahead_seconds").set(seconds(clock.wall() - clock.now()));
    metrics::gauge!("purser_clock_database_ahead_seconds").set(seconds(clock.database_ahead()));
}
