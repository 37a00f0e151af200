//! The feed: brings every event to every follower of this process, in order, without a gap.
//!
//! One task per process keeps up with the end of the log, over NATS as long as NATS brings it and from the log itself
//! otherwise. It decodes each event once and keeps the latest ones in memory, in a window that all followers share. A
//! follower that is behind the window reads pages of the log by itself until it is not.
//!
//! NATS is never trusted with an order: what it brings is used where it continues what came before, and whatever is
//! missing is read from the log. Whether something is missing at the end is seen by the heartbeat, which asks the database
//! how far the log has come.

mod carrier_tail;
mod cursor;
mod decode;
mod heartbeat;
mod log_tail;
mod outage;
mod tail;
mod window;

pub use cursor::{FeedCursor, FeedError};
pub(crate) use outage::Outage;

use std::sync::Arc;

use purser_domain::{event::Event, recorded::Recorded, upcast::Upcasters};
use sqlx::PgPool;
use tokio::sync::{mpsc, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    carrier::Carrier,
    feed::{carrier_tail::CarrierTail, tail::Tail, window::Window},
    log_reader::{LogGap, LogReader},
};

/// How many messages may wait, decoded, between NATS and the window.
const DELIVERIES_MAX: usize = 16;

/// An event on its way to the followers.
#[derive(Debug, Clone)]
pub struct FeedEvent {
    /// As the log holds it.
    pub recorded: Recorded,
    /// Its typed reading, or why it could not be read.
    pub event: Result<Event, String>,
}

/// Events at consecutive positions; never empty.
pub type FeedBatch = Arc<[FeedEvent]>;

/// The feed of this process. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Feed {
    shared: Arc<Shared>,
}

/// What the feed's tasks and its cursors have in common.
#[derive(Debug)]
struct Shared {
    log: LogReader,
    upcasters: Upcasters,
    /// How far the log is known to have come.
    head: watch::Sender<i64>,
    /// How far the window has come.
    reached: watch::Sender<Reached>,
    window: Window,
    tracker: TaskTracker,
    stop: CancellationToken,
}

#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    /// The last position that the window has seen; none until the database was asked for the first time.
    position: Option<i64>,
    /// Why it comes no further.
    gap: Option<LogGap>,
}

impl Feed {
    /// Starts the feed's tasks. Neither the database nor NATS has to be there yet.
    ///
    /// Without a carrier, or while it is away, the end of the log is read as soon as it is announced, or otherwise every
    /// 250 ms. Stopping ends the tasks, and every cursor with [`FeedError::Stopped`].
    pub fn start(
        pool: PgPool,
        carrier: Option<Carrier>,
        upcasters: Upcasters,
        tracker: &TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let shared = Arc::new(Shared {
            log: LogReader::new(pool),
            upcasters,
            head: watch::Sender::new(0),
            reached: watch::Sender::new(Reached::default()),
            window: Window::default(),
            tracker: tracker.clone(),
            stop: stop.clone(),
        });
        metrics::gauge!("purser_feed_carrier_up").set(0.0);
        let (sender, deliveries) = mpsc::channel(DELIVERIES_MAX);
        if let Some(carrier) = carrier {
            let tail = CarrierTail::new(carrier, shared.upcasters.clone(), sender);
            tracker.spawn(stop.clone().run_until_cancelled_owned(tail.run()));
        }
        tracker.spawn(stop.clone().run_until_cancelled_owned(heartbeat::run(Arc::clone(&shared))));
        tracker.spawn(stop.run_until_cancelled_owned(Tail::new(Arc::clone(&shared), deliveries).run()));
        Self { shared }
    }

    /// A hint that the log has come at least this far, to be given after each commit of this process.
    pub fn announce(&self, position: i64) {
        self.shared.raise_head(position);
    }

    /// How far the log is known to have come; 0 until the database was asked for the first time.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.shared.head.subscribe()
    }

    /// A cursor that stands behind a position and yields what follows it.
    pub fn follow(&self, after: i64) -> FeedCursor {
        FeedCursor::new(Arc::clone(&self.shared), after)
    }
}

impl Shared {
    fn raise_head(&self, position: i64) {
        self.head.send_if_modified(|head| {
            let raised = position > *head;
            *head = position.max(*head);
            raised
        });
    }
}
