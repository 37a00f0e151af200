use std::collections::HashSet;

use purser_domain::upcast::Upcasters;
use sqlx::{Connection, Executor, PgConnection, PgPool};

use crate::{
    feed::FeedEvent,
    follower::{Care, fold},
    history::{LogRow, read_range},
    parked::ParkedStreams,
    verify::{Difference, VerifiedView, VerifyError, comparison, pass::PAGE},
    view::View,
};

/// How many events may be left to fold in the snapshot of the comparison.
const REST_MAX: i64 = 2_000;

const ATTEMPTS_MAX: u32 = 5;

/// A view derived anew, in temporary tables of a connection of its own.
pub(super) struct Derivation<'a> {
    view: &'a dyn View,
    /// Taken out of the pool and closed in the end: temporary tables belong to a connection.
    db: PgConnection,
    /// Up to where the temporary tables go.
    position: i64,
    /// What the view stood at when the verification last looked.
    known: Known,
}

/// What the engine says of a view.
#[derive(Debug)]
struct Known {
    checkpoint: i64,
    /// Events that are parked or were skipped.
    left_out: HashSet<i64>,
}

impl Known {
    async fn load(db: &mut PgConnection, view: &'static str) -> Result<Self, VerifyError> {
        let (checkpoint, left_out, head): (i64, Vec<i64>, i64) = sqlx::query_as(
            "select coalesce((select position from follower_checkpoints where follower = $1), 0),
                    array(select position from parked_events where follower = $1),
                    (select position from log_head)",
        )
        .bind(view)
        .fetch_one(db)
        .await?;
        if checkpoint > head {
            return Err(Difference::ViewBeyondHead { view, position: checkpoint, head }.into());
        }
        Ok(Self { checkpoint, left_out: left_out.into_iter().collect() })
    }

    /// Whether what was derived up to `position` under `self` is also right under `other`.
    fn agrees(&self, other: &Self, position: i64) -> bool {
        let upto =
            |known: &Self| known.left_out.iter().copied().filter(|left| *left <= position).collect::<HashSet<_>>();
        other.checkpoint >= position && upto(self) == upto(other)
    }
}

impl<'a> Derivation<'a> {
    pub(super) async fn begin(pool: &PgPool, view: &'a dyn View) -> Result<Self, VerifyError> {
        let mut db = pool.acquire().await?.detach();
        db.execute("set search_path = pg_temp, public").await?;
        for table in view.tables() {
            db.execute(format!("create temporary table {table} (like views.{table} including all)").as_str()).await?;
        }
        let known = Known::load(&mut db, view.name()).await?;
        Ok(Self { view, db, position: 0, known })
    }

    pub(super) fn name(&self) -> &'static str {
        self.view.name()
    }

    pub(super) fn leaves_out(&self, position: i64) -> bool {
        self.known.left_out.contains(&position)
    }

    pub(super) async fn close(self) -> Result<(), VerifyError> {
        Ok(self.db.close().await?)
    }

    /// Folds what of a page the view had folded when it was last looked at.
    pub(super) async fn fold(&mut self, page: &[FeedEvent]) -> Result<(), VerifyError> {
        if self.position >= self.known.checkpoint {
            return Ok(());
        }
        let mut transaction = self.db.begin().await?;
        let position = fold_known(self.view, &mut transaction, self.position, page, &self.known).await?;
        transaction.commit().await?;
        self.position = position;
        Ok(())
    }

    /// Folds what has come since, and compares in a snapshot in which both sides are at the same position.
    pub(super) async fn settle_and_compare(
        &mut self,
        pool: &PgPool,
        upcasters: &Upcasters,
    ) -> Result<VerifiedView, VerifyError> {
        for _ in 0..ATTEMPTS_MAX {
            self.catch_up(pool, upcasters).await?;
            if let Some(verified) = self.compare(upcasters).await? {
                return Ok(verified);
            }
        }
        Err(VerifyError::Unsettled(self.view.name()))
    }

    async fn catch_up(&mut self, pool: &PgPool, upcasters: &Upcasters) -> Result<(), VerifyError> {
        loop {
            let now = Known::load(&mut self.db, self.view.name()).await?;
            if !self.known.agrees(&now, self.position) {
                self.start_over().await?;
            }
            self.known = now;
            if self.known.checkpoint - self.position <= REST_MAX {
                return Ok(());
            }
            while self.position < self.known.checkpoint {
                let mut reader = pool.acquire().await?;
                let page = read(&mut reader, self.position, self.known.checkpoint, upcasters).await?;
                self.fold(&page).await?;
            }
        }
    }

    async fn start_over(&mut self) -> Result<(), VerifyError> {
        for table in self.view.tables() {
            self.db.execute(format!("truncate pg_temp.{table}").as_str()).await?;
        }
        self.position = 0;
        Ok(())
    }

    /// None where the view was changed in a way that the derivation did not follow. What is folded here is taken back
    /// with the snapshot.
    async fn compare(&mut self, upcasters: &Upcasters) -> Result<Option<VerifiedView>, VerifyError> {
        let view = self.view;
        let mut snapshot = self.db.begin_with("begin isolation level repeatable read").await?;
        // Before the first query, which is what takes the snapshot: a rebuild must not exchange the tables behind it.
        for table in view.tables() {
            snapshot.execute(format!("lock table views.{table} in access share mode").as_str()).await?;
        }
        let known = Known::load(&mut snapshot, view.name()).await?;
        if !self.known.agrees(&known, self.position) {
            return Ok(None);
        }
        let mut position = self.position;
        while position < known.checkpoint {
            let page = read(&mut snapshot, position, known.checkpoint, upcasters).await?;
            position = fold_known(view, &mut snapshot, position, &page, &known).await?;
        }
        let mut rows = 0;
        for table in view.tables() {
            rows += comparison::compare(&mut snapshot, view.name(), table).await?;
        }
        let left_out = known.left_out.iter().filter(|left| **left <= position).count();
        Ok(Some(VerifiedView { name: view.name(), position, rows, left_out }))
    }
}

/// Folds what of a page lies between `from` and the checkpoint and is not left out. Returns the new position.
async fn fold_known(
    view: &dyn View,
    db: &mut PgConnection,
    from: i64,
    page: &[FeedEvent],
    known: &Known,
) -> Result<i64, VerifyError> {
    let within: Vec<&FeedEvent> = page
        .iter()
        .filter(|event| event.recorded.position > from && event.recorded.position <= known.checkpoint)
        .collect();
    let Some(last) = within.last() else { return Ok(from) };
    let position = last.recorded.position;
    let events: Vec<&FeedEvent> =
        within.iter().copied().filter(|event| !known.left_out.contains(&event.recorded.position)).collect();
    let parkings = fold(view, db, &events, &mut ParkedStreams::default(), Care::Careful).await?;
    match parkings.into_iter().next() {
        None => Ok(position),
        Some(parking) => Err(Difference::Unfoldable {
            view: view.name(),
            position: parking.event.recorded.position,
            cause: parking.error.unwrap_or_default(),
        }
        .into()),
    }
}

/// Never empty: a position that is missing is a difference.
async fn read(
    db: &mut PgConnection,
    after: i64,
    upto: i64,
    upcasters: &Upcasters,
) -> Result<Vec<FeedEvent>, VerifyError> {
    let rows: Vec<LogRow> = read_range(db, after, upto, PAGE).await?;
    let next = rows.first().map(|row| row.0.position);
    if next != Some(after + 1) {
        return Err(Difference::Position { missing: after + 1, next }.into());
    }
    Ok(rows.into_iter().map(|row| row.read(upcasters)).collect())
}
