//! Reading the log in the order of its positions.

use std::sync::Arc;

use purser_domain::{chain::ChainHash, recorded::Recorded};
use serde_json::value::RawValue;
use sqlx::{PgPool, Row, postgres::PgRow};
use uuid::Uuid;

/// Reads the log, and proves on every page that it has no gap.
#[derive(Debug, Clone)]
pub struct LogReader {
    pool: PgPool,
}

/// The end of the log.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    /// Which log it is.
    pub log_id: Uuid,
    /// The position of the last event; 0 while there is none.
    pub position: i64,
    /// How often the writer has changed.
    pub epoch: i64,
    /// The hash of the last event.
    pub hash: ChainHash,
}

/// Why a page was not read.
#[derive(Debug, thiserror::Error)]
pub enum LogReadError {
    /// The database could not be reached, or refused.
    #[error("the log could not be read")]
    Database(#[from] sqlx::Error),
    /// The log is damaged. It is never read past the gap.
    #[error(transparent)]
    Gap(#[from] LogGap),
}

/// A position that the log should hold and does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the log has a gap: position {expected} is missing, {found} comes next")]
pub struct LogGap {
    /// The first position that is missing.
    pub expected: i64,
    /// The one that was found instead.
    pub found: i64,
}

impl LogReader {
    /// A reader that takes its connections from a pool, one for each page.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Where the log ends now.
    pub async fn head(&self) -> Result<Head, sqlx::Error> {
        let row = sqlx::query("select log_id, position, epoch, hash from log_head").fetch_one(&self.pool).await?;
        let hash: &[u8] = row.try_get("hash")?;
        Ok(Head {
            log_id: row.try_get("log_id")?,
            position: row.try_get("position")?,
            epoch: row.try_get("epoch")?,
            hash: ChainHash::from_slice(hash)
                .ok_or_else(|| sqlx::Error::Decode("a chain hash is 32 bytes long".into()))?,
        })
    }

    /// The events that follow a position, without a gap; none at the end of the log. At most `events_max` of them and about
    /// `bytes_max` bytes of JSON, but always one if there is one. A gap ends the page; it is the error of the next one.
    pub async fn page(&self, after: i64, events_max: u32, bytes_max: u32) -> Result<Vec<Recorded>, LogReadError> {
        let rows = sqlx::query(include_str!("log_reader/page.sql"))
            .bind(after)
            .bind(i64::from(events_max))
            .bind(i64::from(bytes_max))
            .fetch_all(&self.pool)
            .await?;
        let mut page: Vec<Recorded> = Vec::with_capacity(rows.len());
        for row in &rows {
            let event = read(row, page.last())?;
            match prove_next(page.last().map_or(after, |last| last.position), event.position) {
                Ok(()) => page.push(event),
                Err(gap) if page.is_empty() => return Err(gap.into()),
                Err(_) => break,
            }
        }
        Ok(page)
    }
}

fn prove_next(previous: i64, found: i64) -> Result<(), LogGap> {
    let expected = previous + 1;
    if found == expected { Ok(()) } else { Err(LogGap { expected, found }) }
}

fn read(row: &PgRow, previous: Option<&Recorded>) -> Result<Recorded, sqlx::Error> {
    let position = row.try_get("position")?;
    let metadata: &str = row.try_get("metadata")?;
    Ok(Recorded {
        position,
        recorded_at: row.try_get("recorded_at")?,
        aggregate_type: row.try_get::<String, _>("aggregate_type")?.into(),
        aggregate_id: row.try_get("aggregate_id")?,
        sequence: row.try_get("sequence")?,
        event_type: row.try_get::<String, _>("event_type")?.into(),
        event_version: row.try_get::<String, _>("event_version")?.into(),
        payload: json(position, "payload", row.try_get("payload")?)?,
        metadata: match previous.filter(|previous| previous.metadata.get() == metadata) {
            Some(previous) => Arc::clone(&previous.metadata),
            None => json(position, "metadata", metadata.to_owned())?.into(),
        },
    })
}

/// A column of the log that holds JSON, to the byte. Nothing but damage makes it anything else, so that the error says
/// where.
pub(crate) fn json(position: i64, column: &str, text: String) -> Result<Box<RawValue>, sqlx::Error> {
    RawValue::from_string(text).map_err(|error| {
        sqlx::Error::Decode(format!("the {column} at position {position} is not JSON: {error}").into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_position_is_a_gap() {
        assert_eq!(prove_next(7, 8), Ok(()));
        assert_eq!(prove_next(7, 9), Err(LogGap { expected: 8, found: 9 }));
    }

    #[test]
    fn a_repeated_position_is_a_gap() {
        assert_eq!(prove_next(7, 7), Err(LogGap { expected: 8, found: 7 }));
    }
}
