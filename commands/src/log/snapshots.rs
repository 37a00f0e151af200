use cqrs_es::Aggregate;
use purser_domain::upcast::Upcasters;
use serde::Serialize;
use sqlx::{PgConnection, PgPool, types::Json};
use tokio::sync::mpsc;

use crate::log::{Wanted, load};

/// The version of the stored states' layout. Raise it when the serde form of an aggregate changes: snapshots of another
/// form are not read, and are made anew as their streams grow.
pub const SNAPSHOT_FORM: i32 = 2;

/// How many events a stream grows between two snapshots, at the least.
const EVENTS_BETWEEN_MIN: i64 = 1_000;

/// The most entries that a state may have to be worth a snapshot. Beyond it, writing the state costs more memory for a
/// moment than reading the tail of the stream costs time after a restart.
const ENTRIES_MAX: usize = 50_000;

/// A stream that has grown enough to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SnapshotRequest {
    aggregate_type: &'static str,
    aggregate_id: String,
}

impl SnapshotRequest {
    /// Asks for one when the stream has grown by as many events as its state has entries, so that all snapshots of a stream together cost a fixed
    /// share of its events, however large its state grows.
    pub(crate) fn when_due<A: Aggregate>(
        aggregate_id: &str,
        sequence: i64,
        last_snapshot: i64,
        entries: usize,
    ) -> Option<Self> {
        let entries_between = i64::try_from(entries).unwrap_or(i64::MAX);
        let due = sequence - last_snapshot >= EVENTS_BETWEEN_MIN.max(entries_between) && entries <= ENTRIES_MAX;
        due.then(|| Self { aggregate_type: A::TYPE, aggregate_id: aggregate_id.to_owned() })
    }
}

/// Writes states of long streams, off the path of the commands: it reads the log for itself.
#[derive(Debug)]
pub(crate) struct Snapshotter {
    pool: PgPool,
    upcasters: Upcasters,
}

impl Snapshotter {
    pub(crate) const fn new(pool: PgPool, upcasters: Upcasters) -> Self {
        Self { pool, upcasters }
    }

    /// Works until the sender is gone. A snapshot that fails is only a snapshot that is missing.
    pub(crate) async fn run(self, mut requests: mpsc::Receiver<SnapshotRequest>) {
        while let Some(request) = requests.recv().await {
            if let Err(error) = self.write(&request).await {
                tracing::warn!(stream = request.aggregate_id, %error, "snapshot failed");
            }
        }
    }

    async fn write(&self, request: &SnapshotRequest) -> Result<(), sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        let mut wanted = Wanted::default();
        wanted.exactly(request.aggregate_type, request.aggregate_id.clone());
        for loaded in load(&mut connection, &wanted, &self.upcasters).await? {
            loaded.store(&mut connection).await?;
        }
        Ok(())
    }
}

pub(super) async fn store<A: Aggregate + Serialize>(
    connection: &mut PgConnection,
    id: &str,
    state: &A,
    sequence: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into stream_snapshots (aggregate_type, aggregate_id, sequence, form, state)
         values ($1, $2, $3, $4, $5)
         on conflict (aggregate_type, aggregate_id)
         do update set sequence = excluded.sequence, form = excluded.form, state = excluded.state",
    )
    .bind(A::TYPE)
    .bind(id)
    .bind(sequence)
    .bind(SNAPSHOT_FORM)
    .bind(Json(state))
    .execute(connection)
    .await?;
    metrics::counter!("purser_snapshots_total", "aggregate" => A::TYPE).increment(1);
    Ok(())
}

#[cfg(test)]
mod tests {
    use purser_domain::stock::Stock;

    use super::*;

    fn due(sequence: i64, last: i64, entries: usize) -> bool {
        SnapshotRequest::when_due::<Stock>("A@main", sequence, last, entries).is_some()
    }

    #[test]
    fn a_short_tail_is_not_worth_a_snapshot() {
        assert!(!due(999, 0, 0));
        assert!(due(1_000, 0, 0));
        assert!(!due(1_999, 1_000, 0));
    }

    #[test]
    fn a_large_state_waits_until_its_stream_has_doubled() {
        assert!(!due(30_000, 10_001, 20_000));
        assert!(due(30_001, 10_001, 20_000));
    }

    #[test]
    fn a_state_too_large_to_write_is_not_written() {
        assert!(!due(10_000_000, 0, ENTRIES_MAX + 1));
    }
}
