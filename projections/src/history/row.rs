use std::{borrow::Cow, sync::Arc};

use purser_domain::{event::AGGREGATE_TYPES, recorded::Recorded, upcast::Upcasters};
use sqlx::{FromRow, Row, postgres::PgRow};

use crate::{feed::FeedEvent, log_reader::json};

/// A row of the table `events`, read by the names of its columns.
#[derive(Debug)]
pub(crate) struct LogRow(pub(crate) Recorded);

impl LogRow {
    /// Its typed reading.
    pub(crate) fn read(self, upcasters: &Upcasters) -> FeedEvent {
        FeedEvent::decode(self.0, upcasters)
    }
}

impl FromRow<'_, PgRow> for LogRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let position = row.try_get("position")?;
        let payload = json(position, "payload", row.try_get("payload")?)?;
        let metadata = json(position, "metadata", row.try_get("metadata")?)?;
        Ok(Self(Recorded {
            position,
            recorded_at: row.try_get("recorded_at")?,
            aggregate_type: aggregate_type(row.try_get("aggregate_type")?),
            aggregate_id: row.try_get("aggregate_id")?,
            sequence: row.try_get("sequence")?,
            event_type: Cow::Owned(row.try_get("event_type")?),
            event_version: Cow::Owned(row.try_get("event_version")?),
            payload,
            metadata: Arc::from(metadata),
        }))
    }
}

/// The aggregates that the engine knows cost no memory for their names.
fn aggregate_type(stored: &str) -> Cow<'static, str> {
    AGGREGATE_TYPES
        .iter()
        .copied()
        .find(|known| *known == stored)
        .map_or_else(|| Cow::Owned(stored.to_owned()), Cow::Borrowed)
}
