use std::{error::Error, time::Duration};

use async_nats::jetstream::{
    consumer::{AckPolicy, DeliverPolicy, StreamError, pull},
    context::CreateStreamError,
    stream::ConsumerError,
};
use futures_util::StreamExt;
use purser_domain::upcast::Upcasters;
use tokio::sync::{mpsc, watch};

use crate::{
    carrier::{Carrier, Delivery},
    feed::{FeedEvent, Outage, decode::decode},
};

/// What is asked for at a time. Bounded by bytes, because a client that is sent more than it can take drops messages.
const FETCH_BYTES_MAX: usize = 4 << 20;
const FETCH_MESSAGES_MAX: usize = 64;

/// Two of these missing, and the consumer is made anew.
const SERVER_HEARTBEAT: Duration = Duration::from_secs(1);
const FETCH_EXPIRES: Duration = Duration::from_secs(10);

/// After this the server forgets the consumer of a process that is gone.
const INACTIVE_MAX: Duration = Duration::from_secs(30);

/// What was heard from NATS.
#[derive(Debug)]
pub(super) enum CarrierNews {
    /// Consecutive events, at least one.
    Events(Vec<FeedEvent>),
    /// The log has come as far as this position, with events too large for a message.
    Reached(i64),
    /// A message that could not be understood.
    Unreadable,
    /// Nothing will be heard for a while.
    Down,
}

/// The task that takes messages from NATS and decodes them. It does not look at their order.
pub(super) struct CarrierTail {
    carrier: Carrier,
    upcasters: Upcasters,
    news: mpsc::Sender<CarrierNews>,
}

#[derive(Debug, thiserror::Error)]
enum TailError {
    #[error("the connection was lost")]
    Disconnected,
    #[error("the stream is not there and cannot be made")]
    Stream(#[from] CreateStreamError),
    #[error("the consumer could not be made")]
    Consumer(#[from] ConsumerError),
    #[error("the messages could not be asked for")]
    Ask(#[from] StreamError),
    #[error("the messages stopped coming")]
    Messages(#[from] pull::MessagesError),
    #[error("the messages ended")]
    Ended,
}

impl CarrierTail {
    pub(super) const fn new(carrier: Carrier, upcasters: Upcasters, news: mpsc::Sender<CarrierNews>) -> Self {
        Self { carrier, upcasters, news }
    }

    /// Runs until it is dropped.
    pub(super) async fn run(self) {
        let up = metrics::gauge!("purser_feed_carrier_up");
        let mut outage = Outage::of("following nats");
        loop {
            let mut connection = self.carrier.connection().await;
            let listen = async {
                let messages = self.listen().await?;
                up.set(1.0);
                outage.over();
                self.pass_on(messages).await
            };
            let error = tokio::select! {
                error = listen => error.err().unwrap_or(TailError::Ended),
                () = lost(&mut connection) => TailError::Disconnected,
            };
            up.set(0.0);
            self.tell(CarrierNews::Down).await;
            let delay = outage.strike(&error);
            tokio::time::sleep(delay).await;
        }
    }

    /// Listens to what comes from now on: what came before is read from the log, which it has to be compared with anyway.
    async fn listen(&self) -> Result<pull::Stream, TailError> {
        let config = pull::Config {
            deliver_policy: DeliverPolicy::New,
            ack_policy: AckPolicy::None,
            memory_storage: true,
            inactive_threshold: INACTIVE_MAX,
            ..pull::Config::default()
        };
        let consumer = self.carrier.ensure_log_stream().await?.create_consumer(config).await?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(FETCH_MESSAGES_MAX)
            .max_bytes_per_batch(FETCH_BYTES_MAX)
            .heartbeat(SERVER_HEARTBEAT)
            .expires(FETCH_EXPIRES)
            .messages()
            .await?;
        Ok(messages)
    }

    async fn pass_on(&self, mut messages: pull::Stream) -> Result<(), TailError> {
        while let Some(message) = messages.next().await {
            let message = message?;
            let news = match Delivery::open(message.headers.as_ref(), &message.payload) {
                Ok(Delivery::Events(events)) => CarrierNews::Events(decode(events, &self.upcasters)),
                Ok(Delivery::Reached(position)) => CarrierNews::Reached(position),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn Error, "a message on nats is not one of the engine's");
                    CarrierNews::Unreadable
                }
            };
            self.tell(news).await;
        }
        Err(TailError::Ended)
    }

    async fn tell(&self, news: CarrierNews) {
        // Nobody listens any more only when the feed is being stopped, and this task with it.
        let _ = self.news.send(news).await;
    }
}

async fn lost(connection: &mut watch::Receiver<bool>) {
    if connection.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
