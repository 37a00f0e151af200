//! Timers that repeat: on their beat, never twice for one time, and not for what was missed.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use purser_domain::{Timestamp, clock::Clock};
use purser_projections::sagas::{BackOfficeList, CommandPort, PortError, SagaRequest};
use purser_tests::{HandClock, SagasAlone, TestDatabase, wait::until};
use sqlx::types::Uuid;

/// Notes what was asked for, and says that it is done; or that nobody is there.
#[derive(Default)]
struct Desk {
    done: Mutex<Vec<Uuid>>,
    is_away: AtomicBool,
}

impl CommandPort for Desk {
    fn issue(&self, request: SagaRequest) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(async move {
            if self.is_away.load(Ordering::Relaxed) {
                return Err(PortError::Unavailable("away".to_owned()));
            }
            self.done.lock().unwrap().push(request.id);
            Ok(())
        })
    }
}

impl Desk {
    fn done(&self) -> Vec<Uuid> {
        self.done.lock().unwrap().clone()
    }
}

/// No saga of today repeats a timer; the engine is told so by its table.
struct Poll {
    database: TestDatabase,
    clock: Arc<HandClock>,
    desk: Arc<Desk>,
}

impl Poll {
    /// One that is due each minute from now on, and has fired for the first time.
    async fn minutely(until: Option<TimeDelta>) -> (Self, SagasAlone) {
        let poll = Self { database: TestDatabase::create().await, clock: Arc::default(), desk: Arc::default() };
        sqlx::query(
            "insert into saga_timers (saga, subject, due, every_seconds, until, position, correlation_id)
             values ('payment_window', $1, $2, 60, $3, 1, 'story')",
        )
        .bind(Uuid::from_u128(1))
        .bind(poll.clock.now())
        .bind(until.map(|until| poll.clock.now() + until))
        .execute(&mut poll.database.owner().await)
        .await
        .unwrap();
        let sagas = poll.sagas().await;
        poll.is_due(Some(poll.clock.now() + TimeDelta::minutes(1))).await;
        (poll, sagas)
    }

    async fn sagas(&self) -> SagasAlone {
        SagasAlone::start(&self.database, &self.clock, Arc::clone(&self.desk) as _, Arc::new(BackOfficeList)).await
    }

    async fn due(&self) -> Option<Timestamp> {
        sqlx::query_scalar("select due from saga_timers")
            .fetch_optional(&mut self.database.owner().await)
            .await
            .unwrap()
    }

    /// Waits until it is due then, or not at all.
    async fn is_due(&self, then: Option<Timestamp>) {
        until("the timer's next time", async || (self.due().await == then).then_some(())).await;
    }

    async fn stored(&self) -> i64 {
        sqlx::query_scalar("select count(*) from saga_commands where state = 'pending'")
            .fetch_one(&mut self.database.owner().await)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_timer_that_repeats_fires_on_its_beat_and_for_the_last_time_after_its_end() {
    let (poll, _sagas) = Poll::minutely(Some(TimeDelta::seconds(150))).await;
    let start = poll.clock.now();
    for minute in 1..=2 {
        poll.clock.advance(TimeDelta::minutes(1));
        poll.is_due(Some(start + TimeDelta::minutes(minute + 1))).await;
    }
    poll.clock.advance(TimeDelta::minutes(1));
    poll.is_due(None).await;
    let mut done = poll.desk.done();
    assert_eq!(done.len(), 4);
    done.sort_unstable();
    done.dedup();
    assert_eq!(done.len(), 4, "a time that is not taken for another one needs an id of its own");
}

/// Timers of a version to come are left to it. Those that are not due are not looked at, whatever Postgres knows of the table.
#[tokio::test]
async fn what_is_due_is_found_behind_unknown_timers_and_beside_thousands_that_are_not_due() {
    let poll = Poll { database: TestDatabase::create().await, clock: Arc::default(), desk: Arc::default() };
    let mut owner = poll.database.owner().await;
    for (saga, timers, minutes) in
        [("of_tomorrow", 1_500, -2), ("payment_window", 1, -1), ("payment_window", 20_000, 9)]
    {
        sqlx::query(
            "insert into saga_timers (saga, subject, due, position, correlation_id)
             select $1, gen_random_uuid(), $2, 1, 'story' from generate_series(1, $3)",
        )
        .bind(saga)
        .bind(poll.clock.now() + TimeDelta::minutes(minutes))
        .bind(timers)
        .execute(&mut owner)
        .await
        .unwrap();
    }
    let sagas = poll.sagas().await;
    until("the timer that is due", async || (poll.desk.done().len() == 1).then_some(())).await;
    until("its row gone", async || {
        let is_there = "select exists (select from saga_timers where due = $1)";
        let due = poll.clock.now() - TimeDelta::minutes(1);
        let is_there: bool =
            sqlx::query_scalar(is_there).bind(due).fetch_one(&mut poll.database.owner().await).await.unwrap();
        (!is_there).then_some(())
    })
    .await;
    // What a connection has read is told when it ends.
    sagas.pool().close().await;
    drop(sagas);
    let read: i64 = sqlx::query_scalar(
        "select (keys.idx_tup_read + timers.seq_tup_read)::bigint
         from pg_stat_user_indexes as keys join pg_stat_user_tables as timers using (relid)
         where keys.indexrelname = 'saga_timers_pkey'",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert!((1..10_000).contains(&read), "{read} timers were read");
}

#[tokio::test]
async fn a_timer_that_was_due_sixty_times_while_nobody_was_there_fires_once_and_keeps_its_beat() {
    let (poll, sagas) = Poll::minutely(None).await;
    let start = poll.clock.now();
    drop(sagas);
    poll.clock.advance(TimeDelta::hours(1) + TimeDelta::seconds(7));
    let _sagas = poll.sagas().await;
    poll.is_due(Some(start + TimeDelta::minutes(61))).await;
    assert_eq!(poll.desk.done().len(), 2);
}

#[tokio::test]
async fn a_timer_does_not_pile_up_work_that_cannot_be_done() {
    let (poll, _sagas) = Poll::minutely(Some(TimeDelta::seconds(150))).await;
    let start = poll.clock.now();
    poll.desk.is_away.store(true, Ordering::Relaxed);
    for minute in 1..=5 {
        poll.clock.advance(TimeDelta::minutes(1));
        // Its end has come meanwhile, and its last time waits.
        poll.is_due(Some(start + TimeDelta::minutes(minute + 1))).await;
        assert_eq!((poll.stored().await, poll.desk.done().len()), (1, 1));
    }
    poll.desk.is_away.store(false, Ordering::Relaxed);
    until("the outbox is empty and the last time has come", async || {
        poll.clock.advance(TimeDelta::seconds(10));
        (poll.stored().await == 0 && poll.due().await.is_none()).then_some(())
    })
    .await;
    assert_eq!(poll.desk.done().len(), 3);
}

#[tokio::test]
async fn no_timer_fires_while_the_time_is_in_doubt() {
    let (poll, _sagas) = Poll::minutely(None).await;
    let start = poll.clock.now();
    poll.clock.set_in_doubt(true);
    poll.clock.advance(TimeDelta::minutes(1));
    let asked = poll.clock.times_asked_for_doubt();
    // Who has asked three times has looked, and gone to look again.
    until("the timers are looked at", async || (poll.clock.times_asked_for_doubt() >= asked + 3).then_some(())).await;
    assert_eq!(poll.due().await, Some(start + TimeDelta::minutes(1)));

    poll.clock.set_in_doubt(false);

    poll.is_due(Some(start + TimeDelta::minutes(2))).await;
}
