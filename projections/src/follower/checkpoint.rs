use purser_domain::Timestamp;
use sqlx::{PgConnection, PgPool};

/// Where a follower stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) position: i64,
    /// Changes whenever the set of parked streams does.
    pub(crate) parked_version: i64,
}

/// Reads a checkpoint; a follower without one stands before the first event.
pub(crate) async fn load(pool: &PgPool, follower: &str, now: Timestamp) -> Result<Checkpoint, sqlx::Error> {
    let known = sqlx::query_as("select position, parked_version from follower_checkpoints where follower = $1")
        .bind(follower)
        .fetch_optional(pool)
        .await?;
    if let Some((position, parked_version)) = known {
        return Ok(Checkpoint { position, parked_version });
    }
    sqlx::query(
        "insert into follower_checkpoints (follower, position, updated_at) values ($1, 0, $2) on conflict do nothing",
    )
    .bind(follower)
    .bind(now)
    .execute(pool)
    .await?;
    let (position, parked_version) =
        sqlx::query_as("select position, parked_version from follower_checkpoints where follower = $1")
            .bind(follower)
            .fetch_one(pool)
            .await?;
    Ok(Checkpoint { position, parked_version })
}

/// Moves a checkpoint, as the first statement of its transaction: its row is the lock that makes a rival, a retry and
/// the last step of a rebuild take turns, before any of them has written a row. Returns the version of the parked
/// streams, or none where the checkpoint stands elsewhere.
pub(crate) async fn advance(
    db: &mut PgConnection,
    follower: &str,
    from: i64,
    to: i64,
    now: Timestamp,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "update follower_checkpoints set position = $3, updated_at = $4 where follower = $1 and position = $2
         returning parked_version",
    )
    .bind(follower)
    .bind(from)
    .bind(to)
    .bind(now)
    .fetch_optional(db)
    .await
}

/// Stops the follower where it stands until the transaction ends. None where there is no such follower.
pub(crate) async fn hold(db: &mut PgConnection, follower: &str) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("select position from follower_checkpoints where follower = $1 for update")
        .bind(follower)
        .fetch_optional(db)
        .await
}

/// Tells the followers of this name, on all nodes, to read the parked streams again. Returns the new version.
pub(crate) async fn raise_parked_version(db: &mut PgConnection, follower: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "update follower_checkpoints set parked_version = parked_version + 1 where follower = $1
         returning parked_version",
    )
    .bind(follower)
    .fetch_one(db)
    .await
}
