use std::collections::HashSet;

use purser_domain::{clock::Clock, upcast::Upcasters};
use sqlx::{PgConnection, PgPool};

use crate::{
    feed::FeedEvent,
    follower::{Care, fold, load_checkpoint},
    history::{LogRange, LogRow, read_range},
    parked::{self, ParkedStreams},
    rebuild::{Progress, RebuildError, side_tables},
    view::View,
};

/// The new tables get the same treatment as the serving ones, under a search path that finds them instead. A crash that
/// takes the last transactions takes the rebuild with it, so that they need not wait for the disk.
pub(super) const BEGIN: &str =
    "begin; set local search_path = views_rebuild, public; set local synchronous_commit = off";

const PAGE: LogRange = LogRange { events_max: 2_000, bytes_max: 2_000_000 };

/// A view's tables on their way from empty to current.
pub(super) struct Replay<'a> {
    pub(super) pool: &'a PgPool,
    pub(super) view: &'a dyn View,
    pub(super) clock: &'a dyn Clock,
    upcasters: &'a Upcasters,
    /// The number that fences off other rebuilds of the view.
    pub(super) attempt: i64,
    /// The name that parked events have until the exchange.
    pub(super) follower: String,
    skipped: HashSet<i64>,
    pub(super) at: Reached,
}

/// What of a replay belongs to its last transaction.
#[derive(Debug, Clone, Default)]
pub(super) struct Reached {
    pub(super) position: i64,
    pub(super) parked: ParkedStreams,
}

impl<'a> Replay<'a> {
    /// Clears away what an earlier rebuild left and makes the new tables.
    pub(super) async fn begin(
        pool: &'a PgPool,
        view: &'a dyn View,
        upcasters: &'a Upcasters,
        clock: &'a dyn Clock,
    ) -> Result<Self, RebuildError> {
        let now = clock.now();
        let target = load_checkpoint(pool, view.name(), now).await?.position;
        let follower = format!("{}#rebuild", view.name());
        let mut transaction = pool.begin().await?;
        let attempt = sqlx::query_scalar(
            "insert into view_rebuilds as rebuild (view, attempt, position, target, started_at, updated_at)
             values ($1, 1, 0, $2, $3, $3)
             on conflict (view) do update set attempt = rebuild.attempt + 1, position = 0, target = excluded.target,
                 started_at = excluded.started_at, updated_at = excluded.updated_at, finished_at = null, error = null
             returning attempt",
        )
        .bind(view.name())
        .bind(target)
        .bind(now)
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::query("delete from parked_events where follower = $1").bind(&follower).execute(&mut *transaction).await?;
        let skipped: Vec<i64> =
            sqlx::query_scalar("select position from parked_events where follower = $1 and skipped_at is not null")
                .bind(view.name())
                .fetch_all(&mut *transaction)
                .await?;
        side_tables::create(&mut transaction, view).await?;
        transaction.commit().await?;
        let skipped = skipped.into_iter().collect();
        Ok(Self { pool, view, clock, upcasters, attempt, follower, skipped, at: Reached::default() })
    }

    pub(super) const fn position(&self) -> i64 {
        self.at.position
    }

    /// Folds up to the view's checkpoint as it is now, which is returned. While a page is folded, the next is read.
    pub(super) async fn catch_up(&mut self, progress: &impl Fn(Progress)) -> Result<i64, RebuildError> {
        let target = load_checkpoint(self.pool, self.view.name(), self.clock.now()).await?.position;
        let mut page = self.read(self.at.position, target).await?;
        while let Some(last) = page.last() {
            let to = last.recorded.position;
            let folding = self.fold_page(&page, target);
            let (at, next) = tokio::try_join!(folding, self.read(to, target))?;
            self.at = at;
            page = next;
            progress(Progress { position: to, target });
        }
        Ok(target)
    }

    pub(super) async fn analyse(&self) -> Result<(), RebuildError> {
        side_tables::analyse(&mut *self.pool.acquire().await?, self.view).await?;
        Ok(())
    }

    async fn read(&self, after: i64, upto: i64) -> Result<Vec<FeedEvent>, RebuildError> {
        if after >= upto {
            return Ok(vec![]);
        }
        self.read_on(&mut *self.pool.acquire().await?, after, upto).await
    }

    /// The next events; none only where `after` is `upto`.
    pub(super) async fn read_on(
        &self,
        db: &mut PgConnection,
        after: i64,
        upto: i64,
    ) -> Result<Vec<FeedEvent>, RebuildError> {
        let rows: Vec<LogRow> = read_range(db, after, upto, PAGE).await?;
        let gap = rows.iter().zip(after + 1..).find(|(row, expected)| row.0.position != *expected);
        match gap {
            Some((_, missing)) => Err(RebuildError::Gap(missing)),
            None if rows.is_empty() && after < upto => Err(RebuildError::Gap(after + 1)),
            None => Ok(rows.into_iter().map(|row| row.read(self.upcasters)).collect()),
        }
    }

    async fn fold_page(&self, page: &[FeedEvent], target: i64) -> Result<Reached, RebuildError> {
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        let reached = self.fold_on(&mut transaction, &self.at, page, target).await?;
        transaction.commit().await?;
        Ok(reached)
    }

    /// Folds a page that follows on `from` within a transaction.
    pub(super) async fn fold_on(
        &self,
        db: &mut PgConnection,
        from: &Reached,
        page: &[FeedEvent],
        target: i64,
    ) -> Result<Reached, RebuildError> {
        let now = self.clock.now();
        let position = page.last().map_or(from.position, |event| event.recorded.position);
        let moved = sqlx::query(
            "update view_rebuilds set position = $4, target = $5, updated_at = $6
             where view = $1 and attempt = $2 and position = $3",
        )
        .bind(self.view.name())
        .bind(self.attempt)
        .bind(from.position)
        .bind(position)
        .bind(target)
        .bind(now)
        .execute(&mut *db)
        .await?;
        if moved.rows_affected() == 0 {
            return Err(RebuildError::Overtaken(self.view.name()));
        }
        let events: Vec<&FeedEvent> =
            page.iter().filter(|event| !self.skipped.contains(&event.recorded.position)).collect();
        let mut parked = from.parked.clone();
        let parkings = fold(self.view, db, &events, &mut parked, Care::Careful).await?;
        if !parkings.is_empty() {
            parked::record(db, &self.follower, &parkings, now).await?;
        }
        Ok(Reached { position, parked })
    }

    /// Best effort: where the database is away, the rebuild shows as interrupted.
    pub(super) async fn note_failure(&self, error: &RebuildError) {
        let noted =
            sqlx::query("update view_rebuilds set error = $3, updated_at = $4 where view = $1 and attempt = $2")
                .bind(self.view.name())
                .bind(self.attempt)
                .bind(error.to_string())
                .bind(self.clock.now())
                .execute(self.pool)
                .await;
        if let Err(unnoted) = noted {
            tracing::debug!(view = self.view.name(), error = %unnoted, "the failure of a rebuild could not be noted");
        }
    }
}
