//! Sagas: what must follow from an event is done, whatever crashes.
//!
//! [`purser_domain::saga`] says what must follow; this is what sees to it. A runner follows the log. For each batch of
//! events it issues the commands that follow, and then, in one statement, ticks the events off, sets and clears timers,
//! and stores what could not be done in the outbox. A crash in between repeats commands under the ids that they had, which
//! is harmless. The outbox tries again for as long as the write side is away. What is refused becomes a dead letter after
//! a few attempts: kept, loud, and decided by an operator ([`dead_letters`]). Timers fire by the injected clock, once or
//! every so often. What is done outside the engine, an effect, always goes by way of the outbox, and has a worker of its own;
//! its domain says how often it is tried and what a final failure leads to: a dead letter, or a command that records it.
//!
//! The sagas are meant to run on one node, the writer's. Two at once do the same work twice, to the same effect.

mod commit;
pub mod dead_letters;
mod effects;
mod fresh;
mod gauges;
mod issue;
mod kept;
mod outbox;
mod parked_view;
mod port;
mod reactions;
mod runner;
mod settings;
mod status;
mod step;
mod timers;
mod verdict;

pub use parked_view::ParkedSagas;
pub use port::{BackOfficeList, CommandPort, EffectPort, PortError, SagaRequest};
pub use settings::SagaSettings;
pub use status::{SagaStatus, status};

use std::{error::Error, sync::Arc};

use purser_domain::clock::Clock;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    feed::{Feed, Outage},
    sagas::{
        effects::EffectWorker, gauges::Gauges, issue::Issuer, outbox::CommandWorker, runner::Runner, timers::Timers,
    },
};

/// The name of the sagas' checkpoint, and of what they park.
const FOLLOWER: &str = "sagas";

/// What the sagas work with.
#[derive(Clone)]
pub struct Sagas {
    /// Where their tables are. They take up to five connections at a time, none of them for long.
    pub pool: PgPool,
    /// Where the events come from.
    pub feed: Feed,
    /// Where the commands go.
    pub commands: Arc<dyn CommandPort>,
    /// Where the effects go.
    pub effects: Arc<dyn EffectPort>,
    /// What timers and waits go by.
    pub clock: Arc<dyn Clock>,
    /// How they go about it.
    pub settings: SagaSettings,
}

/// What the tasks share.
struct Shared {
    pool: PgPool,
    issuer: Issuer,
    clock: Arc<dyn Clock>,
    settings: SagaSettings,
    /// Has outbox and timers look at once.
    wake: watch::Sender<()>,
    stop: CancellationToken,
}

impl Sagas {
    /// Starts the sagas from their checkpoint, or from the first event where they have none.
    ///
    /// They stop with `stop`, at once but for a batch of events that is being seen to, which takes no longer than
    /// [`SagaSettings::patience`] and a transaction. While the database is away they try again, at most every five
    /// seconds.
    pub fn start(self, tracker: &TaskTracker, stop: CancellationToken) -> SagasHandle {
        let Self { pool, feed, commands, effects, clock, settings } = self;
        let issuer = Issuer { commands, effects, concurrency: settings.concurrency, stop: stop.clone() };
        let shared = Arc::new(Shared { pool, issuer, clock, settings, wake: watch::Sender::new(()), stop });
        let (position, positions) = watch::channel(0);
        tracker.spawn(Runner::new(Arc::clone(&shared), feed.follow(0), position).run());
        tracker.spawn(Timers::new(Arc::clone(&shared)).run());
        tracker.spawn(CommandWorker::new(Arc::clone(&shared)).run());
        tracker.spawn(EffectWorker::new(Arc::clone(&shared)).run());
        tracker.spawn(Gauges::new(Arc::clone(&shared)).run());
        SagasHandle { shared, positions }
    }
}

/// Running sagas, seen from outside.
#[derive(Clone)]
pub struct SagasHandle {
    shared: Arc<Shared>,
    positions: watch::Receiver<i64>,
}

impl SagasHandle {
    /// The position up to which events are ticked off, as last known.
    pub fn positions(&self) -> watch::Receiver<i64> {
        self.positions.clone()
    }

    /// Has outbox and timers look at once for what is due: after the clock was moved by hand, or a dead letter retried.
    pub fn wake(&self) {
        self.shared.wake.send_replace(());
    }
}

impl Shared {
    /// Waits until it is time to look again.
    async fn pause(&self, wake: &mut watch::Receiver<()>) {
        tokio::select! {
            // The sender lives in `self`.
            _ = wake.changed() => {}
            () = tokio::time::sleep(self.settings.poll) => {}
        }
    }

    /// Waits before the next attempt, or until the sagas are stopped.
    async fn sit_out(&self, outage: &mut Outage, error: &(dyn Error + Send + Sync + 'static)) {
        let delay = outage.strike(error);
        self.stop.run_until_cancelled(tokio::time::sleep(delay)).await;
    }
}
