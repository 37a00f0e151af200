//! Parked events: what a view could not fold, and what an operator can do about it.
//!
//! An event that a view cannot fold parks its whole stream for that view, because a stream is only right in order; all
//! other streams go on. Once the cause is gone (a view mended, an upcaster added) a retry folds the stream's parked
//! events and sets it free. What can never be folded may be skipped, by name and for good: the view then is the fold of
//! the log without that event, for a rebuild and a verification as well.

mod record;
mod refold;
mod streams;

pub(crate) use record::{announce, count, record};
pub(crate) use streams::ParkedStreams;

use purser_domain::{Timestamp, upcast::Upcasters};
use serde::Serialize;
use sqlx::{FromRow, PgPool, Postgres, Transaction};

use crate::{
    follower::{FoldFailure, hold, raise_parked_version},
    parked::refold::{ParkedStream, refold},
    rebuild::lock_out_rebuilds,
    view::View,
};

/// An event that a follower could not take, or that waits behind one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct ParkedEvent {
    /// Who could not take it.
    pub follower: String,
    /// Its place in the log.
    pub position: i64,
    /// Its stream's kind.
    pub aggregate_type: String,
    /// Its stream's id.
    pub aggregate_id: String,
    /// Its name.
    pub event_type: String,
    /// Why; none where it only waits behind an earlier event of its stream.
    pub error: Option<String>,
    /// When it was parked.
    pub parked_at: Timestamp,
    /// When it was skipped.
    pub skipped_at: Option<Timestamp>,
    /// By whom.
    pub skipped_by: Option<String>,
}

/// Which parked events to list.
#[derive(Debug, Clone, Default)]
pub struct ParkedFilter {
    /// Only those of this follower.
    pub follower: Option<String>,
    /// Only those that come after this follower and position: the last of the page before.
    pub after: Option<(String, i64)>,
    /// Also those that were skipped.
    pub with_skipped: bool,
    /// At most so many.
    pub limit: i64,
}

/// What a retry or a skip set free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unparked {
    /// How many events were folded.
    pub folded_events: u64,
    /// The next event of the stream that cannot be folded, if there is one. The stream stays parked from there on.
    pub still_parked: Option<StillParked>,
}

/// Where a stream stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StillParked {
    /// At which event.
    pub position: i64,
    /// Why.
    pub error: String,
}

/// Who skips an event, and when.
#[derive(Debug, Clone)]
pub struct Skipper {
    /// Who, as in an event's metadata.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Why a parked event was not retried or skipped.
#[derive(Debug, thiserror::Error)]
pub enum ParkedError {
    /// Nothing is parked there, or it was skipped already.
    #[error("view {view} has no event parked at position {position}")]
    NotParked {
        /// The view's name.
        view: String,
        /// The position asked for.
        position: i64,
    },
    /// An earlier event of the stream is what it stands still at.
    #[error("the event only waits behind the one at position {first}, which must be retried or skipped first")]
    WaitsBehind {
        /// The earlier event's position.
        first: i64,
    },
    /// The first event of the stream still cannot be folded; everything is as before.
    #[error("the event at position {position} still cannot be folded: {error}")]
    StillPoison {
        /// Which.
        position: i64,
        /// Why.
        error: String,
    },
    /// The view is being rebuilt, and the rebuild would not know of the skip.
    #[error("view {view} is being rebuilt: try again when that is done")]
    Rebuilding {
        /// The view's name.
        view: String,
    },
    /// The database refused or could not be reached.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

/// Parked events by follower and position.
pub async fn list(pool: &PgPool, filter: &ParkedFilter) -> Result<Vec<ParkedEvent>, sqlx::Error> {
    let (after_follower, after_position) = filter.after.clone().unwrap_or_default();
    sqlx::query_as(
        "select follower, position, aggregate_type, aggregate_id, event_type, error, parked_at, skipped_at, skipped_by
         from parked_events
         where ($1::text is null or follower = $1) and (follower, position) > ($2, $3)
           and (skipped_at is null or $4) and follower not like '%#rebuild'
         order by follower, position limit $5",
    )
    .bind(filter.follower.as_deref())
    .bind(after_follower)
    .bind(after_position)
    .bind(filter.with_skipped)
    .bind(filter.limit)
    .fetch_all(pool)
    .await
}

/// Folds the parked events of one stream, in order, with today's code.
///
/// `position` may be any event that is parked on that stream. The view's follower, on whichever node, stands still
/// meanwhile.
pub async fn retry(
    pool: &PgPool,
    view: &dyn View,
    upcasters: &Upcasters,
    position: i64,
) -> Result<Unparked, ParkedError> {
    let (mut transaction, stream) = open(pool, view, position).await?;
    let unparked = refold(&mut transaction, view, upcasters, &stream).await.map_err(database)?;
    raise_parked_version(&mut transaction, view.name()).await?;
    transaction.commit().await?;
    match unparked {
        Unparked { folded_events: 0, still_parked: Some(StillParked { position, error }) } => {
            Err(ParkedError::StillPoison { position, error })
        }
        unparked => Ok(unparked),
    }
}

/// Leaves out the event that a stream stands still at, for good, and folds those that waited behind it.
pub async fn skip(
    pool: &PgPool,
    view: &dyn View,
    upcasters: &Upcasters,
    position: i64,
    by: &Skipper,
) -> Result<Unparked, ParkedError> {
    let (mut transaction, stream) = open(pool, view, position).await?;
    if !lock_out_rebuilds(&mut transaction, view.name()).await? {
        return Err(ParkedError::Rebuilding { view: view.name().to_owned() });
    }
    if stream.first != position {
        return Err(ParkedError::WaitsBehind { first: stream.first });
    }
    sqlx::query("update parked_events set skipped_at = $3, skipped_by = $4 where follower = $1 and position = $2")
        .bind(view.name())
        .bind(position)
        .bind(by.at)
        .bind(&by.actor)
        .execute(&mut *transaction)
        .await?;
    let unparked = refold(&mut transaction, view, upcasters, &stream).await.map_err(database)?;
    raise_parked_version(&mut transaction, view.name()).await?;
    transaction.commit().await?;
    let (view, actor) = (view.name(), by.actor.as_str());
    tracing::warn!(
        view,
        position,
        actor,
        "view {view} leaves out the event at position {position}, skipped by {actor}"
    );
    Ok(unparked)
}

/// Stops the follower and finds the stream that an event is parked on.
async fn open(
    pool: &PgPool,
    view: &dyn View,
    position: i64,
) -> Result<(Transaction<'static, Postgres>, ParkedStream), ParkedError> {
    let name = view.name();
    let mut transaction = pool.begin_with("begin; set local search_path = views, public").await?;
    hold(&mut transaction, name).await?;
    let stream = sqlx::query_as(
        "select asked.aggregate_type, asked.aggregate_id, min(waiting.position) as first
         from parked_events as asked
         join parked_events as waiting using (follower, aggregate_type, aggregate_id)
         where asked.follower = $1 and asked.position = $2 and asked.skipped_at is null and waiting.skipped_at is null
         group by asked.aggregate_type, asked.aggregate_id",
    )
    .bind(name)
    .bind(position)
    .fetch_optional(&mut *transaction)
    .await?;
    stream.map(|stream| (transaction, stream)).ok_or_else(|| ParkedError::NotParked { view: name.to_owned(), position })
}

/// Poison is what [`refold`] finds and reports; it never fails with it.
fn database(failure: FoldFailure) -> ParkedError {
    ParkedError::Database(match failure {
        FoldFailure::Database(error) => error,
        FoldFailure::Poison(cause) => sqlx::Error::Protocol(cause),
    })
}
