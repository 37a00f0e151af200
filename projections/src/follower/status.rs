use purser_domain::Timestamp;
use serde::Serialize;
use sqlx::{FromRow, PgPool, Row, postgres::PgRow};

use crate::rebuild::LOCK_CLASS;

/// How a follower is doing, on whichever node it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ViewStatus {
    /// Its name.
    pub name: String,
    /// Up to where its rows go.
    pub position: i64,
    /// Up to where the log goes.
    pub head: i64,
    /// How many events lie between.
    pub lag_events: i64,
    /// When it last moved.
    pub updated_at: Timestamp,
    /// How many events are parked, those that only wait behind others included.
    pub parked_events: i64,
    /// How many events were skipped for good.
    pub skipped_events: i64,
    /// Its last rebuild, if it ever had one.
    pub rebuild: Option<RebuildStatus>,
}

/// How the last rebuild of a view is doing, or how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RebuildStatus {
    /// Up to where the new rows go.
    pub position: i64,
    /// Up to where they must go before they can serve.
    pub target: i64,
    /// When it started.
    pub started_at: Timestamp,
    /// When its last step was.
    pub updated_at: Timestamp,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether it is at work. One that is not, nor finished, nor failed, was interrupted; the view kept serving.
    pub running: bool,
}

/// The status of every follower that ever ran, by name.
///
/// The rows are read as of one moment and the locks a little later, and a rebuild that ends in between looks interrupted.
/// An interruption is therefore believed only when the next look finds the same one: the lock was free then between two
/// moments at which that very rebuild was not finished.
pub async fn statuses(pool: &PgPool) -> Result<Vec<ViewStatus>, sqlx::Error> {
    let mut suspected = Vec::new();
    loop {
        let looks: Vec<Look> = sqlx::query_as(include_str!("status.sql")).bind(LOCK_CLASS).fetch_all(pool).await?;
        let interrupted: Vec<(String, i64)> = looks.iter().filter_map(Look::interrupted).collect();
        if interrupted.iter().all(|rebuild| suspected.contains(rebuild)) {
            return Ok(looks.into_iter().map(|look| look.status).collect());
        }
        suspected = interrupted;
    }
}

/// One row of one look.
struct Look {
    status: ViewStatus,
    attempt: Option<i64>,
}

impl Look {
    /// Which rebuild seems to be neither at work nor over.
    fn interrupted(&self) -> Option<(String, i64)> {
        let rebuild = self.status.rebuild.as_ref()?;
        let over = rebuild.running || rebuild.finished_at.is_some() || rebuild.error.is_some();
        if over { None } else { Some((self.status.name.clone(), self.attempt?)) }
    }
}

impl FromRow<'_, PgRow> for Look {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let (position, head): (i64, i64) = (row.try_get("position")?, row.try_get("head")?);
        let status = ViewStatus {
            name: row.try_get("follower")?,
            position,
            head,
            lag_events: (head - position).max(0),
            updated_at: row.try_get("updated_at")?,
            parked_events: row.try_get("parked_events")?,
            skipped_events: row.try_get("skipped_events")?,
            rebuild: match row.try_get("rebuild_started_at")? {
                None => None,
                Some(started_at) => Some(RebuildStatus {
                    position: row.try_get("rebuild_position")?,
                    target: row.try_get("rebuild_target")?,
                    started_at,
                    updated_at: row.try_get("rebuild_updated_at")?,
                    finished_at: row.try_get("rebuild_finished_at")?,
                    error: row.try_get("rebuild_error")?,
                    running: row.try_get("rebuild_running")?,
                }),
            },
        };
        Ok(Self { status, attempt: row.try_get("rebuild_attempt")? })
    }
}
