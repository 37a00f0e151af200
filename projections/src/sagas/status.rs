use purser_domain::Timestamp;
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::sagas::FOLLOWER;

/// How the sagas are doing, on whichever node they run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct SagaStatus {
    /// Everything that follows from events up to here is done, stored in the outbox, or set as a timer.
    pub position: i64,
    /// Up to where the log goes.
    pub head: i64,
    /// How many commands are stored in the outbox and wait for their turn, or for the next attempt, or behind a dead letter.
    pub pending_commands: i64,
    /// How many commands wait for an operator.
    pub dead_letters: i64,
    /// How many events wait because one of their stream cannot be read, that one included.
    pub parked_events: i64,
    /// How many timers are set.
    pub open_timers: i64,
    /// When the next of them fires.
    pub next_timer_due: Option<Timestamp>,
}

impl SagaStatus {
    /// How many events the sagas have not come to yet.
    pub fn lag_events(&self) -> i64 {
        (self.head - self.position).max(0)
    }

    /// Whether nothing is left to do: all events are seen to, and no command waits. What has been done by then is in the
    /// log, and what followed from that is done as well. Timers that are not due yet do not count, nor do dead letters;
    /// a command that waits behind one does.
    pub const fn is_quiescent(&self) -> bool {
        self.position >= self.head && self.pending_commands == 0
    }
}

/// The status as the database has it, of one moment. Counts every open timer: some milliseconds for each hundred thousand.
pub async fn status(pool: &PgPool) -> Result<SagaStatus, sqlx::Error> {
    sqlx::query_as(include_str!("status.sql")).bind(FOLLOWER).fetch_one(pool).await
}
