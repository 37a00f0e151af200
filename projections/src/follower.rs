//! Followers: the tasks that fold the log into the rows of the views.
//!
//! A follower writes the rows of a batch and moves its checkpoint in one transaction, and only from where it believes the
//! checkpoint to stand: every event is folded exactly once, whatever crashes and however many nodes run a follower of the
//! same name. What cannot be folded is parked ([`crate::parked`]) in the same transaction, and the rest goes on.

mod checkpoint;
mod fold;
mod run;
#[cfg(test)]
pub(crate) mod spec;
mod status;
mod trouble;
mod wait;

pub(crate) use checkpoint::{hold, load as load_checkpoint, raise_parked_version};
pub(crate) use fold::{Care, FoldFailure, Parking, fold};
pub use status::{RebuildStatus, ViewStatus, statuses};
pub use wait::{ReadAfter, Streams, Waited};

use std::sync::Arc;

use purser_domain::clock::Clock;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{feed::Feed, view::View};

/// What all followers of a process share.
#[derive(Clone)]
pub struct FollowerContext {
    /// Where the events come from.
    pub feed: Feed,
    /// Where the views are. A follower takes one connection for each transaction.
    pub pool: PgPool,
    /// What the checkpoints are dated by.
    pub clock: Arc<dyn Clock>,
    /// Waits for the followers at shutdown.
    pub tracker: TaskTracker,
    /// Ends the followers. A transaction that is open then is rolled back, and its events are folded after the next start.
    pub stop: CancellationToken,
}

/// The task that keeps one view up to date.
#[derive(Debug)]
pub struct Follower;

impl Follower {
    /// Starts to follow from the view's checkpoint, or from the first event where it has none.
    ///
    /// While the database is away it tries again, at most every five seconds, for as long as it is not stopped.
    pub fn start(view: Arc<dyn View>, context: &FollowerContext) -> FollowerHandle {
        let (position, positions) = watch::channel(0);
        let doubt = Arc::new(Notify::new());
        let (wanted, wanted_positions) = watch::channel(0);
        let handle = FollowerHandle { view: view.name(), positions, wanted, doubt: Arc::clone(&doubt) };
        let run = run::Run::new(view, context, position, wanted_positions, doubt);
        let stop = context.stop.clone();
        context.tracker.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = run.follow() => {}
            }
        });
        handle
    }
}

/// A running follower, seen from outside.
#[derive(Debug, Clone)]
pub struct FollowerHandle {
    view: &'static str,
    positions: watch::Receiver<i64>,
    /// The last position that a reader waits for, or has waited for.
    wanted: watch::Sender<i64>,
    doubt: Arc<Notify>,
}

impl FollowerHandle {
    /// Its view's name.
    pub const fn view(&self) -> &'static str {
        self.view
    }

    /// The position up to which its view was last known to be. It falls back when Postgres, after a crash, comes up
    /// without the view's last transactions; [`ReadAfter`] allows for that.
    pub fn positions(&self) -> watch::Receiver<i64> {
        self.positions.clone()
    }

    /// Has the follower go on to `position` without a rest: a reader waits for it.
    fn want(&self, position: i64) {
        self.wanted.send_if_modified(|wanted| {
            let further = position > *wanted;
            *wanted = position.max(*wanted);
            further
        });
    }

    /// Has the follower compare its checkpoint with the database's.
    fn doubt(&self) {
        self.doubt.notify_one();
    }
}
