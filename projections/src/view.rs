//! What a view is: a name, its tables, and how events become rows.

use futures_util::future::BoxFuture;
use sqlx::PgConnection;

use crate::feed::FeedEvent;

/// A set of tables that is a function of the log.
///
/// The SQL of a view names its tables without a schema: a follower runs it on the tables that serve, a rebuild on those
/// beside them, a verification on temporary ones.
pub trait View: Send + Sync + 'static {
    /// Its name, for people and for its checkpoint.
    fn name(&self) -> &'static str;

    /// Its tables in the schema `views`. Each has a primary key, by which a verification names its rows, and none refers
    /// to another, because a rebuild drops the old ones.
    fn tables(&self) -> &'static [&'static str];

    /// Folds events into rows, in the order of the log.
    ///
    /// The rows must not depend on how the events were cut into batches, nor on how the events of one stream lie between
    /// those of others: the events of a stream that was parked come late, when all others have gone on.
    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>>;
}

/// Why a batch was not folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// One event cannot be folded, now or ever.
    #[error("the event at position {position} cannot be folded: {cause}")]
    Poison {
        /// Which.
        position: i64,
        /// Why.
        cause: String,
    },
    /// The database refused or could not be reached.
    #[error("the database refused a fold")]
    Database(#[from] sqlx::Error),
}
