//! The publisher: one message an event, for subscribers outside the engine, who filter by subject.
//!
//! Subjects are `purser.LOG.events.AGGREGATE_TYPE.EVENT_TYPE`, where LOG is the log's id; `purser.*.events.order.>` is all
//! that happens to orders. A message is the event as the log holds it, as JSON; its `Nats-Msg-Id` is the position. An event
//! may be published more than once, and after a crash in part out of order: the position tells, and NATS itself drops what
//! comes again within two minutes.

use std::{sync::Arc, time::Duration};

use async_nats::jetstream::{
    context::{CreateStreamError, PublishError},
    message::PublishMessage,
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use purser_domain::{clock::Clock, recorded::Recorded};
use serde_json::value::RawValue;
use sqlx::PgPool;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    carrier::Carrier,
    feed::{Feed, FeedBatch, FeedCursor, FeedError, Outage},
    follower::load_checkpoint,
};

const NAME: &str = "publisher";

/// Messages that NATS has not acknowledged yet.
const UNACKNOWLEDGED_MAX: usize = 256;

/// About how many events are published for one move of the checkpoint, as far as they are at hand.
const EVENTS_MAX: usize = 2_000;

/// Room for headers, subject and protocol beside an event.
const ROOM_FOR_HEADERS: usize = 4 << 10;

/// How long to wait before looking again, after another publisher moved the checkpoint.
const RIVAL_DELAY: Duration = Duration::from_secs(1);

/// In front of an event whose payload is too large for a message and was left out.
const PAYLOAD_OMITTED: &str = "Purser-Payload-Omitted";

/// What a publisher works with. One for each log is enough: run it where the relay runs.
pub struct Publisher {
    /// Where to.
    pub carrier: Carrier,
    /// Where the events come from.
    pub feed: Feed,
    /// Where the checkpoint is.
    pub pool: PgPool,
    /// What the checkpoint is dated by.
    pub clock: Arc<dyn Clock>,
}

#[derive(Debug, thiserror::Error)]
enum PublisherError {
    #[error("the stream is not there and cannot be made")]
    Stream(#[from] CreateStreamError),
    #[error("a message was not taken")]
    Publish(#[from] PublishError),
    #[error("an event could not be written as json")]
    Encode(#[from] serde_json::Error),
    #[error("the checkpoint could not be read or moved")]
    Checkpoint(#[from] sqlx::Error),
    #[error("the feed gave no events")]
    Feed(#[from] FeedError),
    #[error("another publisher has moved the checkpoint from {0}")]
    Overtaken(i64),
}

impl Publisher {
    /// Starts the publisher. It runs, through any outage, until it is stopped; what was published and not yet noted in the
    /// checkpoint is published again after the next start.
    pub fn start(self, tracker: &TaskTracker, stop: CancellationToken) {
        tracker.spawn(stop.run_until_cancelled_owned(self.run()));
    }

    async fn run(self) {
        let mut outage = Outage::of("publishing events on nats");
        loop {
            // A lost connection shows in acknowledgements that do not come.
            drop(self.carrier.connection().await);
            let Err(error) = self.publish_all(&mut outage).await;
            if matches!(error, PublisherError::Feed(FeedError::Stopped)) {
                return;
            }
            metrics::counter!("purser_publisher_errors_total").increment(1);
            let delay = outage.strike(&error);
            let overtaken = matches!(error, PublisherError::Overtaken(_));
            tokio::time::sleep(if overtaken { RIVAL_DELAY } else { delay }).await;
        }
    }

    async fn publish_all(&self, outage: &mut Outage) -> Result<std::convert::Infallible, PublisherError> {
        self.carrier.ensure_events_stream().await?;
        let mut position = load_checkpoint(&self.pool, NAME, self.clock.now()).await?.position;
        let mut cursor = self.feed.follow(position);
        loop {
            let batches = gather(&mut cursor).await?;
            let mut unacknowledged = FuturesUnordered::new();
            for event in batches.iter().flat_map(|batch| batch.iter()) {
                while unacknowledged.len() >= UNACKNOWLEDGED_MAX {
                    unacknowledged.next().await.transpose()?;
                }
                let acknowledgement = self.publish(&event.recorded).await?;
                unacknowledged.push(acknowledgement);
            }
            while unacknowledged.next().await.transpose()?.is_some() {}
            self.advance(position, cursor.position()).await?;
            outage.over();
            metrics::counter!("purser_publisher_published_events_total")
                .increment(cursor.position().abs_diff(position));
            position = cursor.position();
            #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
            metrics::gauge!("purser_publisher_position").set(position as f64);
        }
    }

    /// Sends an event. What comes back waits for its acknowledgement.
    async fn publish(&self, event: &Recorded) -> Result<BoxFuture<'static, Result<(), PublishError>>, PublisherError> {
        let mut body = serde_json::to_vec(event)?;
        let mut message = PublishMessage::build().message_id(event.position.to_string());
        if body.len() > self.carrier.client().max_payload().saturating_sub(ROOM_FOR_HEADERS) {
            body = serde_json::to_vec(&Recorded { payload: RawValue::NULL.to_owned(), ..event.clone() })?;
            message = message.header(PAYLOAD_OMITTED, "true");
        }
        let subject = self.carrier.event_subject(&event.aggregate_type, &event.event_type);
        let acknowledgement = self.carrier.jetstream().send_publish(subject, message.payload(body.into())).await?;
        Ok(async move { acknowledgement.await.map(drop) }.boxed())
    }

    /// Does not wait for the disk: after a crash of Postgres the last events are published again, which is allowed, and
    /// costs the write side no flush.
    async fn advance(&self, from: i64, to: i64) -> Result<(), PublisherError> {
        let moved = sqlx::query(
            "update follower_checkpoints set position = $3, updated_at = $4
             where follower = $1 and position = $2 and (select set_config('synchronous_commit', 'off', true)) = 'off'",
        )
        .bind(NAME)
        .bind(from)
        .bind(to)
        .bind(self.clock.now())
        .execute(&self.pool)
        .await?;
        if moved.rows_affected() == 1 { Ok(()) } else { Err(PublisherError::Overtaken(from)) }
    }
}

/// The next events, and those behind them that are at hand already.
async fn gather(cursor: &mut FeedCursor) -> Result<Vec<FeedBatch>, FeedError> {
    let mut batches = vec![cursor.next().await?];
    let mut events = batches[0].len();
    while events < EVENTS_MAX
        && let Some(Ok(batch)) = cursor.next().now_or_never()
    {
        events += batch.len();
        batches.push(batch);
    }
    Ok(batches)
}
