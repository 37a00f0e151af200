use purser_domain::{Timestamp, chain::ChainHash, recorded::Recorded};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::log::Head;

/// A batch that is to be appended whole or not at all.
#[derive(Debug)]
pub(crate) struct Append<'a> {
    /// Where the log must stand.
    pub(crate) head: &'a Head,
    /// What follows there; positions continue the head's.
    pub(crate) events: &'a [Recorded],
    /// The chain's hash after each event.
    pub(crate) hashes: &'a [ChainHash],
    /// What was answered to whom.
    pub(crate) keys: &'a [NewKey],
    /// The moment of the append; every event of it carries the same.
    pub(crate) recorded_at: Timestamp,
}

/// An idempotency key that a batch uses up.
#[derive(Debug)]
pub(crate) struct NewKey {
    pub(crate) key: Uuid,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) answer: String,
}

/// What became of a batch, where that is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is in the log, on disk.
    Committed,
    /// The log stands elsewhere or belongs to another writer. Nothing was written.
    Fenced,
    /// At least one of its keys is taken. Nothing was written.
    KeysTaken,
}

/// Appends a batch. An error leaves open what became of it; [`crate::log::recover`] finds out.
pub(crate) async fn append(connection: &mut PgConnection, batch: Append<'_>) -> Result<Outcome, sqlx::Error> {
    let Append { head, events, hashes, keys, recorded_at } = batch;
    let end = hashes.last().unwrap_or(&head.hash);
    let end_position = events.last().map_or(head.position, |event| event.position);
    let appended = sqlx::query_scalar::<_, i64>(include_str!("append.sql"))
        .bind(head.position)
        .bind(head.epoch)
        .bind(end_position)
        .bind(end.as_bytes().as_slice())
        .bind(recorded_at)
        .bind(column(events, |event| event.aggregate_type.as_ref()))
        .bind(column(events, |event| event.aggregate_id.as_str()))
        .bind(column(events, |event| event.sequence))
        .bind(column(events, |event| event.event_type.as_ref()))
        .bind(column(events, |event| event.event_version.as_ref()))
        .bind(column(events, |event| event.payload.get()))
        .bind(column(events, |event| event.metadata.get()))
        .bind(column(hashes, |hash| hash.as_bytes().as_slice()))
        .bind(column(keys, |key| key.key))
        .bind(column(keys, |key| key.fingerprint.as_slice()))
        .bind(column(keys, |key| key.answer.as_str()))
        // To the end of the answer, not only to its row: the server commits after the row and before the end.
        .fetch_all(connection)
        .await;
    match appended {
        Ok(moved) if moved == [1] => Ok(Outcome::Committed),
        Ok(_) => Ok(Outcome::Fenced),
        Err(error) if violates(&error, "idempotency_keys_pkey") => Ok(Outcome::KeysTaken),
        Err(error) => Err(error),
    }
}

fn column<'a, Row, Value>(rows: &'a [Row], value: impl Fn(&'a Row) -> Value) -> Vec<Value> {
    rows.iter().map(value).collect()
}

fn violates(error: &sqlx::Error, constraint: &str) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::constraint) == Some(constraint)
}
