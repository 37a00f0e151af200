//! The lease: which node tries to write.
//!
//! It keeps nodes from taking the log away from each other all the time, and nothing else. Two nodes that both believe to
//! hold it harm nothing: the epoch in the log's head lets one of them append. Its time is the database's own.

use std::{sync::Arc, time::Duration};

use sqlx::PgPool;
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// How often the holder renews, and the others look.
pub const RENEWED_EVERY: Duration = Duration::from_millis(500);

/// How long a lease lasts without renewal.
pub const LASTS: Duration = Duration::from_secs(2);

/// How a node comes to its first lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstLease {
    /// The node knows that it is alone (it owns the database's directory): whoever held the lease is dead.
    Seize,
    /// Others may be alive.
    WaitForEnd,
}

/// Whether this node is meant to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tenure {
    Held,
    Lost,
}

/// The sequencer's end of the lease.
pub(crate) struct Lease {
    tenure: watch::Receiver<Tenure>,
    renounced: Arc<Notify>,
    keeper: Keeper,
    stop: CancellationToken,
    seeking: JoinHandle<()>,
}

#[derive(Clone)]
struct Keeper {
    pool: PgPool,
    node: Uuid,
}

impl Lease {
    /// Begins to seek the lease and to renew it, until told to stop.
    pub(crate) fn keep(
        pool: PgPool,
        node: Uuid,
        first: FirstLease,
        tracker: &TaskTracker,
        stop: &CancellationToken,
    ) -> Self {
        let (sender, tenure) = watch::channel(Tenure::Lost);
        let renounced = Arc::new(Notify::new());
        let (keeper, stop) = (Keeper { pool, node }, stop.child_token());
        let seeking = tracker.spawn(keeper.clone().run(first, sender, Arc::clone(&renounced), stop.clone()));
        Self { tenure, renounced, keeper, stop, seeking }
    }

    /// Waits for the next change. Without a keeper there is none.
    pub(crate) async fn changed(&mut self) -> Tenure {
        if self.tenure.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
        *self.tenure.borrow_and_update()
    }

    /// Gives the lease up for a while: this node could not make use of it.
    pub(crate) fn renounce(&self) {
        self.renounced.notify_one();
    }

    /// Gives the lease up for good, so that another node need not wait for its end. What is being taken in this very moment
    /// would be taken after it was given back: that has come to its end first.
    pub(crate) async fn give_back(self) {
        self.stop.cancel();
        if let Err(error) = self.seeking.await {
            tracing::error!(%error, "the lease was sought to no end");
        }
        if let Err(error) = self.keeper.give_back().await {
            tracing::debug!(%error, "the lease could not be given back and will end by itself");
        }
    }
}

impl Keeper {
    async fn run(
        self,
        mut first: FirstLease,
        tenure: watch::Sender<Tenure>,
        renounced: Arc<Notify>,
        stop: CancellationToken,
    ) {
        loop {
            let held = match self.seek(first).await {
                Ok(true) => Tenure::Held,
                Ok(false) => Tenure::Lost,
                Err(error) => {
                    // Out of reach is not lost: nobody else can reach the log either, and the epoch guards it.
                    tracing::debug!(%error, "the lease could not be renewed");
                    *tenure.borrow()
                }
            };
            if held == Tenure::Held {
                first = FirstLease::WaitForEnd;
            }
            tenure.send_if_modified(|known| std::mem::replace(known, held) != held);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(RENEWED_EVERY) => {}
                () = renounced.notified() => {
                    tenure.send_if_modified(|known| std::mem::replace(known, Tenure::Lost) != Tenure::Lost);
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(RENEWED_EVERY) => {}
                    }
                }
            }
        }
    }

    async fn seek(&self, first: FirstLease) -> Result<bool, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        // Losing a renewal in a crash costs nothing, so it need not wait for the disk.
        sqlx::query("set local synchronous_commit = off").execute(&mut *transaction).await?;
        let taken = sqlx::query(
            "update writer_lease set holder = $1, renewed_at = clock_timestamp()
             where holder is null or holder = $1 or $2 or renewed_at < clock_timestamp() - $3 * interval '1 millisecond'",
        )
        .bind(self.node)
        .bind(first == FirstLease::Seize)
        .bind(f64::from(u32::try_from(LASTS.as_millis()).unwrap_or(u32::MAX)))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(taken.rows_affected() == 1)
    }

    async fn give_back(&self) -> Result<(), sqlx::Error> {
        sqlx::query("update writer_lease set holder = null where holder = $1")
            .bind(self.node)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
