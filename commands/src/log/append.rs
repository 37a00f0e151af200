//! An append, in two halves. The first puts the events where nobody sees them yet, and may run beside the second half of
//! the append before it; the second moves the head and commits, and only one at a time can.

use purser_domain::{Timestamp, chain::ChainHash, recorded::Recorded};
use sqlx::{Executor, PgConnection, error::DatabaseError, postgres::PgDatabaseError};
use uuid::Uuid;

use crate::log::Head;

/// A batch that is to be appended whole or not at all.
#[derive(Debug)]
pub(crate) struct Append<'a> {
    /// Their positions continue those of the log as it will stand when the batch's turn comes.
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

/// What became of the first half, where that is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Staged {
    /// The batch waits in an open transaction.
    Ready,
    /// At least one of its keys is taken. The transaction has ended, and nothing was written.
    KeysTaken,
}

/// What became of the second half, where that is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sealed {
    /// The batch is in the log, on disk.
    Committed,
    /// The log stands elsewhere or belongs to another writer. The transaction failed, and nothing was written.
    Fenced,
}

/// Opens a transaction and puts the batch into it. After an error nothing of it is in the log, nor ever will be: what
/// commits it is [`seal`] alone.
pub(crate) async fn stage(connection: &mut PgConnection, batch: &Append<'_>) -> Result<Staged, sqlx::Error> {
    let Append { events, hashes, keys, recorded_at } = batch;
    connection.execute("begin").await?;
    let staged = sqlx::query(include_str!("stage.sql"))
        .bind(recorded_at)
        .bind(column(events, |event| event.aggregate_type.as_ref()))
        .bind(column(events, |event| event.aggregate_id.as_str()))
        .bind(column(events, |event| event.sequence))
        .bind(column(events, |event| event.event_type.as_ref()))
        .bind(column(events, |event| event.event_version.as_ref()))
        .bind(column(events, |event| event.payload.get()))
        .bind(column(events, |event| event.metadata.get()))
        .bind(column(events, |event| event.position))
        .bind(column(hashes, |hash| hash.as_bytes().as_slice()))
        .bind(column(keys, |key| key.key))
        .bind(column(keys, |key| key.fingerprint.as_slice()))
        .bind(column(keys, |key| key.answer.as_str()))
        .execute(&mut *connection)
        .await;
    match staged {
        Ok(_) => Ok(Staged::Ready),
        Err(error)
            if error.as_database_error().and_then(DatabaseError::constraint) == Some("idempotency_keys_pkey") =>
        {
            unstage(connection).await?;
            Ok(Staged::KeysTaken)
        }
        Err(error) => Err(error),
    }
}

/// Takes a staged batch back.
pub(crate) async fn unstage(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute("rollback").await.map(|_| ())
}

/// Moves the head over a staged batch and commits it. An error leaves open what became of it; [`crate::log::recover`]
/// finds out.
///
/// The head's row is the fence: if another writer raised the epoch or moved the position, its new position is nowhere,
/// which the row does not take, and the transaction fails with the events in it. Both statements travel as one message,
/// so that the row is locked for no longer than the commit takes.
pub(crate) async fn seal(connection: &mut PgConnection, from: &Head, to: &Head) -> Result<Sealed, sqlx::Error> {
    let (position, epoch, end) = (from.position, from.epoch, to.position);
    let hash = to.hash.to_string();
    let statements = format!(
        "update log_head set position = case when position = {position} and epoch = {epoch} then {end} end, hash = '\\x{hash}';
         commit"
    );
    match connection.execute(statements.as_str()).await {
        Ok(_) => Ok(Sealed::Committed),
        Err(error) if is_nowhere(&error) => Ok(Sealed::Fenced),
        Err(error) => Err(error),
    }
}

fn column<'a, Row, Value>(rows: &'a [Row], value: impl Fn(&'a Row) -> Value) -> Vec<Value> {
    rows.iter().map(value).collect()
}

/// Whether the head was to be moved to no position (SQLSTATE 23502, `not_null_violation`).
fn is_nowhere(error: &sqlx::Error) -> bool {
    let error = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    error.is_some_and(|error| {
        error.code() == "23502" && error.table() == Some("log_head") && error.column() == Some("position")
    })
}
