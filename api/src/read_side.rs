//! The read side of this process: what follows the log while this node writes.
//!
//! Reads are served by every node, from Postgres. Followers, sagas and the relay run where the writer runs: their
//! checkpoints would keep two of them apart, but two would do the work of one.

use std::{sync::Arc, time::Duration};

use purser_commands::{Commands, Role};
use purser_domain::clock::Clock;
use purser_projections::{
    carrier::Carrier,
    feed::Feed,
    follower::{Follower, FollowerContext, ReadAfter},
    log_reader::LogReader,
    publisher::Publisher,
    relay::Relay,
    sagas::{SagaSettings, Sagas},
    view::View,
};
use sqlx::PgPool;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    ports::{Gateways, SagaCommands, effects},
    reconciliation::Reconciler,
};

/// What the read side works with.
#[derive(Clone)]
pub(crate) struct ReadSide {
    pub(crate) pool: PgPool,
    pub(crate) commands: Commands,
    pub(crate) feed: Feed,
    pub(crate) carrier: Option<Carrier>,
    pub(crate) views: Vec<Arc<dyn View>>,
    pub(crate) read_after: ReadAfter,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sagas: SagaSettings,
    pub(crate) publish_events: bool,
    pub(crate) gateways: Gateways,
    pub(crate) reconciler: Reconciler,
    pub(crate) reconcile_every: Duration,
}

impl ReadSide {
    /// Runs for as long as the node does: at work while it writes, at rest while another does.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut role = self.commands.role();
        loop {
            let writes = role.wait_for(|role| matches!(role, Role::Writer { .. }));
            match stop.run_until_cancelled(writes).await {
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            }
            let tracker = TaskTracker::new();
            let shift = stop.child_token();
            self.work(&tracker, &shift);
            let _ = stop.run_until_cancelled(role.wait_for(|role| *role == Role::Standby)).await;
            shift.cancel();
            self.read_after.follow([]);
            tracker.close();
            tracker.wait().await;
        }
    }

    fn work(&self, tracker: &TaskTracker, shift: &CancellationToken) {
        let context = FollowerContext {
            feed: self.feed.clone(),
            pool: self.pool.clone(),
            clock: Arc::clone(&self.clock),
            tracker: tracker.clone(),
            stop: shift.clone(),
        };
        self.read_after.follow(self.views.iter().map(|view| Follower::start(Arc::clone(view), &context)));
        let sagas = Sagas {
            pool: self.pool.clone(),
            feed: self.feed.clone(),
            commands: Arc::new(SagaCommands::new(self.commands.clone())),
            effects: effects(self.gateways.clone(), self.pool.clone(), Arc::clone(&self.clock)),
            clock: Arc::clone(&self.clock),
            settings: self.sagas.clone(),
        };
        sagas.start(tracker, shift.clone());
        tracker.spawn(self.reconciler.clone().keep_reconciled(self.reconcile_every, shift.clone()));
        if let Some(carrier) = &self.carrier {
            let log = LogReader::new(self.pool.clone());
            let committed = self.commands.committed();
            Relay { carrier: carrier.clone(), log, committed }.start(tracker, shift.clone());
            if self.publish_events {
                let publisher = Publisher {
                    carrier: carrier.clone(),
                    feed: self.feed.clone(),
                    pool: self.pool.clone(),
                    clock: Arc::clone(&self.clock),
                };
                publisher.start(tracker, shift.clone());
            }
        }
    }
}

/// Tells the feed of every append of this node, so that it need not wait for a heartbeat to look.
pub(crate) async fn announce(commands: Commands, feed: Feed, stop: CancellationToken) {
    let mut committed = commands.committed();
    loop {
        match stop.run_until_cancelled(committed.recv()).await {
            Some(Ok(events)) => {
                if let Some(last) = events.last() {
                    feed.announce(last.position);
                }
            }
            // The next append tells of all that were missed.
            Some(Err(RecvError::Lagged(_))) => {}
            Some(Err(RecvError::Closed)) | None => return,
        }
    }
}
