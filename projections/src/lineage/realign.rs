use std::sync::Arc;

use sqlx::{PgConnection, PgPool};

use super::{LineageError, bear_witness, compare_with_witness};
use crate::view::View;

/// For how long after its renewal a writer's lease is one.
const LEASE: &str = "2 seconds";

/// What was fitted to the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Realigned {
    /// The last position of the log.
    pub position: i64,
    /// The views that will be made anew from the log by the next engine that runs.
    pub views: Vec<&'static str>,
    /// What the sagas had planned for events that are not in the log: timers and commands.
    pub planned: u64,
    /// Idempotency keys of events that are not in the log.
    pub keys: u64,
}

/// Why nothing was fitted.
#[derive(Debug, thiserror::Error)]
pub enum RealignError {
    /// An engine writes to the log.
    #[error("an engine is running on this database: stop it first")]
    EngineRuns,
    /// The database refused or could not be reached.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
}

/// Fits all that was derived to the log as it is, in one transaction. Views that are ahead are emptied and follow the log
/// anew; sagas go on from the end of the log, without what they had planned for events that are gone; snapshots are
/// removed, and so are idempotency keys of commands that the log does not have, whose repeats are then new commands. What
/// the sagas had done between the end of the log and the loss is for a reconciliation to find.
pub async fn realign(pool: &PgPool, views: &[Arc<dyn View>]) -> Result<Realigned, RealignError> {
    let mut transaction = pool.begin().await?;
    let db = &mut *transaction;
    let runs: bool = sqlx::query_scalar(
        "select holder is not null and renewed_at > clock_timestamp() - $1::text::interval from writer_lease",
    )
    .bind(LEASE)
    .fetch_one(&mut *db)
    .await?;
    if runs {
        return Err(RealignError::EngineRuns);
    }
    let position: i64 = sqlx::query_scalar("select position from log_head for update").fetch_one(&mut *db).await?;
    // Of another log, or another past, nothing that was derived can be kept. The same log ended earlier: what is before
    // its end is right.
    let kept = match compare_with_witness(db).await {
        Err(LineageError::OtherLog { .. } | LineageError::OtherPast { .. }) => 0,
        Err(LineageError::Database(error)) => return Err(error.into()),
        Err(LineageError::Ahead { .. }) | Ok(()) => position,
    };
    let mut realigned = Realigned { position, ..Realigned::default() };
    for view in views {
        if empty(db, view.as_ref(), kept).await? {
            realigned.views.push(view.name());
        }
    }
    for followers in [
        "update follower_checkpoints set position = $1 where position > $1",
        "delete from parked_events where position > $1",
    ] {
        sqlx::query(followers).bind(position).execute(&mut *db).await?;
    }
    for planned in ["delete from saga_timers where position > $1", "delete from saga_commands where position > $1"] {
        realigned.planned += sqlx::query(planned).bind(kept).execute(&mut *db).await?.rows_affected();
    }
    let keys = "delete from idempotency_keys where (answer::json ->> 'position')::bigint > $1";
    realigned.keys = sqlx::query(keys).bind(kept).execute(&mut *db).await?.rows_affected();
    sqlx::query("delete from stream_snapshots").execute(&mut *db).await?;
    // In no form that anybody knows: it is made anew from the log.
    sqlx::query("update reconciliation set position = 0, form = 0, watch = '', gateways = ''")
        .execute(&mut *db)
        .await?;
    bear_witness(db).await?;
    transaction.commit().await?;
    Ok(realigned)
}

/// Empties a view that has seen more than is kept, so that it follows the log from the first event on.
async fn empty(db: &mut PgConnection, view: &dyn View, kept: i64) -> Result<bool, sqlx::Error> {
    let reset = sqlx::query(
        "update follower_checkpoints set position = 0, parked_version = parked_version + 1
         where follower = $1 and position > $2",
    )
    .bind(view.name())
    .bind(kept)
    .execute(&mut *db)
    .await?;
    if reset.rows_affected() == 0 {
        return Ok(false);
    }
    let tables: Vec<String> = view.tables().iter().map(|table| format!("views.{table}")).collect();
    sqlx::query(&format!("truncate {}", tables.join(", "))).execute(&mut *db).await?;
    // What could not be folded is folded again. What a person skipped stays skipped.
    sqlx::query("delete from parked_events where follower = $1 and skipped_at is null")
        .bind(view.name())
        .execute(db)
        .await?;
    Ok(true)
}
