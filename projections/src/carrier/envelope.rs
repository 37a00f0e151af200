//! The form of the messages between the engine's nodes: a JSON array of consecutive events, with the first and the last
//! position in the headers. Payloads travel as the exact bytes that the log holds.

use async_nats::HeaderMap;
use purser_domain::recorded::Recorded;

const FIRST_POSITION: &str = "Purser-First-Position";
pub(crate) const LAST_POSITION: &str = "Purser-Last-Position";

/// A larger message saves nothing more and delays its first event.
const EVENTS_MAX: usize = 256;
const BYTES_MAX: usize = 256 << 10;

/// Beyond this an event is not sent, only its position. NATS servers refuse more than 1 MiB as they are delivered, and
/// hold what they send to slow clients in memory.
const SINGLE_EVENT_BYTES_MAX: usize = 768 << 10;

/// Headers, subject and protocol have to fit beside the events.
const ROOM_FOR_HEADERS: usize = 4 << 10;

/// A message ready to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Empty where the events are too large to be sent: then the receiver knows where to look for them.
    pub(crate) body: Vec<u8>,
}

impl Envelope {
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(FIRST_POSITION, self.first.to_string());
        headers.insert(LAST_POSITION, self.last.to_string());
        headers
    }

    pub(crate) const fn events(&self) -> u64 {
        self.last.abs_diff(self.first) + 1
    }
}

/// Packs consecutive events into messages.
#[derive(Debug)]
pub(crate) struct Packer {
    bytes_max: usize,
    single_event_bytes_max: usize,
    body: Vec<u8>,
    positions: Option<(i64, i64)>,
}

impl Packer {
    /// For a server that takes messages up to this size.
    pub(crate) fn new(message_bytes_max: usize) -> Self {
        let single_event_bytes_max = message_bytes_max.saturating_sub(ROOM_FOR_HEADERS).min(SINGLE_EVENT_BYTES_MAX);
        Self {
            bytes_max: BYTES_MAX.min(single_event_bytes_max),
            single_event_bytes_max,
            body: Vec::new(),
            positions: None,
        }
    }

    /// Takes the next event. If the events before it are a full message, that message comes out.
    pub(crate) fn push(&mut self, event: &Recorded) -> Result<Option<Envelope>, serde_json::Error> {
        let before = self.body.len();
        self.body.push(if self.positions.is_some() { b',' } else { b'[' });
        if let Err(error) = serde_json::to_writer(&mut self.body, event) {
            self.body.truncate(before);
            return Err(error);
        }
        let Some((first, last)) = self.positions else {
            self.positions = Some((event.position, event.position));
            return Ok(None);
        };
        if usize::try_from(last - first).is_ok_and(|between| between + 1 < EVENTS_MAX)
            && self.body.len() < self.bytes_max
        {
            self.positions = Some((first, event.position));
            return Ok(None);
        }
        let mut next = self.body.split_off(before);
        if let Some(separator) = next.first_mut() {
            *separator = b'[';
        }
        let full = self.flush();
        self.body = next;
        self.positions = Some((event.position, event.position));
        Ok(full)
    }

    /// What was taken and has not come out yet.
    pub(crate) fn flush(&mut self) -> Option<Envelope> {
        let (first, last) = self.positions.take()?;
        let mut body = std::mem::take(&mut self.body);
        body.push(b']');
        if body.len() > self.single_event_bytes_max {
            body.clear();
        }
        Some(Envelope { first, last, body })
    }
}

/// What a message holds.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// Consecutive events, at least one.
    Events(Vec<Recorded>),
    /// Only the news that the log has come as far as this position.
    Reached(i64),
}

/// Why a message could not be understood.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("a message does not say which positions it holds")]
    NoPositions,
    #[error("a message holds no readable events")]
    Unreadable(#[from] serde_json::Error),
    #[error("a message that says it holds positions {first} to {last} holds others")]
    OtherPositions { first: i64, last: i64 },
}

impl Delivery {
    pub(crate) fn open(headers: Option<&HeaderMap>, body: &[u8]) -> Result<Self, Malformed> {
        let header = |name| headers?.get(name)?.as_str().parse::<i64>().ok();
        let (Some(first), Some(last)) = (header(FIRST_POSITION), header(LAST_POSITION)) else {
            return Err(Malformed::NoPositions);
        };
        if body.is_empty() {
            return Ok(Self::Reached(last));
        }
        let events: Vec<Recorded> = serde_json::from_slice(body)?;
        if first <= last && events.iter().map(|event| event.position).eq(first..=last) {
            Ok(Self::Events(events))
        } else {
            Err(Malformed::OtherPositions { first, last })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(position: i64, payload_bytes: usize) -> Recorded {
        Recorded {
            position,
            recorded_at: "2010-12-01T08:26:00.000001Z".parse().unwrap(),
            aggregate_type: "stock".into(),
            aggregate_id: "85123A@main".into(),
            sequence: position,
            event_type: "StockReserved".into(),
            event_version: "1.0".into(),
            payload: serde_json::from_str(&format!(r#"{{ "text" : "{}", "n": 1.50 }}"#, "x".repeat(payload_bytes)))
                .unwrap(),
            metadata: serde_json::from_str(r#"{"actor":"x"}"#).unwrap(),
        }
    }

    fn pack(packer: &mut Packer, events: &[Recorded]) -> Vec<Envelope> {
        let mut envelopes: Vec<_> = events.iter().filter_map(|event| packer.push(event).unwrap()).collect();
        envelopes.extend(packer.flush());
        envelopes
    }

    fn open(envelope: &Envelope) -> Result<Delivery, Malformed> {
        Delivery::open(Some(&envelope.headers()), &envelope.body)
    }

    fn positions(envelope: &Envelope) -> Vec<i64> {
        match open(envelope).unwrap() {
            Delivery::Events(events) => events.iter().map(|event| event.position).collect(),
            Delivery::Reached(_) => vec![],
        }
    }

    #[test]
    fn events_come_out_as_they_went_in_byte_for_byte() {
        let sent = event(7, 3);
        let envelopes = pack(&mut Packer::new(1 << 20), std::slice::from_ref(&sent));

        let Delivery::Events(received) = open(&envelopes[0]).unwrap() else { panic!("expected events") };

        assert_eq!(received[0].payload.get(), sent.payload.get());
        assert_eq!(received[0].metadata.get(), sent.metadata.get());
        assert_eq!(received[0].recorded_at, sent.recorded_at);
        assert_eq!(serde_json::to_string(&received[0]).unwrap(), serde_json::to_string(&sent).unwrap());
    }

    #[test]
    fn a_message_holds_256_events_at_most() {
        let events: Vec<_> = (1..=600).map(|position| event(position, 1)).collect();
        let envelopes = pack(&mut Packer::new(1 << 20), &events);

        assert_eq!(envelopes.iter().map(Envelope::events).collect::<Vec<_>>(), [256, 256, 88]);
        assert!(envelopes.iter().flat_map(positions).eq(1..=600));
    }

    #[test]
    fn a_message_stays_below_a_quarter_of_a_mebibyte() {
        let events: Vec<_> = (1..=20).map(|position| event(position, 60 << 10)).collect();
        let envelopes = pack(&mut Packer::new(1 << 20), &events);

        assert!(envelopes.iter().all(|envelope| envelope.body.len() <= BYTES_MAX));
        assert!(envelopes.iter().flat_map(positions).eq(1..=20));
    }

    #[test]
    fn an_event_that_is_larger_than_that_goes_alone() {
        let events = [event(1, 1), event(2, 400 << 10), event(3, 1)];
        let envelopes = pack(&mut Packer::new(1 << 20), &events);

        assert_eq!(envelopes.iter().map(positions).collect::<Vec<_>>(), [[1], [2], [3]]);
    }

    #[test]
    fn of_an_event_that_no_message_can_hold_only_the_position_is_sent() {
        let events = [event(1, 1), event(2, 900 << 10), event(3, 1)];
        let envelopes = pack(&mut Packer::new(1 << 20), &events);

        assert_eq!((envelopes[1].first, envelopes[1].last), (2, 2));
        assert!(matches!(open(&envelopes[1]), Ok(Delivery::Reached(2))));
        assert_eq!((positions(&envelopes[0]), positions(&envelopes[2])), (vec![1], vec![3]));
    }

    #[test]
    fn a_server_with_a_smaller_limit_is_never_sent_more() {
        let events: Vec<_> = (1..=50).map(|position| event(position, 3 << 10)).collect();
        let envelopes = pack(&mut Packer::new(32 << 10), &events);

        assert!(envelopes.iter().all(|envelope| envelope.body.len() <= 28 << 10));
        assert!(envelopes.iter().flat_map(positions).eq(1..=50));
    }

    #[test]
    fn a_message_whose_positions_are_not_those_it_names_is_refused() {
        let mut packer = Packer::new(1 << 20);
        let torn = pack(&mut packer, &[event(1, 1), event(3, 1)]).remove(0);
        let mut renamed = pack(&mut packer, &[event(1, 1), event(2, 1)]).remove(0);
        renamed.first = 2;

        assert!(matches!(open(&torn), Err(Malformed::OtherPositions { .. })));
        assert!(matches!(open(&renamed), Err(Malformed::OtherPositions { .. })));
    }

    #[test]
    fn foreign_messages_are_refused() {
        assert!(matches!(Delivery::open(None, b"[]"), Err(Malformed::NoPositions)));
        let envelope = Envelope { first: 1, last: 1, body: b"hello".to_vec() };
        assert!(matches!(open(&envelope), Err(Malformed::Unreadable(_))));
        let empty = Envelope { first: 1, last: 0, body: b"[]".to_vec() };
        assert!(matches!(open(&empty), Err(Malformed::OtherPositions { .. })));
    }
}
