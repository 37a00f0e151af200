//! The statement that ticks events off.

use purser_domain::Timestamp;
use sqlx::PgConnection;

use crate::{
    parked::ParkedStreams,
    sagas::{
        FOLLOWER,
        kept::{column, storing},
        reactions::TimerChanges,
        verdict::Kept,
    },
};

/// Where the sagas stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) position: i64,
    pub(super) parked_version: i64,
    pub(super) parked: ParkedStreams,
}

/// What is to be written when events are ticked off.
#[derive(Debug)]
pub(super) struct Commit<'a> {
    pub(super) from: &'a Standing,
    pub(super) to: i64,
    pub(super) timers: &'a TimerChanges,
    pub(super) kept: &'a [Kept],
    pub(super) now: Timestamp,
    pub(super) durability: Durability,
}

/// Whether a commit waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// For what an operator decided.
    Awaited,
    /// For what follows from the log: what a crash of Postgres takes, it takes together with the checkpoint's move, and
    /// all of it follows again. The log's own commits do wait and come earlier in the same WAL.
    Relaxed,
}

impl Standing {
    /// As the database has it; sagas that never ran stand before the first event.
    pub(super) async fn load(db: &mut PgConnection, now: Timestamp) -> Result<Self, sqlx::Error> {
        sqlx::query(
            "insert into follower_checkpoints (follower, position, updated_at) values ($1, 0, $2)
             on conflict do nothing",
        )
        .bind(FOLLOWER)
        .bind(now)
        .execute(&mut *db)
        .await?;
        let mut standing = Self::without_parked(db).await?;
        standing.parked = ParkedStreams::load(db, FOLLOWER).await?;
        Ok(standing)
    }

    /// The same, where the parked streams are not of interest.
    pub(super) async fn without_parked(db: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let (position, parked_version) =
            sqlx::query_as("select position, parked_version from follower_checkpoints where follower = $1")
                .bind(FOLLOWER)
                .fetch_one(db)
                .await?;
        Ok(Self { position, parked_version, parked: ParkedStreams::default() })
    }

    /// Whether the database still has it so.
    pub(super) async fn holds(&self, db: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let there = Self::without_parked(db).await?;
        Ok((there.position, there.parked_version) == (self.position, self.parked_version))
    }
}

impl Commit<'_> {
    /// Writes all of it, or nothing where the sagas stand elsewhere: then the answer is `false`.
    pub(super) async fn execute(&self, db: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let Self { from, to, timers: TimerChanges { set, cleared }, kept, now, durability } = self;
        let moved = storing(include_str!("commit.sql"), kept, *now)?
            .bind(from.position)
            .bind(to)
            .bind(FOLLOWER)
            .bind(from.parked_version)
            .bind(column(cleared, |timer| timer.saga().name()))
            .bind(column(cleared, |timer| timer.subject()))
            .bind(column(cleared, |timer| timer.name().unwrap_or_default()))
            .bind(column(set, |set| set.timer.saga().name()))
            .bind(column(set, |set| set.timer.subject()))
            .bind(column(set, |set| set.timer.name().unwrap_or_default()))
            .bind(column(set, |set| set.due))
            .bind(column(set, |set| set.repeat.map(|repeat| i64::from(repeat.every_seconds.get()))))
            .bind(column(set, |set| set.repeat.and_then(|repeat| repeat.until)))
            .bind(column(set, |set| set.position))
            .bind(column(set, |set| set.correlation_id.as_str()))
            .bind(durability.synchronous_commit())
            .fetch_optional(db)
            .await?;
        Ok(moved.is_some())
    }
}

impl Durability {
    const fn synchronous_commit(self) -> &'static str {
        match self {
            Self::Awaited => "on",
            Self::Relaxed => "off",
        }
    }
}
