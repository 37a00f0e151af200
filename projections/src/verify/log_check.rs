//! What must hold from each event of the log to the next.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use purser_domain::{chain::ChainHash, event::Event, recorded::Recorded};

use crate::{feed::FeedEvent, verify::Difference};

/// The state of a check that goes through the log in order.
pub(super) struct LogCheck {
    position: i64,
    hash: ChainHash,
    sequences: HashMap<u128, i64>,
    stocks: HashMap<u128, Counts>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    on_hand: i64,
    reserved: i64,
}

impl LogCheck {
    /// Before the first event; `genesis` is the log's own first link.
    pub(super) fn new(genesis: ChainHash) -> Self {
        Self { position: 0, hash: genesis, sequences: HashMap::new(), stocks: HashMap::new() }
    }

    pub(super) const fn position(&self) -> i64 {
        self.position
    }

    pub(super) const fn hash(&self) -> ChainHash {
        self.hash
    }

    pub(super) fn streams(&self) -> usize {
        self.sequences.len()
    }

    /// Takes the next event. `stored` is the hash beside it.
    pub(super) fn take(&mut self, FeedEvent { recorded, event }: &FeedEvent, stored: &[u8]) -> Result<(), Difference> {
        let position = recorded.position;
        let missing = self.position + 1;
        if position != missing {
            return Err(Difference::Position { missing, next: Some(position) });
        }
        let computed = self.hash.next(recorded);
        if computed.as_bytes() != stored {
            let stored = ChainHash::from_slice(stored).map_or_else(String::new, |hash| hash.to_string());
            return Err(Difference::Hash { position, stored, computed });
        }
        let stream = digest(recorded);
        self.check_sequence(stream, recorded)?;
        if let Ok(Event::Stock(_, change)) = event {
            let counts = self.stocks.entry(stream).or_default();
            counts.on_hand += change.on_hand_change();
            counts.reserved += change.reserved_change();
            let Counts { on_hand, reserved } = *counts;
            if reserved < 0 || on_hand < reserved {
                return Err(Difference::Stock { position, stock: recorded.aggregate_id.clone(), on_hand, reserved });
            }
        }
        (self.position, self.hash) = (position, computed);
        Ok(())
    }

    fn check_sequence(&mut self, stream: u128, recorded: &Recorded) -> Result<(), Difference> {
        let last = self.sequences.entry(stream).or_default();
        let expected = *last + 1;
        if recorded.sequence != expected {
            return Err(Difference::Sequence {
                position: recorded.position,
                aggregate_type: recorded.aggregate_type.clone().into_owned(),
                aggregate_id: recorded.aggregate_id.clone(),
                expected,
                found: recorded.sequence,
            });
        }
        *last = expected;
        Ok(())
    }
}

/// 16 bytes that stand for a stream. Two of a million streams share them with a chance of one in 10^26, and a clash is
/// a false alarm, never a silence.
fn digest(event: &Recorded) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, &event.aggregate_type, &event.aggregate_id).hash(&mut hasher);
        hasher.finish()
    };
    u128::from(half(0)) << 64 | u128::from(half(1))
}

#[cfg(test)]
mod tests {
    use purser_domain::upcast::Upcasters;
    use uuid::Uuid;

    use super::*;

    const GENESIS: Uuid = Uuid::from_u128(1);
    const RECEIVED: &str = r#"{"StockReceived":{"quantity":2,"at":"2026-01-01T00:00:00Z"}}"#;
    const ADJUSTED: &str = r#"{"StockAdjusted":{"change":-3,"reason":"lost","at":"2026-01-01T00:00:00Z"}}"#;

    fn event(position: i64, stock: &str, sequence: i64, payload: &str) -> FeedEvent {
        let recorded = Recorded {
            position,
            recorded_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            aggregate_type: "stock".into(),
            aggregate_id: stock.to_owned(),
            sequence,
            event_type: "StockReceived".into(),
            event_version: "1.0".into(),
            payload: serde_json::from_str(payload).unwrap(),
            metadata: serde_json::from_str("{}").unwrap(),
        };
        FeedEvent { event: Ok(Event::decode(&recorded, &Upcasters::current()).unwrap()), recorded }
    }

    fn chained(events: Vec<FeedEvent>) -> Vec<(FeedEvent, ChainHash)> {
        let mut hash = ChainHash::genesis(GENESIS);
        events
            .into_iter()
            .map(|event| {
                hash = hash.next(&event.recorded);
                (event, hash)
            })
            .collect()
    }

    fn check(events: &[(FeedEvent, ChainHash)]) -> Result<(), Difference> {
        let mut check = LogCheck::new(ChainHash::genesis(GENESIS));
        events.iter().try_for_each(|(event, hash)| check.take(event, hash.as_bytes()))
    }

    #[test]
    fn a_whole_log_passes() {
        let log =
            chained(vec![event(1, "A@x", 1, RECEIVED), event(2, "B@x", 1, RECEIVED), event(3, "A@x", 2, RECEIVED)]);
        assert_eq!(check(&log), Ok(()));
    }

    #[test]
    fn a_changed_byte_is_found_at_its_position() {
        let mut log = chained(vec![event(1, "A@x", 1, RECEIVED), event(2, "A@x", 2, RECEIVED)]);
        log[1].0.recorded.payload = serde_json::from_str(&RECEIVED.replace('2', "3")).unwrap();
        assert!(matches!(check(&log), Err(Difference::Hash { position: 2, .. })));
    }

    #[test]
    fn an_event_that_was_taken_out_is_missed_at_its_position() {
        let mut log =
            chained(vec![event(1, "A@x", 1, RECEIVED), event(2, "A@x", 2, RECEIVED), event(3, "A@x", 3, RECEIVED)]);
        log.remove(1);
        assert_eq!(check(&log), Err(Difference::Position { missing: 2, next: Some(3) }));
    }

    #[test]
    fn a_gap_in_a_stream_is_found_though_the_chain_is_whole() {
        let log = chained(vec![event(1, "A@x", 1, RECEIVED), event(2, "A@x", 3, RECEIVED)]);
        assert!(matches!(check(&log), Err(Difference::Sequence { position: 2, expected: 2, found: 3, .. })));
    }

    #[test]
    fn a_stock_below_zero_is_found_though_the_chain_is_whole() {
        let log = chained(vec![event(1, "A@x", 1, RECEIVED), event(2, "A@x", 2, ADJUSTED)]);
        assert!(matches!(check(&log), Err(Difference::Stock { position: 2, on_hand: -1, reserved: 0, .. })));
    }
}
