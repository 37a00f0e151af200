//! Dead letters: what a saga was refused too often, and what an operator can do about it.
//!
//! A dead letter holds up what the same saga has to do about the same subject after it; everything else goes on. Once the
//! cause is gone, a retry hands it back to the engine. What shall never be done may be skipped, by name and for good: it
//! stays on record, and what waited behind it goes on.

use purser_domain::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::{FromRow, PgPool, Row, postgres::PgRow, types::Json};
use uuid::Uuid;

/// A command or an effect that a saga gave up on.
#[derive(Debug, Clone, Serialize)]
pub struct DeadLetter {
    /// Its id, and the idempotency key of what was to be done.
    pub id: Uuid,
    /// Whose it is.
    pub saga: String,
    /// The event that it follows from.
    pub position: i64,
    /// The conversation that it belongs to.
    pub correlation_id: String,
    /// What led to it: `event:POSITION`, `timer:SAGA:SUBJECT`, or `timer:SAGA:NAME:SUBJECT` where a saga has several timers.
    pub causation_id: String,
    /// What was to be done; it names the subject.
    pub action: Box<RawValue>,
    /// How often it was tried, since it was stored or last retried.
    pub attempts: i64,
    /// The last refusal.
    pub last_error: Option<String>,
    /// When it came into the outbox.
    pub stored_at: Timestamp,
    /// How many commands wait behind it.
    pub waiting: i64,
    /// Set where it was skipped; nothing waits for it then.
    pub skipped: Option<Decision>,
}

/// What an operator decided about a dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Who, as in an event's metadata.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Which dead letters to list.
#[derive(Debug, Clone, Default)]
pub struct DeadLetterFilter {
    /// Only those of this saga.
    pub saga: Option<String>,
    /// Only those after this position and id: the last of the page before.
    pub after: Option<(i64, Uuid)>,
    /// Also those that were skipped.
    pub with_skipped: bool,
    /// At most so many.
    pub limit: i64,
}

/// Why a dead letter was not retried or skipped.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    /// There is no dead letter of this id, or it was retried or skipped already.
    #[error("no dead letter {id}")]
    NotDead {
        /// The id asked for.
        id: Uuid,
    },
    /// The database refused or could not be reached.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

/// Dead letters by position and id.
pub async fn list(pool: &PgPool, filter: &DeadLetterFilter) -> Result<Vec<DeadLetter>, sqlx::Error> {
    let (after_position, after_id) = filter.after.unwrap_or_default();
    sqlx::query_as(include_str!("dead_letters.sql"))
        .bind(filter.saga.as_deref())
        .bind(after_position)
        .bind(after_id)
        .bind(filter.with_skipped)
        .bind(filter.limit)
        .fetch_all(pool)
        .await
}

/// Hands a dead letter back to the engine, which tries it as if for the first time, under the same id.
pub async fn retry(pool: &PgPool, id: Uuid, by: &Decision) -> Result<(), DeadLetterError> {
    decide(
        pool,
        "update saga_commands
         set state = 'pending', attempts = 0, refusals = 0, next_attempt_at = $3, decided_by = $2, decided_at = $3
         where id = $1 and state = 'dead'",
        id,
        by,
    )
    .await?;
    let actor = by.actor.as_str();
    tracing::info!(%id, actor, "the dead letter {id} is retried by {actor}");
    Ok(())
}

/// Gives a dead letter up for good. What waited behind it goes on.
pub async fn skip(pool: &PgPool, id: Uuid, by: &Decision) -> Result<(), DeadLetterError> {
    decide(
        pool,
        "update saga_commands set state = 'skipped', decided_by = $2, decided_at = $3
         where id = $1 and state = 'dead'",
        id,
        by,
    )
    .await?;
    let actor = by.actor.as_str();
    tracing::warn!(%id, actor, "the dead letter {id} will never be carried out, skipped by {actor}");
    Ok(())
}

async fn decide(pool: &PgPool, sql: &'static str, id: Uuid, by: &Decision) -> Result<(), DeadLetterError> {
    let decided = sqlx::query(sql).bind(id).bind(&by.actor).bind(by.at).execute(pool).await?;
    if decided.rows_affected() == 0 {
        return Err(DeadLetterError::NotDead { id });
    }
    Ok(())
}

impl FromRow<'_, PgRow> for DeadLetter {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let skipped_at: Option<Timestamp> = row.try_get("skipped_at")?;
        Ok(Self {
            id: row.try_get("id")?,
            saga: row.try_get("saga")?,
            position: row.try_get("position")?,
            correlation_id: row.try_get("correlation_id")?,
            causation_id: row.try_get("causation_id")?,
            action: row.try_get::<Json<Box<RawValue>>, _>("action")?.0,
            attempts: row.try_get("attempts")?,
            last_error: row.try_get("last_error")?,
            stored_at: row.try_get("stored_at")?,
            waiting: row.try_get("waiting")?,
            skipped: match skipped_at {
                None => None,
                Some(at) => Some(Decision { actor: row.try_get("decided_by")?, at }),
            },
        })
    }
}
