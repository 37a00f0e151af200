use sqlx::{FromRow, PgConnection, postgres::PgRow};

/// How much of the log is read at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogRange {
    /// At most so many events.
    pub(crate) events_max: i64,
    /// At most so many bytes of payload as stored, but one event at least.
    pub(crate) bytes_max: i64,
}

/// The events after a position up to another, inclusive, in order. Planned anew each time: a plan from when the log was
/// short would read all of it for every page.
pub(crate) async fn read_range<R>(
    db: &mut PgConnection,
    after: i64,
    upto: i64,
    range: LogRange,
) -> Result<Vec<R>, sqlx::Error>
where
    R: for<'row> FromRow<'row, PgRow> + Send + Unpin,
{
    sqlx::query_as(include_str!("range.sql"))
        .bind(after)
        .bind(upto.min(after.saturating_add(range.events_max)))
        .bind(range.bytes_max)
        .persistent(false)
        .fetch_all(db)
        .await
}
