use std::{sync::Arc, time::Duration};

use async_nats::jetstream::{
    context::{CreateStreamError, PublishError, PublishErrorKind},
    message::PublishMessage,
    stream::{InfoError, PurgeError, RawMessageError, RawMessageErrorKind, Stream},
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesOrdered};
use purser_domain::recorded::Recorded;
use tokio::{
    sync::broadcast::{
        self,
        error::{RecvError, TryRecvError},
    },
    time::{Instant, MissedTickBehavior, interval_at},
};

use crate::{
    carrier::{Carrier, Envelope, LAST_POSITION, Packer},
    feed::Outage,
    log_reader::{LogReadError, LogReader},
};

/// Messages that NATS has not acknowledged yet. While it has these to do, what is committed gathers for the next one:
/// the messages grow with the load.
const UNACKNOWLEDGED_MAX: usize = 8;

/// How far behind the stream may be and still be continued without a gap. Beyond it the followers, who read what they
/// miss from the log, are better off with a stream that begins anew at its end.
const BACKLOG_MAX: i64 = 20_000;

/// How often an idle relay looks whether its stream is still there.
const STREAM_CHECK: Duration = Duration::from_secs(2);

const PAGE_EVENTS_MAX: u32 = 1_000;
const PAGE_BYTES_MAX: u32 = 1 << 20;

/// Why a session ended. The next one finds out by itself how things stand.
#[derive(Debug, thiserror::Error)]
pub(super) enum RelayError {
    #[error("the connection was lost")]
    Disconnected,
    #[error("the stream is not there and cannot be made")]
    Stream(#[from] CreateStreamError),
    #[error("the stream's state could not be read")]
    Info(#[from] InfoError),
    #[error("the stream's last message could not be read")]
    LastMessage(#[from] RawMessageError),
    #[error("a stream ahead of the log could not be emptied")]
    Purge(#[from] PurgeError),
    #[error("the stream is at sequence {found} instead of {expected}")]
    Moved { expected: u64, found: u64 },
    #[error("a message was not taken")]
    Publish(#[from] PublishError),
    #[error("an event could not be written as json")]
    Encode(#[from] serde_json::Error),
    #[error("the log could not be read")]
    Log(#[from] LogReadError),
    #[error("the log's head could not be read")]
    Head(#[from] sqlx::Error),
}

impl RelayError {
    /// For the metric.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Stream(_) | Self::Info(_) | Self::LastMessage(_) | Self::Purge(_) => "stream",
            Self::Moved { .. } => "rival",
            Self::Publish(error) if error.kind() == PublishErrorKind::WrongLastSequence => "rival",
            Self::Publish(_) => "publish",
            Self::Encode(_) => "encode",
            Self::Log(_) | Self::Head(_) => "log",
        }
    }
}

/// From one look at the stream's end to the first thing that goes wrong.
pub(super) struct Session<'a> {
    carrier: &'a Carrier,
    log: &'a LogReader,
    outage: &'a mut Outage,
    stream: Stream,
    /// The stream's last sequence, counting messages under way.
    sequence: u64,
    /// The last position that was sent.
    position: i64,
    packer: Packer,
    unacknowledged: FuturesOrdered<BoxFuture<'static, Result<Sent, PublishError>>>,
}

struct Sent {
    last: i64,
    events: u64,
}

impl<'a> Session<'a> {
    /// Finds out where the stream ends.
    pub(super) async fn open(
        carrier: &'a Carrier,
        log: &'a LogReader,
        outage: &'a mut Outage,
    ) -> Result<Self, RelayError> {
        let stream = carrier.ensure_log_stream().await?;
        let sequence = stream.cached_info().state.last_sequence;
        // The log after the stream: whatever was sent is in the log by then.
        let published = last_position(&stream, sequence).await?;
        let head = log.head().await?.position;
        let position = match begin(published, head) {
            Begin::After(position) => position,
            Begin::AtHead => {
                tracing::info!(head, ?published, "the stream on nats begins anew at the end of the log");
                head
            }
            Begin::Emptied => {
                tracing::error!(head, ?published, "the stream on nats is ahead of the log and is emptied");
                stream.purge().await?;
                head
            }
        };
        Ok(Self {
            carrier,
            log,
            outage,
            stream,
            sequence,
            position,
            packer: Packer::new(carrier.client().max_payload()),
            unacknowledged: FuturesOrdered::new(),
        })
    }

    /// Sends until something goes wrong, or until nothing more will be handed over.
    pub(super) async fn run(&mut self, committed: &mut broadcast::Receiver<Arc<[Recorded]>>) -> Result<(), RelayError> {
        self.send_from_log().await?;
        let mut check = interval_at(Instant::now() + STREAM_CHECK, STREAM_CHECK);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                Some(acknowledged) = self.unacknowledged.next() => self.note(&acknowledged?),
                handed_over = committed.recv() => match handed_over {
                    Ok(batch) => self.send(batch, committed).await?,
                    Err(RecvError::Lagged(_)) => self.send_from_log().await?,
                    Err(RecvError::Closed) => return self.finish().await,
                },
                _ = check.tick(), if self.unacknowledged.is_empty() => self.check_stream().await?,
            }
        }
    }

    /// Sends a commit, together with all that was handed over meanwhile.
    async fn send(
        &mut self,
        batch: Arc<[Recorded]>,
        committed: &mut broadcast::Receiver<Arc<[Recorded]>>,
    ) -> Result<(), RelayError> {
        let mut next = Ok(batch);
        loop {
            match next {
                Ok(batch) if batch.first().is_some_and(|first| first.position > self.position + 1) => {
                    self.send_from_log().await?;
                    self.pack(&batch).await?;
                }
                Ok(batch) => self.pack(&batch).await?,
                Err(TryRecvError::Lagged(_)) => self.send_from_log().await?,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return self.flush().await,
            }
            next = committed.try_recv();
        }
    }

    /// Sends the log from the position to its end.
    async fn send_from_log(&mut self) -> Result<(), RelayError> {
        loop {
            let page = self.log.page(self.position, PAGE_EVENTS_MAX, PAGE_BYTES_MAX).await?;
            if page.is_empty() {
                return self.flush().await;
            }
            self.pack(&page).await?;
        }
    }

    /// Puts events into messages, and sends those that are full. What was sent before is left out.
    async fn pack(&mut self, events: &[Recorded]) -> Result<(), RelayError> {
        for event in after(events, self.position) {
            let full = self.packer.push(event)?;
            self.position = event.position;
            if let Some(envelope) = full {
                self.publish(envelope).await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), RelayError> {
        match self.packer.flush() {
            Some(envelope) => self.publish(envelope).await,
            None => Ok(()),
        }
    }

    async fn publish(&mut self, envelope: Envelope) -> Result<(), RelayError> {
        while self.unacknowledged.len() >= UNACKNOWLEDGED_MAX {
            if let Some(acknowledged) = self.unacknowledged.next().await {
                self.note(&acknowledged?);
            }
        }
        let sent = Sent { last: envelope.last, events: envelope.events() };
        let message = PublishMessage::build()
            .headers(envelope.headers())
            .payload(envelope.body.into())
            .expected_last_sequence(self.sequence);
        let acknowledgement =
            self.carrier.jetstream().send_publish(self.carrier.log_subject().to_owned(), message).await?;
        self.sequence += 1;
        self.unacknowledged.push_back(async move { acknowledgement.await.map(|_| sent) }.boxed());
        Ok(())
    }

    fn note(&mut self, sent: &Sent) {
        self.outage.over();
        metrics::counter!("purser_relay_published_events_total").increment(sent.events);
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("purser_relay_position").set(sent.last as f64);
    }

    /// Whether the stream is still there and ends where this session left it.
    async fn check_stream(&mut self) -> Result<(), RelayError> {
        let found = self.stream.info().await?.state.last_sequence;
        if found != self.sequence {
            return Err(RelayError::Moved { expected: self.sequence, found });
        }
        self.outage.over();
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), RelayError> {
        while let Some(acknowledged) = self.unacknowledged.next().await {
            self.note(&acknowledged?);
        }
        Ok(())
    }
}

/// The last position that a stream holds, as far as it can be known.
async fn last_position(stream: &Stream, sequence: u64) -> Result<Option<i64>, RelayError> {
    if sequence == 0 {
        return Ok(None);
    }
    match stream.get_raw_message(sequence).await {
        Ok(message) => Ok(message.headers.get(LAST_POSITION).and_then(|position| position.as_str().parse().ok())),
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Where a session begins.
#[derive(Debug, PartialEq, Eq)]
enum Begin {
    After(i64),
    AtHead,
    /// The stream holds what the log does not: the log lost its end, and positions will come a second time.
    Emptied,
}

fn begin(published: Option<i64>, head: i64) -> Begin {
    match published {
        Some(position) if position > head => Begin::Emptied,
        Some(position) if head - position <= BACKLOG_MAX => Begin::After(position),
        Some(_) | None => Begin::AtHead,
    }
}

/// Those of consecutive events that come after a position.
fn after(events: &[Recorded], position: i64) -> &[Recorded] {
    &events[events.partition_point(|event| event.position <= position)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_goes_on_where_the_stream_ends() {
        assert_eq!(begin(Some(70), 100), Begin::After(70));
        assert_eq!(begin(Some(100), 100), Begin::After(100));
        assert_eq!(begin(Some(0), 0), Begin::After(0));
    }

    #[test]
    fn a_stream_that_is_empty_or_far_behind_begins_anew_at_the_end_of_the_log() {
        assert_eq!(begin(None, 100), Begin::AtHead);
        assert_eq!(begin(Some(5), 5 + BACKLOG_MAX), Begin::After(5));
        assert_eq!(begin(Some(5), 6 + BACKLOG_MAX), Begin::AtHead);
    }

    #[test]
    fn a_stream_that_is_ahead_of_the_log_is_emptied() {
        assert_eq!(begin(Some(101), 100), Begin::Emptied);
    }

    #[test]
    fn what_was_sent_before_is_left_out() {
        let event = |position| Recorded {
            position,
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            aggregate_type: "stock".into(),
            aggregate_id: "85123A@main".into(),
            sequence: position,
            event_type: "StockReceived".into(),
            event_version: "1.0".into(),
            payload: serde_json::from_str("{}").unwrap(),
            metadata: serde_json::from_str("{}").unwrap(),
        };
        let events: Vec<_> = (5..=8).map(event).collect();
        let positions = |after_position| -> Vec<i64> {
            after(&events, after_position).iter().map(|event| event.position).collect()
        };

        assert_eq!(positions(4), [5, 6, 7, 8]);
        assert_eq!(positions(6), [7, 8]);
        assert_eq!(positions(8), [] as [i64; 0]);
    }
}
