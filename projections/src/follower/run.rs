use std::{sync::Arc, time::Duration};

use futures_util::FutureExt;
use purser_domain::clock::Clock;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};

use crate::{
    feed::{FeedBatch, FeedCursor, FeedError, FeedEvent},
    follower::{
        Care, FoldFailure, FollowerContext, Parking,
        checkpoint::{self, Checkpoint},
        fold,
        trouble::Trouble,
    },
    parked::{self, ParkedStreams},
    view::View,
};

/// About how many events go into one transaction. More would not make an event cheaper, and would make readers that wait
/// for the first of them wait for the last.
const EVENTS_MAX: usize = 2_000;

/// How often a follower without work compares its checkpoint with the database's; see [`BEGIN`].
const IDLE_CHECK: Duration = Duration::from_secs(1);

/// How long a follower rests between two transactions, unless a reader waits. Under load the events of that time share a
/// transaction, which halves what they cost; and nobody sees a view that is this much older. Twice as long saves little
/// more, and the bursts of work after it hold up orders: their p99 grew by a fifth.
const REST: Duration = Duration::from_millis(40);

/// A view's transaction does not wait for the disk. Rows and checkpoint are lost together or not at all, and what a
/// crash of Postgres takes is folded again from the log, whose own commits do wait and come earlier in the same WAL. In
/// exchange a checkpoint that this process saw committed may fall back: the compare in [`checkpoint::advance`] notices
/// under way, and [`IDLE_CHECK`] when nothing more happens.
const BEGIN: &str = "begin; set local search_path = views, public; set local synchronous_commit = off";

/// The state of a follower's task.
pub(super) struct Run {
    view: Arc<dyn View>,
    pool: PgPool,
    clock: Arc<dyn Clock>,
    cursor: FeedCursor,
    positions: watch::Sender<i64>,
    wanted: watch::Receiver<i64>,
    /// The end of the log, as far as it is known.
    head: watch::Receiver<i64>,
    doubt: Arc<Notify>,
    /// None until it was read, and while it may be wrong.
    checkpoint: Option<Checkpoint>,
    parked: ParkedStreams,
    /// What the feed gave and no transaction has taken yet.
    pending: Vec<FeedBatch>,
    trouble: Trouble,
}

#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("the feed gave no events")]
    Feed(#[from] FeedError),
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Fold(#[from] FoldFailure),
}

/// What became of a transaction.
enum Outcome {
    Committed(Checkpoint, ParkedStreams),
    /// The checkpoint does not stand where this follower believed.
    Overtaken,
}

impl Run {
    pub(super) fn new(
        view: Arc<dyn View>,
        context: &FollowerContext,
        positions: watch::Sender<i64>,
        wanted: watch::Receiver<i64>,
        doubt: Arc<Notify>,
    ) -> Self {
        Self {
            view,
            pool: context.pool.clone(),
            clock: Arc::clone(&context.clock),
            cursor: context.feed.follow(0),
            positions,
            wanted,
            head: context.feed.head(),
            doubt,
            checkpoint: None,
            parked: ParkedStreams::default(),
            pending: vec![],
            trouble: Trouble::default(),
        }
    }

    /// Follows until the feed is stopped, or this is dropped.
    pub(super) async fn follow(mut self) {
        loop {
            match self.step().await {
                Ok(()) => self.trouble.passes(self.view.name()),
                Err(FollowError::Feed(FeedError::Stopped)) => return,
                Err(error) => {
                    let delay = self.trouble.strikes(self.view.name(), &error);
                    tokio::time::sleep(delay).await;
                }
            }
        }
    }

    async fn step(&mut self) -> Result<(), FollowError> {
        let Some(checkpoint) = self.checkpoint else {
            return self.realign().await;
        };
        if self.pending.is_empty() {
            tokio::select! {
                batch = self.cursor.next() => self.pending.push(batch?),
                () = self.doubt.notified() => return self.compare(checkpoint).await,
                () = tokio::time::sleep(IDLE_CHECK) => return self.compare(checkpoint).await,
            }
        }
        self.take_what_is_ready();
        self.fold_pending(checkpoint).await?;
        self.rest().await;
        Ok(())
    }

    /// Lets events gather, unless the view is far behind or a reader waits for what the log has.
    async fn rest(&mut self) {
        let Some(Checkpoint { position: reached, .. }) = self.checkpoint else { return };
        let head = *self.head.borrow();
        if usize::try_from(head - reached).is_ok_and(|behind| behind >= EVENTS_MAX) {
            return;
        }
        let Self { wanted, head, .. } = self;
        let waited_for = wanted.wait_for(|wanted| *wanted > reached && *wanted <= *head.borrow());
        // Nobody waits any more where no reader can: the handle is gone.
        let _ = tokio::time::timeout(REST, waited_for).await;
    }

    /// There is no waiting here: while one transaction commits, the next batch gathers in the feed.
    fn take_what_is_ready(&mut self) {
        let mut events: usize = self.pending.iter().map(|batch| batch.len()).sum();
        while events < EVENTS_MAX {
            // An error is not lost: the next step meets it again.
            let Some(Ok(batch)) = self.cursor.next().now_or_never() else { return };
            events += batch.len();
            self.pending.push(batch);
        }
    }

    async fn fold_pending(&mut self, checkpoint: Checkpoint) -> Result<(), FollowError> {
        let events: Vec<&FeedEvent> = self
            .pending
            .iter()
            .flat_map(|batch| batch.iter())
            .filter(|event| event.recorded.position > checkpoint.position)
            .collect();
        if !follows_on(checkpoint.position, &events) {
            tracing::error!(
                view = self.view.name(),
                position = checkpoint.position,
                "the feed left a gap after position {}, and is asked again",
                checkpoint.position
            );
            self.pending.clear();
            self.cursor.rewind(checkpoint.position);
            return Ok(());
        }
        let count = events.len();
        match self.commit(checkpoint, &events).await? {
            Outcome::Committed(reached, parked) => {
                self.pending.clear();
                self.checkpoint = Some(reached);
                self.parked = parked;
                self.publish(reached);
                metrics::counter!("purser_view_events_total", "view" => self.view.name()).increment(count as u64);
                if reached.parked_version != checkpoint.parked_version {
                    self.count_parked().await?;
                }
                Ok(())
            }
            Outcome::Overtaken => {
                metrics::counter!("purser_view_overtaken_total", "view" => self.view.name()).increment(1);
                self.checkpoint = None;
                Ok(())
            }
        }
    }

    async fn commit(&self, checkpoint: Checkpoint, events: &[&FeedEvent]) -> Result<Outcome, FollowError> {
        match self.attempt(checkpoint, events, Care::Quick).await {
            Err(FollowError::Fold(FoldFailure::Poison(cause))) => {
                tracing::warn!(view = self.view.name(), cause, "a batch is folded again with care");
                self.attempt(checkpoint, events, Care::Careful).await
            }
            done => done,
        }
    }

    async fn attempt(&self, checkpoint: Checkpoint, events: &[&FeedEvent], care: Care) -> Result<Outcome, FollowError> {
        let view = self.view.name();
        let Some(last) = events.last() else { return Ok(Outcome::Overtaken) };
        let to = last.recorded.position;
        let now = self.clock.now();
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        let Some(mut parked_version) =
            checkpoint::advance(&mut transaction, view, checkpoint.position, to, now).await?
        else {
            transaction.rollback().await?;
            return Ok(Outcome::Overtaken);
        };
        let mut parked = if parked_version == checkpoint.parked_version {
            self.parked.clone()
        } else {
            ParkedStreams::load(&mut transaction, view).await?
        };
        let parkings: Vec<Parking<'_>> =
            fold::fold(self.view.as_ref(), &mut transaction, events, &mut parked, care).await?;
        if !parkings.is_empty() {
            parked::record(&mut transaction, view, &parkings, now).await?;
            parked_version = checkpoint::raise_parked_version(&mut transaction, view).await?;
        }
        transaction.commit().await?;
        parked::announce(view, &parkings);
        Ok(Outcome::Committed(Checkpoint { position: to, parked_version }, parked))
    }

    /// Goes back to where the database says that the view is, and keeps what is pending if it fits on there.
    async fn realign(&mut self) -> Result<(), FollowError> {
        let checkpoint = checkpoint::load(&self.pool, self.view.name(), self.clock.now()).await?;
        self.parked = ParkedStreams::load(&mut *self.pool.acquire().await?, self.view.name()).await?;
        self.count_parked().await?;
        self.pending.retain(|batch| batch.last().is_some_and(|event| event.recorded.position > checkpoint.position));
        let next = self.pending.first().and_then(|batch| batch.first()).map(|event| event.recorded.position);
        let fits = match next {
            Some(next) => next <= checkpoint.position + 1,
            None => self.cursor.position() == checkpoint.position,
        };
        if !fits {
            self.pending.clear();
            self.cursor.rewind(checkpoint.position);
        }
        self.checkpoint = Some(checkpoint);
        self.publish(checkpoint);
        Ok(())
    }

    async fn compare(&mut self, believed: Checkpoint) -> Result<(), FollowError> {
        let checkpoint = checkpoint::load(&self.pool, self.view.name(), self.clock.now()).await?;
        if checkpoint != believed {
            self.checkpoint = None;
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a double; it is exact up to 2^53")]
    async fn count_parked(&self) -> Result<(), FollowError> {
        let view = self.view.name();
        let parked = parked::count(&self.pool, view).await?;
        metrics::gauge!("purser_view_parked_events", "view" => view).set(parked as f64);
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a double; it is exact up to 2^53")]
    fn publish(&self, checkpoint: Checkpoint) {
        metrics::gauge!("purser_view_position", "view" => self.view.name()).set(checkpoint.position as f64);
        self.positions.send_replace(checkpoint.position);
    }
}

/// Whether the events are the ones directly after a position, none missing.
fn follows_on(position: i64, events: &[&FeedEvent]) -> bool {
    events.iter().zip(position + 1..).all(|(event, expected)| event.recorded.position == expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::follower::spec::readable;

    #[test]
    fn a_gap_before_or_within_a_batch_is_noticed() {
        let (five, six, eight) = (readable(5, "A@x"), readable(6, "A@x"), readable(8, "A@x"));
        assert!(follows_on(4, &[&five, &six]));
        assert!(!follows_on(3, &[&five, &six]));
        assert!(!follows_on(4, &[&five, &six, &eight]));
        assert!(!follows_on(4, &[&six, &five]));
    }
}
