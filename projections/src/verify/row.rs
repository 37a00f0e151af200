use sqlx::{FromRow, Row, postgres::PgRow};

use crate::{history::LogRow, verify::Difference};

/// A row of the log with what only a verification looks at.
#[derive(Debug)]
pub(super) struct HashedRow {
    pub(super) row: LogRow,
    pub(super) hash: Vec<u8>,
    /// A JSON column that begins or ends with white space. Reading drops it, so that the hash would not show it.
    padded: Option<&'static str>,
}

impl HashedRow {
    pub(super) fn exact(&self) -> Result<(), Difference> {
        self.padded.map_or(Ok(()), |column| Err(Difference::WhiteSpace { position: self.row.0.position, column }))
    }
}

impl FromRow<'_, PgRow> for HashedRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let read = LogRow::from_row(row)?;
        let padded = [("payload", read.0.payload.get()), ("metadata", read.0.metadata.get())]
            .into_iter()
            .map(|(column, json)| Ok((column, row.try_get_unchecked::<&str, _>(column)?.len() != json.len())))
            .collect::<Result<Vec<_>, sqlx::Error>>()?
            .into_iter()
            .find_map(|(column, padded)| padded.then_some(column));
        Ok(Self { hash: row.try_get("hash")?, padded, row: read })
    }
}
