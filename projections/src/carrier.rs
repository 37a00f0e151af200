//! The connection to NATS, and what this log's streams are called there.
//!
//! NATS carries the log and is never the truth: whatever it loses is read from the log again. There are two streams. The
//! one for the engine's own nodes holds messages of many events each; the one for subscribers outside the engine holds
//! one event a message, on subjects that they can filter by.

mod envelope;

pub(crate) use envelope::{Delivery, Envelope, LAST_POSITION, Packer};

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_nats::{
    Client, ConnectError, ConnectOptions, Event, ToServerAddrs,
    jetstream::{
        self,
        context::CreateStreamError,
        stream::{Config, DiscardPolicy, StorageType, Stream},
    },
};
use tokio::sync::watch;
use uuid::Uuid;

const RECONNECT_DELAY_MAX: Duration = Duration::from_secs(2);

/// How long the end of the connection is waited for.
const CLOSE_MAX: Duration = Duration::from_secs(1);
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// What is kept for followers that fell behind. What they miss beyond it they read from the log.
const LOG_STREAM_BYTES_MAX: i64 = 256 << 20;
const LOG_STREAM_AGE_MAX: Duration = Duration::from_hours(24);

/// What is kept for subscribers outside the engine, who cannot read the log.
const EVENTS_STREAM_BYTES_MAX: i64 = 512 << 20;

/// A NATS connection together with the names of one log's streams. Cloning shares the connection.
#[derive(Debug, Clone)]
pub struct Carrier {
    jetstream: jetstream::Context,
    connected: watch::Receiver<bool>,
    names: Arc<Names>,
}

/// Each name holds the log's id, so that several logs share one NATS, and a restored log never meets the messages of the
/// one it was.
#[derive(Debug, PartialEq, Eq)]
struct Names {
    log_stream: String,
    log_subject: String,
    events_stream: String,
    events_subjects: String,
}

impl Names {
    fn of(log_id: Uuid) -> Self {
        let log = log_id.simple();
        Self {
            log_stream: format!("PURSER_{log}_LOG"),
            log_subject: format!("purser.{log}.log"),
            events_stream: format!("PURSER_{log}_EVENTS"),
            events_subjects: format!("purser.{log}.events"),
        }
    }
}

impl Carrier {
    /// Connects in the background, and again for ever, at least every two seconds: that NATS is away or refuses the login
    /// is no error, now or later, but logged once. An error is an address that cannot be understood.
    pub async fn connect(
        servers: impl ToServerAddrs,
        options: ConnectOptions,
        log_id: Uuid,
    ) -> Result<Self, ConnectError> {
        let (up, connected) = watch::channel(false);
        let notes = Notes { up, complaint: Mutex::default() };
        let client = options
            .name("purser")
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(reconnect_delay)
            .ping_interval(PING_INTERVAL)
            .event_callback(move |event| {
                notes.take(&event);
                std::future::ready(())
            })
            .connect(servers)
            .await?;
        Ok(Self { jetstream: jetstream::new(client), connected, names: Arc::new(Names::of(log_id)) })
    }

    /// The connection itself, for requests to other nodes.
    pub fn client(&self) -> Client {
        self.jetstream.client()
    }

    /// Whether there is a connection at the moment.
    pub fn is_connected(&self) -> bool {
        *self.connected.borrow()
    }

    /// Ends the connection for good, after what is on its way. Without this, a NATS that is stopped next looks like one that
    /// was lost.
    pub async fn close(&self) {
        if self.jetstream.client().drain().await.is_err() {
            return;
        }
        let mut connected = self.connected.clone();
        // An end that is not noticed in time is the process's end.
        let _ = tokio::time::timeout(CLOSE_MAX, connected.wait_for(|connected| !*connected)).await;
    }

    /// Waits until there is a connection. What comes back marks a change as soon as that connection is lost.
    pub(crate) async fn connection(&self) -> watch::Receiver<bool> {
        let mut connected = self.connected.clone();
        if connected.wait_for(|connected| *connected).await.is_err() {
            // The client has ended, which it does only with the process or after a refused login.
            std::future::pending::<()>().await;
        }
        connected
    }

    pub(crate) const fn jetstream(&self) -> &jetstream::Context {
        &self.jetstream
    }

    pub(crate) fn log_subject(&self) -> &str {
        &self.names.log_subject
    }

    /// Where one kind of event is published for subscribers outside the engine.
    pub(crate) fn event_subject(&self, aggregate_type: &str, event_type: &str) -> String {
        format!("{}.{}.{}", self.names.events_subjects, subject_token(aggregate_type), subject_token(event_type))
    }

    /// Makes the stream for the engine's nodes, if there is none. One that exists is left as it is: whoever runs the
    /// cluster may have given it more replicas or room.
    pub(crate) async fn ensure_log_stream(&self) -> Result<Stream, CreateStreamError> {
        let config = Config {
            name: self.names.log_stream.clone(),
            subjects: vec![self.names.log_subject.clone()],
            max_bytes: LOG_STREAM_BYTES_MAX,
            max_age: LOG_STREAM_AGE_MAX,
            ..bounded()
        };
        self.jetstream.get_or_create_stream(config).await
    }

    /// Makes the stream for subscribers outside the engine, if there is none.
    pub(crate) async fn ensure_events_stream(&self) -> Result<Stream, CreateStreamError> {
        let config = Config {
            name: self.names.events_stream.clone(),
            subjects: vec![format!("{}.>", self.names.events_subjects)],
            max_bytes: EVENTS_STREAM_BYTES_MAX,
            ..bounded()
        };
        self.jetstream.get_or_create_stream(config).await
    }
}

fn bounded() -> Config {
    Config { discard: DiscardPolicy::Old, storage: StorageType::File, ..Config::default() }
}

fn reconnect_delay(attempt: usize) -> Duration {
    let exponent = u32::try_from(attempt).unwrap_or(u32::MAX).min(16);
    Duration::from_millis(2_u64.pow(exponent)).min(RECONNECT_DELAY_MAX)
}

/// What the client reports from behind the scenes.
struct Notes {
    up: watch::Sender<bool>,
    /// What the client complained of last: it says the same at every attempt to connect.
    complaint: Mutex<Option<String>>,
}

impl Notes {
    fn take(&self, event: &Event) {
        match event {
            Event::Connected => {
                self.is_new(None);
                self.up.send_replace(true);
            }
            Event::Disconnected | Event::Closed => {
                self.up.send_replace(false);
            }
            Event::SlowConsumer(_) => {
                tracing::warn!("messages from nats came faster than they were taken, some are lost");
            }
            Event::ServerError(error) => tracing::warn!(%error, "nats reported an error"),
            Event::ClientError(error) if self.is_new(Some(error.to_string())) => {
                tracing::warn!(%error, "nats cannot be reached, trying again until it works");
            }
            Event::ClientError(_) | Event::LameDuckMode | Event::Draining => {}
        }
    }

    fn is_new(&self, complaint: Option<String>) -> bool {
        let mut last = self.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        let new = *last != complaint;
        *last = complaint;
        new
    }
}

/// A name as one token of a subject; dots, wildcards and blanks have a meaning there.
fn subject_token(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_the_logs_id() {
        let names = Names::of(Uuid::from_u128(0xab));

        assert_eq!(names.log_stream, "PURSER_000000000000000000000000000000ab_LOG");
        assert_eq!(names.log_subject, "purser.000000000000000000000000000000ab.log");
        assert_ne!(names, Names::of(Uuid::from_u128(0xac)));
    }

    #[test]
    fn the_subject_of_the_log_is_outside_the_subjects_of_the_events() {
        let names = Names::of(Uuid::from_u128(1));

        assert!(!names.log_subject.starts_with(&names.events_subjects));
    }

    #[test]
    fn what_has_a_meaning_in_subjects_is_taken_out_of_names() {
        assert_eq!(subject_token("OrderPlaced"), "OrderPlaced");
        assert_eq!(subject_token("a.b *>\n"), "a_b____");
    }

    #[test]
    fn attempts_to_connect_are_at_most_two_seconds_apart() {
        assert_eq!(reconnect_delay(1), Duration::from_millis(2));
        assert_eq!(reconnect_delay(usize::MAX), RECONNECT_DELAY_MAX);
    }
}
