//! The right to write: a connection of its own and the end of the log as this node left it.

use std::time::Duration;

use purser_domain::{Timestamp, chain::ChainHash};
use sqlx::{PgConnection, PgPool};

use crate::{
    database::connect,
    log::{Append, Head, Outcome, Recovery, append, recover, take_over},
};

/// The longest that an append may take before its outcome counts as unknown.
const APPEND_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest pause between two attempts to reach the log.
const PAUSE_MAX: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) connection: PgConnection,
    pub(crate) head: Head,
    /// When the last event was recorded: time in the log never runs backwards, whatever the clock does.
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
        let mut connection = connect(pool).await?;
        let (head, recorded_at) = take_over(&mut connection).await?;
        Ok(Self { connection, head, recorded_at })
    }

    /// Appends, and finds out what became of it however long that takes: nobody is answered before it is known.
    pub(crate) async fn append(mut self, pool: &PgPool, batch: Append<'_>) -> Settled {
        let after = head_after(&self.head, batch.events.last().map(|event| event.position), batch.hashes.last());
        let recorded_at = batch.recorded_at;
        let error = match tokio::time::timeout(APPEND_TIMEOUT, append(&mut self.connection, batch)).await {
            Ok(Ok(Outcome::Committed)) => {
                self.head = after;
                self.recorded_at = Some(recorded_at);
                return Settled::Committed(self);
            }
            Ok(Ok(Outcome::KeysTaken)) => return Settled::NotCommitted(self, Reason::KeysTaken),
            Ok(Ok(Outcome::Fenced)) => return Settled::Superseded { committed: false },
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
        };
        tracing::warn!(%error, "an append failed; asking the log what became of it");
        metrics::counter!("purser_append_failures_total").increment(1);
        self.find_out(pool, &after, Some(recorded_at), error).await
    }

    async fn find_out(
        self,
        pool: &PgPool,
        after: &Head,
        recorded_at: Option<Timestamp>,
        error: sqlx::Error,
    ) -> Settled {
        let before = self.head;
        let mut pause = Duration::from_millis(10);
        // A statement may still be running on the old connection; closing it does not wait for that.
        drop(self.connection);
        loop {
            match Self::reconnect(pool, &before, after).await {
                Ok((connection, Recovery::Committed(head))) => {
                    return Settled::Committed(Self { connection, head, recorded_at });
                }
                Ok((connection, Recovery::NotCommitted(head))) => {
                    let writer = Self { connection, head, recorded_at: self.recorded_at };
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
        let mut connection = connect(pool).await?;
        let recovery = recover(&mut connection, before, after).await?;
        Ok((connection, recovery))
    }

    /// Makes sure that this node is still the writer, for answers that rest on its states alone.
    pub(crate) async fn confirm(mut self, pool: &PgPool) -> Settled {
        let confirmed =
            sqlx::query_scalar::<_, i64>("select count(*) from log_head where epoch = $1 and position = $2")
                .bind(self.head.epoch)
                .bind(self.head.position)
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
        let after = self.head.clone();
        let recorded_at = self.recorded_at;
        self.find_out(pool, &after, recorded_at, error).await
    }
}

fn head_after(head: &Head, position: Option<i64>, hash: Option<&ChainHash>) -> Head {
    Head { position: position.unwrap_or(head.position), hash: hash.copied().unwrap_or(head.hash), ..head.clone() }
}
