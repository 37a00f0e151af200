//! The relay: puts the log onto NATS, on the node that writes it.
//!
//! Every commit is handed over in memory. What was not handed over, because the relay started later, fell behind or lost
//! NATS for a while, it reads from the log. It goes on where the stream's last message ends, and every message names the
//! sequence that it expects to follow: two relays, or one and its own late messages, cannot interleave. The write side
//! never waits for it.

mod session;

use std::{error::Error, sync::Arc};

use purser_domain::recorded::Recorded;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    carrier::Carrier,
    feed::Outage,
    log_reader::LogReader,
    relay::session::{RelayError, Session},
};

/// What a relay works with.
#[derive(Debug)]
pub struct Relay {
    /// Where to.
    pub carrier: Carrier,
    /// What was not handed over is read here.
    pub log: LogReader,
    /// The commits of this node, in order. A receiver that lags costs a look into the log and nothing else.
    pub committed: broadcast::Receiver<Arc<[Recorded]>>,
}

impl Relay {
    /// Starts the relay. It runs, through any outage, until it is stopped or the write side is gone.
    pub fn start(self, tracker: &TaskTracker, stop: CancellationToken) {
        tracker.spawn(stop.run_until_cancelled_owned(self.run()));
    }

    async fn run(mut self) {
        let mut outage = Outage::of("relaying the log to nats");
        loop {
            let mut connection = tokio::select! {
                connection = self.carrier.connection() => connection,
                () = discard(&mut self.committed) => return,
            };
            let session = async {
                let mut session = Session::open(&self.carrier, &self.log, &mut outage).await?;
                session.run(&mut self.committed).await
            };
            let error = tokio::select! {
                ended = session => match ended {
                    Ok(()) => return,
                    Err(error) => error,
                },
                _ = connection.changed() => RelayError::Disconnected,
            };
            metrics::counter!("purser_relay_errors_total", "reason" => error.reason()).increment(1);
            tracing::debug!(error = &error as &dyn Error, "the relay begins anew");
            let delay = outage.strike(&error);
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = discard(&mut self.committed) => return,
            }
        }
    }
}

/// Lets go of what is handed over, so that it does not fill memory while it cannot be sent. Returns when nothing more
/// will be handed over.
async fn discard(committed: &mut broadcast::Receiver<Arc<[Recorded]>>) {
    loop {
        match committed.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}
