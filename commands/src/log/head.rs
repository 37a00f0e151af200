use purser_domain::{Timestamp, chain::ChainHash};
use sqlx::{PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use crate::log::Append;

/// The end of the log, as this node last knew it.
#[derive(Debug, Clone)]
pub struct Head {
    /// Which log this is.
    pub log_id: Uuid,
    /// How many events it holds.
    pub position: i64,
    /// Which writer it belongs to.
    pub epoch: i64,
    /// The end of the hash chain.
    pub hash: ChainHash,
}

/// Makes this node the writer: from now on, no statement of any earlier writer can append, not even one that is under
/// way. Returns the head and the time of the last event.
pub(crate) async fn take_over(connection: &mut PgConnection) -> Result<(Head, Option<Timestamp>), sqlx::Error> {
    let row = sqlx::query("update log_head set epoch = epoch + 1 returning log_id, position, epoch, hash")
        .fetch_one(&mut *connection)
        .await?;
    let head = read(&row)?;
    let recorded_at = sqlx::query_scalar("select recorded_at from events where position = $1")
        .bind(head.position)
        .fetch_optional(connection)
        .await?;
    Ok((head, recorded_at))
}

/// What became of an append whose answer was lost.
#[derive(Debug)]
pub(crate) enum Recovery {
    /// It is in the log, and this node is still the writer.
    Committed(Head),
    /// It is not in the log and never will be, and this node is still the writer.
    NotCommitted(Head),
    /// Another node writes now.
    Superseded {
        /// Whether it is in the log.
        committed: bool,
    },
}

/// Finds out what became of the append from `before` to `after`.
///
/// Raising the epoch answers for good: the row's lock waits for a statement that is still committing, and one that has
/// not begun yet carries the old epoch and will move nothing.
pub(crate) async fn recover(
    connection: &mut PgConnection,
    before: &Head,
    after: &Head,
) -> Result<Recovery, sqlx::Error> {
    let raised =
        sqlx::query("update log_head set epoch = epoch + 1 where epoch = $1 returning log_id, position, epoch, hash")
            .bind(before.epoch)
            .fetch_optional(&mut *connection)
            .await?;
    if let Some(row) = raised {
        let head = read(&row)?;
        // An append without events cannot be told from none. It counts as none: what it would have recorded are keys,
        // and a second attempt finds those that are there.
        return Ok(if head.position == after.position && after.position > before.position {
            Recovery::Committed(head)
        } else {
            Recovery::NotCommitted(head)
        });
    }
    let there: Option<Vec<u8>> = sqlx::query_scalar("select hash from events where position = $1")
        .bind(after.position)
        .fetch_optional(connection)
        .await?;
    let committed = after.position > before.position && there.as_deref() == Some(after.hash.as_bytes().as_slice());
    Ok(Recovery::Superseded { committed })
}

impl Head {
    /// Where it will be when the batch that follows here is in the log.
    pub(crate) fn moved_over(&self, batch: &Append<'_>) -> Self {
        let position = batch.events.last().map_or(self.position, |event| event.position);
        Self { position, hash: batch.hashes.last().copied().unwrap_or(self.hash), ..self.clone() }
    }

    /// Reads the head without claiming it.
    pub async fn read(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        read(&sqlx::query("select log_id, position, epoch, hash from log_head").fetch_one(connection).await?)
    }
}

fn read(row: &PgRow) -> Result<Head, sqlx::Error> {
    let hash: Vec<u8> = row.try_get("hash")?;
    Ok(Head {
        log_id: row.try_get("log_id")?,
        position: row.try_get("position")?,
        epoch: row.try_get("epoch")?,
        hash: ChainHash::from_slice(&hash)
            .ok_or_else(|| sqlx::Error::Decode("a chain hash is 32 bytes long".into()))?,
    })
}
