use std::sync::Arc;

use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

use crate::feed::{
    FeedBatch, FeedEvent, Outage, Reached, Shared,
    carrier_tail::CarrierNews,
    heartbeat::HEARTBEAT,
    log_tail::{SMALL_PAGE, read_page},
};

/// How many events what NATS brings may be behind what was read from the log, and still be waited for: more than
/// what is on its way at any time.
const CLOSE_ENOUGH: i64 = 5_000;

/// The task that moves the window along with the end of the log.
pub(super) struct Tail {
    shared: Arc<Shared>,
    news: mpsc::Receiver<CarrierNews>,
    source: Source,
    /// The last position that the window has seen.
    position: i64,
    before: Glance,
}

/// Where the next events are expected from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Carrier,
    Log,
}

/// How things stood at a heartbeat.
#[derive(Debug, Clone, Copy)]
struct Glance {
    position: i64,
    head: i64,
}

impl Glance {
    /// Events were there at the heartbeat before, and none of them came in all of the time since.
    const fn shows_silence_since(self, before: Self) -> bool {
        before.position < before.head && self.position == before.position
    }
}

/// How a message continues what came before.
#[derive(Debug, PartialEq, Eq)]
enum Fit {
    /// Nothing in it is new.
    Old,
    /// What is new in it follows on directly.
    Continues,
    /// Events before it are missing.
    Gap,
}

impl Fit {
    const fn of(position: i64, first: i64, last: i64) -> Self {
        if last <= position {
            Self::Old
        } else if first <= position + 1 {
            Self::Continues
        } else {
            Self::Gap
        }
    }
}

impl Tail {
    pub(super) const fn new(shared: Arc<Shared>, news: mpsc::Receiver<CarrierNews>) -> Self {
        Self { shared, news, source: Source::Log, position: 0, before: Glance { position: 0, head: 0 } }
    }

    /// Runs until it is dropped. The window begins at the end of the log; what is older is for the cursors to read.
    pub(super) async fn run(mut self) {
        self.begin().await;
        let mut head = self.shared.head.subscribe();
        let mut beat = interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let behind = self.position < *head.borrow_and_update();
            tokio::select! {
                biased;
                Some(news) = self.news.recv() => self.take(news).await,
                () = std::future::ready(()), if behind && self.source == Source::Log => {
                    self.read_log().await;
                }
                _ = head.changed() => {}
                _ = beat.tick() => self.look_for_silence(),
            }
        }
    }

    async fn begin(&mut self) {
        let mut outage = Outage::of("finding the end of the log");
        self.position = loop {
            match self.shared.log.head().await {
                Ok(head) => break head.position,
                Err(error) => {
                    let delay = outage.strike(&error);
                    tokio::time::sleep(delay).await;
                }
            }
        };
        outage.over();
        self.shared.raise_head(self.position);
        self.shared.reached.send_replace(Reached { position: Some(self.position), gap: None });
    }

    async fn take(&mut self, news: CarrierNews) {
        match news {
            CarrierNews::Events(events) => self.take_events(events).await,
            CarrierNews::Reached(position) => {
                if position > self.position {
                    fallback("too_large");
                    self.fill(position).await;
                }
            }
            CarrierNews::Unreadable => self.follow_log("unreadable"),
            CarrierNews::Down => self.follow_log("carrier_down"),
        }
    }

    async fn take_events(&mut self, mut events: Vec<FeedEvent>) {
        let (Some(first), Some(last)) = (position(events.first()), position(events.last())) else { return };
        if last + CLOSE_ENOUGH >= self.position {
            self.source = Source::Carrier;
        }
        if Fit::of(self.position, first, last) == Fit::Gap {
            fallback("gap");
            self.fill(first - 1).await;
        }
        match Fit::of(self.position, first, last) {
            Fit::Old => {}
            Fit::Continues => {
                events.retain(|event| event.recorded.position > self.position);
                metrics::counter!("purser_feed_events_total", "source" => "carrier").increment(events.len() as u64);
                self.push(events);
            }
            // A message ahead of the log is no truth.
            Fit::Gap => self.follow_log("ahead_of_log"),
        }
    }

    /// Reads the log as far as a position, or to its end.
    async fn fill(&mut self, to: i64) {
        while self.position < to && self.read_log().await {}
    }

    /// Reads a page of the log. Returns whether there was anything to read.
    async fn read_log(&mut self) -> bool {
        let mut outage = Outage::of("following the log");
        loop {
            match read_page(&self.shared, self.position, SMALL_PAGE).await {
                Ok(events) if events.is_empty() => return false,
                Ok(events) => {
                    outage.over();
                    self.push(events);
                    return true;
                }
                Err(gap) => {
                    let delay = outage.strike(&gap);
                    self.shared.reached.send_replace(Reached { position: Some(self.position), gap: Some(gap) });
                    tokio::time::sleep(delay).await;
                }
            }
        }
    }

    fn push(&mut self, events: Vec<FeedEvent>) {
        let Some(last) = position(events.last()) else { return };
        self.position = last;
        self.shared.window.push(FeedBatch::from(events));
        self.shared.raise_head(last);
        self.shared.reached.send_replace(Reached { position: Some(last), gap: None });
    }

    fn look_for_silence(&mut self) {
        let now = Glance { position: self.position, head: *self.shared.head.borrow() };
        if self.source == Source::Carrier && now.shows_silence_since(self.before) {
            self.follow_log("silence");
        }
        self.before = now;
    }

    fn follow_log(&mut self, reason: &'static str) {
        if self.source == Source::Carrier {
            tracing::debug!(reason, "the feed follows the log until nats is close to it again");
            fallback(reason);
        }
        self.source = Source::Log;
    }
}

fn fallback(reason: &'static str) {
    metrics::counter!("purser_feed_fallbacks_total", "reason" => reason).increment(1);
}

fn position(event: Option<&FeedEvent>) -> Option<i64> {
    event.map(|event| event.recorded.position)
}

#[cfg(test)]
pub(super) mod spec {
    use purser_domain::recorded::Recorded;

    use super::*;

    /// Events at consecutive positions.
    pub(in crate::feed) fn batch(first: i64, last: i64) -> Vec<FeedEvent> {
        let event = |position| FeedEvent {
            recorded: Recorded {
                position,
                recorded_at: chrono::DateTime::UNIX_EPOCH,
                aggregate_type: "stock".into(),
                aggregate_id: "85123A@main".into(),
                sequence: position,
                event_type: "StockReceived".into(),
                event_version: "1.0".into(),
                payload: serde_json::from_str("{}").unwrap(),
                metadata: serde_json::from_str("{}").unwrap(),
            },
            event: Err("not decoded".into()),
        };
        (first..=last).map(event).collect()
    }

    #[test]
    fn a_message_that_begins_right_behind_the_last_event_continues() {
        assert_eq!(Fit::of(7, 8, 9), Fit::Continues);
        assert_eq!(Fit::of(0, 1, 1), Fit::Continues);
    }

    #[test]
    fn a_message_that_overlaps_continues() {
        assert_eq!(Fit::of(7, 5, 8), Fit::Continues);
    }

    #[test]
    fn a_message_without_anything_new_is_old() {
        assert_eq!(Fit::of(7, 5, 7), Fit::Old);
        assert_eq!(Fit::of(7, 2, 3), Fit::Old);
    }

    #[test]
    fn a_message_further_on_leaves_a_gap() {
        assert_eq!(Fit::of(7, 9, 9), Fit::Gap);
        assert_eq!(Fit::of(0, 2, 9), Fit::Gap);
    }

    #[test]
    fn nothing_new_for_a_whole_heartbeat_while_there_were_events_is_silence() {
        let before = Glance { position: 7, head: 9 };

        assert!(Glance { position: 7, head: 9 }.shows_silence_since(before));
        assert!(Glance { position: 7, head: 12 }.shows_silence_since(before));
    }

    #[test]
    fn events_of_this_heartbeat_are_given_time_to_come() {
        let before = Glance { position: 7, head: 7 };

        assert!(!Glance { position: 7, head: 9 }.shows_silence_since(before));
    }

    #[test]
    fn coming_late_is_not_silence() {
        let before = Glance { position: 7, head: 9 };

        assert!(!Glance { position: 8, head: 12 }.shows_silence_since(before));
    }
}
