use sqlx::{Executor, PgConnection};

use crate::{
    follower::{hold, raise_parked_version},
    rebuild::{RebuildError, catch_up::Replay, side_tables},
};

/// What became of the last step.
pub(super) enum Swapped {
    /// The new tables serve.
    Done { parked_events: i64 },
    /// The follower drew away meanwhile.
    TooFarBehind,
    /// Somebody reads the old tables in a long transaction.
    TablesInUse,
}

/// Everything here is one transaction that waits for the disk: once the old tables are gone, they are gone.
const BEGIN: &str = "begin; set local search_path = views_rebuild, public";

/// Who waits for an exclusive lock makes all later readers wait behind it, so this one is given up soon; but not before
/// Postgres, after its `deadlock_timeout` of a second, has called off a vacuum that is in the way.
const LOCK_TIMEOUT: &str = "set local lock_timeout = '1200ms'";

const LOCK_NOT_AVAILABLE: &str = "55P03";

impl Replay<'_> {
    /// Stops the follower, folds what is left, exchanges the tables.
    pub(super) async fn swap(&mut self, rest_max: i64) -> Result<Swapped, RebuildError> {
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        let target = hold(&mut transaction, self.view.name()).await?.unwrap_or_default();
        if target - self.at.position > rest_max {
            transaction.rollback().await?;
            return Ok(Swapped::TooFarBehind);
        }
        let mut at = self.at.clone();
        while at.position < target {
            let page = self.read_on(&mut transaction, at.position, target).await?;
            at = self.fold_on(&mut transaction, &at, &page, target).await?;
        }
        transaction.execute(LOCK_TIMEOUT).await?;
        match side_tables::exchange(&mut transaction, self.view).await {
            Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => {
                transaction.rollback().await?;
                return Ok(Swapped::TablesInUse);
            }
            exchanged => exchanged?,
        }
        let parked_events = self.move_parked(&mut transaction).await?;
        raise_parked_version(&mut transaction, self.view.name()).await?;
        self.finish(&mut transaction).await?;
        transaction.commit().await?;
        self.at = at;
        Ok(Swapped::Done { parked_events })
    }

    /// What the new code could not fold takes the place of what the old code could not. Skipped events stay skipped.
    async fn move_parked(&self, db: &mut PgConnection) -> Result<i64, RebuildError> {
        sqlx::query("delete from parked_events where follower = $1 and skipped_at is null")
            .bind(self.view.name())
            .execute(&mut *db)
            .await?;
        let moved = sqlx::query("update parked_events set follower = $1 where follower = $2")
            .bind(self.view.name())
            .bind(&self.follower)
            .execute(db)
            .await?;
        Ok(i64::try_from(moved.rows_affected()).unwrap_or(i64::MAX))
    }

    async fn finish(&self, db: &mut PgConnection) -> Result<(), RebuildError> {
        let finished =
            sqlx::query("update view_rebuilds set finished_at = $3, updated_at = $3 where view = $1 and attempt = $2")
                .bind(self.view.name())
                .bind(self.attempt)
                .bind(self.clock.now())
                .execute(db)
                .await?;
        if finished.rows_affected() == 0 {
            return Err(RebuildError::Overtaken(self.view.name()));
        }
        Ok(())
    }
}
