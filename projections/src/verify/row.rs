use serde_json::value::RawValue;
use sqlx::{FromRow, Row, postgres::PgRow};

use crate::{history::LogRow, verify::Difference};

/// A row of the log with what only a verification looks at.
#[derive(Debug)]
pub(super) struct HashedRow {
    pub(super) hash: Vec<u8>,
    /// The row, if its JSON is JSON and nothing else.
    pub(super) row: Result<LogRow, Difference>,
}

impl FromRow<'_, PgRow> for HashedRow {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let exact = exactly_json(row, "payload")?.and(exactly_json(row, "metadata")?);
        Ok(Self {
            hash: row.try_get("hash")?,
            row: match exact {
                Ok(()) => Ok(LogRow::from_row(row)?),
                Err(difference) => Err(difference),
            },
        })
    }
}

/// White space around it is looked for here, because reading drops it, so that the hash would not show it.
fn exactly_json(row: &PgRow, column: &'static str) -> Result<Result<(), Difference>, sqlx::Error> {
    let position = row.try_get("position")?;
    let text: &str = row.try_get(column)?;
    Ok(match serde_json::from_str::<&RawValue>(text) {
        Ok(json) if json.get().len() == text.len() => Ok(()),
        Ok(_) => Err(Difference::WhiteSpace { position, column }),
        Err(error) => Err(Difference::NotJson { position, column, reason: error.to_string() }),
    })
}
