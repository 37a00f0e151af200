//! Whether what was derived from a log was derived from this one, as it stands.
//!
//! A database whose log was restored from an older backup, or replaced, still has the views, the sagas' checkpoint, the
//! snapshots and the idempotency keys of what it was. Followed on from there, they would be wrong for ever and say nothing.

mod realign;

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub use realign::{RealignError, Realigned, realign};

/// What to do about it, in every refusal.
const WAY_OUT: &str = "restore log and views from one backup, or run `purser realign`, which fits all that was derived to \
                       the log as it is";

/// How many things that are ahead are named.
const NAMED_MAX: usize = 10;

/// Why what was derived does not belong to the log.
#[derive(Debug, thiserror::Error)]
pub enum LineageError {
    /// Something has seen events that the log does not have.
    #[error("the log ends at position {head}, and ahead of it are {}: {WAY_OUT}", .ahead.join(", "))]
    Ahead {
        /// The log's last position.
        head: i64,
        /// What is ahead, and where it stands.
        ahead: Vec<String>,
    },
    /// The log is not the one that all else was derived from.
    #[error("the log is {log}, and views and sagas were derived from the log {derived_from}: {WAY_OUT}")]
    OtherLog {
        /// The log's id.
        log: Uuid,
        /// The id of the log that was seen before.
        derived_from: Uuid,
    },
    /// The log has the same id and another past.
    #[error("the event at position {position} is not the one that views and sagas were derived from: {WAY_OUT}")]
    OtherPast {
        /// The position at which the two differ at the latest.
        position: i64,
    },
    /// The database refused or could not be reached.
    #[error("the database could not be read: {0}")]
    Database(#[from] sqlx::Error),
}

/// Makes sure that all that was derived belongs to the log, and notes where the log stands, for the next time.
pub async fn check(pool: &PgPool) -> Result<(), LineageError> {
    let mut connection = pool.acquire().await?;
    let head: i64 = sqlx::query_scalar("select position from log_head").fetch_one(&mut *connection).await?;
    compare_with_witness(&mut connection).await?;
    let ahead: Vec<String> = sqlx::query_scalar(include_str!("lineage/ahead.sql")).fetch_all(&mut *connection).await?;
    if !ahead.is_empty() {
        return Err(LineageError::Ahead { head, ahead: named(ahead) });
    }
    bear_witness(&mut connection).await?;
    Ok(())
}

fn named(mut ahead: Vec<String>) -> Vec<String> {
    let more = ahead.len().saturating_sub(NAMED_MAX);
    ahead.truncate(NAMED_MAX);
    if more > 0 {
        ahead.push(format!("{more} more"));
    }
    ahead
}

async fn compare_with_witness(connection: &mut PgConnection) -> Result<(), LineageError> {
    type Witness = (Uuid, Uuid, i64, i64, Option<bool>);
    let known: Option<Witness> = sqlx::query_as(
        "select log_head.log_id, log_witness.log_id, log_head.position, log_witness.position,
                (select events.hash = log_witness.hash from events where events.position = log_witness.position)
         from log_head, log_witness",
    )
    .fetch_optional(connection)
    .await?;
    let Some((log, derived_from, head, position, same)) = known else { return Ok(()) };
    if log != derived_from {
        return Err(LineageError::OtherLog { log, derived_from });
    }
    if head < position {
        return Err(LineageError::Ahead { head, ahead: vec![format!("an earlier start of the engine at {position}")] });
    }
    if same == Some(false) {
        return Err(LineageError::OtherPast { position });
    }
    Ok(())
}

async fn bear_witness(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into log_witness (log_id, position, hash) select log_id, position, hash from log_head
         on conflict (singleton) do update
         set log_id = excluded.log_id, position = excluded.position, hash = excluded.hash",
    )
    .execute(connection)
    .await?;
    Ok(())
}
