//! The right to write: a connection of its own and the end of the log as this node left it.

use std::time::Duration;

use purser_domain::Timestamp;
use sqlx::{PgConnection, PgPool};

use crate::{
    database::connect_to_append,
    log::{Append, Head, Recovery, Sealed, Staged, recover, seal, stage, take_over},
};

/// The longest that half an append may take before its outcome counts as unknown.
const HALF_APPEND_MAX: Duration = Duration::from_secs(30);

/// The longest pause between two attempts to reach the log.
const PAUSE_MAX: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) connection: PgConnection,
    /// The end of what is committed.
    pub(crate) tip: Tip,
}

/// Where the log ends, and when: time in the log never runs backwards, whatever the clock does.
#[derive(Debug, Clone)]
pub(crate) struct Tip {
    pub(crate) head: Head,
    pub(crate) recorded_at: Option<Timestamp>,
}

/// What became of an append, for certain.
#[derive(Debug)]
pub(crate) enum Settled {
    /// It is in the log.
    Committed(Writer),
    /// It is not in the log and never will be.
    NotCommitted(Writer, Reason),
    /// Another node writes now.
    Superseded {
        /// Whether it is in the log.
        committed: bool,
    },
}

/// Why an append is not in the log.
#[derive(Debug)]
pub(crate) enum Reason {
    /// A key of it was used before.
    KeysTaken,
    /// The log was out of reach, or refused.
    Failed(sqlx::Error),
}

impl Writer {
    /// Becomes the writer, whoever was it before.
    pub(crate) async fn take_over(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let mut connection = connect_to_append(pool).await?;
        let (head, recorded_at) = take_over(&mut connection).await?;
        Ok(Self { connection, tip: Tip { head, recorded_at } })
    }

    /// Appends, and finds out what became of it however long that takes: nobody is answered before it is known.
    pub(crate) async fn append(mut self, pool: &PgPool, batch: Append<'_>) -> Settled {
        let after = self.tip.after(&batch);
        let error = match within_limit(stage(&mut self.connection, &batch)).await {
            Ok(Staged::KeysTaken) => return Settled::NotCommitted(self, Reason::KeysTaken),
            Ok(Staged::Ready) => match within_limit(seal(&mut self.connection, &self.tip.head, &after.head)).await {
                Ok(Sealed::Committed) => {
                    self.tip = after;
                    return Settled::Committed(self);
                }
                Ok(Sealed::Fenced) => return Settled::Superseded { committed: false },
                Err(error) => error,
            },
            Err(error) => error,
        };
        tracing::warn!(%error, "an append failed; asking the log what became of it");
        metrics::counter!("purser_append_failures_total").increment(1);
        self.find_out(pool, &after, error).await
    }

    /// Finds out whether the log has come from where this node knows it to `after`.
    pub(crate) async fn find_out(self, pool: &PgPool, after: &Tip, error: sqlx::Error) -> Settled {
        let Self { connection, tip: before } = self;
        let mut pause = Duration::from_millis(10);
        // A statement may still be running on the old connection; closing it does not wait for that.
        drop(connection);
        loop {
            match Self::reconnect(pool, &before.head, &after.head).await {
                Ok((connection, Recovery::Committed(head))) => {
                    return Settled::Committed(Self { connection, tip: Tip { head, ..after.clone() } });
                }
                Ok((connection, Recovery::NotCommitted(head))) => {
                    let writer = Self { connection, tip: Tip { head, ..before } };
                    return Settled::NotCommitted(writer, Reason::Failed(error));
                }
                Ok((_, Recovery::Superseded { committed })) => return Settled::Superseded { committed },
                Err(error) => {
                    tracing::debug!(%error, "the log cannot be reached yet");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
    }

    async fn reconnect(pool: &PgPool, before: &Head, after: &Head) -> Result<(PgConnection, Recovery), sqlx::Error> {
        let mut connection = connect_to_append(pool).await?;
        let recovery = recover(&mut connection, before, after).await?;
        Ok((connection, recovery))
    }

    /// Makes sure that this node is still the writer, for answers that rest on its states alone.
    pub(crate) async fn confirm(mut self, pool: &PgPool) -> Settled {
        let confirmed =
            sqlx::query_scalar::<_, i64>("select count(*) from log_head where epoch = $1 and position = $2")
                .bind(self.tip.head.epoch)
                .bind(self.tip.head.position)
                .fetch_one(&mut self.connection)
                .await;
        match confirmed {
            Ok(1) => Settled::Committed(self),
            Ok(_) => Settled::Superseded { committed: false },
            Err(error) => self.start_over(pool, error).await,
        }
    }

    /// After a failure with no append under way: a new connection, and the log as it stands.
    pub(crate) async fn start_over(self, pool: &PgPool, error: sqlx::Error) -> Settled {
        let after = self.tip.clone();
        self.find_out(pool, &after, error).await
    }
}

impl Tip {
    /// What it will be when the batch that follows here is in the log.
    pub(crate) fn after(&self, batch: &Append<'_>) -> Self {
        Self { head: self.head.moved_over(batch), recorded_at: Some(batch.recorded_at) }
    }
}

/// Half an append, in bounded time.
pub(crate) async fn within_limit<T>(half: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let timed_out = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
    tokio::time::timeout(HALF_APPEND_MAX, half).await.unwrap_or_else(timed_out)
}
