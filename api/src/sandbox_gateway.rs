//! A payment gateway to try things with: it takes no money, and does all else that Alipay, `WeChat` Pay or Stripe do. Payments are
//! opened, paid, captured, refunded; callbacks come later, signed, again and again until somebody takes them; and it can be told
//! to misbehave in every way that real ones do.
//!
//! What it has answered it remembers, also after `kill -9`: an answer leaves only after its records are on the disk
//! (`journal`). What follows from a request is decided on the state alone (`book`), and every throw of the dice is a function
//! of the seed and of what it is thrown for (`dice`): two runs of one seed misbehave alike, whatever order requests come in.

mod book;
mod counts;
mod delivery;
mod dice;
mod faults;
mod journal;
mod problem;
mod routes;
mod shared;

pub use faults::{Faults, InvalidShare, Share};
pub use journal::JournalError;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use purser_domain::clock::Clock;
use reqwest::Url;

use crate::{
    gateway::webhook::Webhooks,
    http::{ServerSettings, serve},
    listen::{ListenAddress, ListenError},
};
use shared::Shared;

/// How many connections at a time, and how long requests may take to end once it is told to stop.
const SERVER: ServerSettings = ServerSettings { max_connections: 4_096, drain_timeout: Duration::from_secs(5) };

/// How it is set up.
#[derive(Debug, Clone)]
pub struct SandboxSettings {
    /// Where it listens. Port 0 takes any free one.
    pub listen: ListenAddress,
    /// Where its journal is.
    pub data_dir: PathBuf,
    /// Where callbacks go.
    pub webhook_url: Url,
    /// What they are signed with.
    pub webhooks: Webhooks,
    /// When callbacks that nobody took are sent again.
    pub retry: RetrySettings,
    /// After how long a payment pays itself; none waits for its customer.
    pub auto_pay: Option<Duration>,
    /// What its dice depend on.
    pub seed: u64,
    /// How it misbehaves at first.
    pub faults: Faults,
}

/// When a callback that was not taken is sent again: after pauses that double, each cut by up to a half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettings {
    /// The first pause.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// For how long it is tried, from the event on.
    pub give_up_after: Duration,
}

impl Default for RetrySettings {
    /// Stripe tries for three days.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_hours(1),
            give_up_after: Duration::from_hours(72),
        }
    }
}

/// Why it does not run.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Its journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Callbacks cannot be sent.
    #[error("cannot set up the http client for callbacks")]
    Client(#[source] reqwest::Error),
}

/// A running sandbox gateway. Dropped, it goes on until its process ends; [`SandboxGateway::stop`] ends it.
#[derive(Debug)]
pub struct SandboxGateway {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl SandboxGateway {
    /// Reads the journal, takes up what was left to do, and listens.
    pub async fn start(settings: SandboxSettings, clock: Arc<dyn Clock>) -> Result<Self, SandboxError> {
        let (listener, address) = settings.listen.reserve().await?.listen()?;
        let shared = Shared::open(&settings, address, clock)?;
        let router = routes::router(Arc::clone(&shared));
        let stop = shared.stop.clone();
        shared.tracker.spawn(async move {
            if let Err(error) = serve(listener, router, SERVER, stop).await {
                tracing::error!(error = &error as &dyn std::error::Error, "the sandbox gateway's listener failed");
            }
        });
        shared.resume();
        Ok(Self { address, shared })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as clients want it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until its journal fails, which is the end: it could not keep what it promises.
    pub async fn failed(&self) -> JournalError {
        self.shared.journal.failed().await
    }

    /// Answers what it has taken and stops. Callbacks that nobody took are sent when it starts again.
    pub async fn stop(self) {
        self.shared.stop.cancel();
        self.shared.tracker.close();
        self.shared.tracker.wait().await;
        self.shared.journal.close().await;
    }
}
