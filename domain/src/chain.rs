//! The hash chain: each event's hash covers the event and the hash before it.
//!
//! SHA-256 (FIPS 180-4) over the previous hash and the event's columns, each text preceded by its length in bytes, so
//! that no two different rows give the same input. Changing, removing, inserting or reordering any row changes every
//! hash from there on. What it cannot show by itself is a tail that was cut off together with the head; whoever needs
//! that keeps a head (position and hash) elsewhere.

use std::fmt;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::recorded::Recorded;

/// A link of the chain.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// The hash before the first event of a log. It depends on the log's id, so that no two logs share a chain.
    pub fn genesis(log_id: Uuid) -> Self {
        Self(Sha256::new().chain_update(b"purser log ").chain_update(log_id.as_bytes()).finalize().into())
    }

    /// Reads a stored hash; none if it is not 32 bytes long.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash after each of the events that follow this one.
    pub fn over(&self, events: &[Recorded]) -> Vec<Self> {
        let links = events.iter().scan(*self, |hash, event| {
            *hash = hash.next(event);
            Some(*hash)
        });
        links.collect()
    }

    /// The hash of the event that follows this one.
    #[must_use]
    pub fn next(&self, event: &Recorded) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(event.position.to_be_bytes());
        hasher.update(event.recorded_at.timestamp_micros().to_be_bytes());
        hasher.update(event.sequence.to_be_bytes());
        for text in [
            event.aggregate_type.as_ref(),
            &event.aggregate_id,
            event.event_type.as_ref(),
            event.event_version.as_ref(),
            event.payload.get(),
            event.metadata.get(),
        ] {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text);
        }
        Self(hasher.finalize().into())
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded() -> Recorded {
        Recorded {
            position: 7,
            recorded_at: "2010-12-01T08:26:00.000001Z".parse().unwrap(),
            aggregate_type: "stock".into(),
            aggregate_id: "85123A@main".into(),
            sequence: 3,
            event_type: "StockReserved".into(),
            event_version: "1.0".into(),
            payload: serde_json::from_str(r#"{"a":1}"#).unwrap(),
            metadata: serde_json::from_str(r#"{"actor":"x"}"#).unwrap(),
        }
    }

    /// A change of this hash would break the chain of every log in the field.
    #[test]
    fn the_chain_of_a_known_event_never_changes() {
        let genesis = ChainHash::genesis(Uuid::from_u128(1));
        assert_eq!(
            genesis.next(&recorded()).to_string(),
            "969446cd57b6b3a3deed4979965eaafed7c2a66849df240620bbc657089cbece"
        );
    }

    #[test]
    fn every_column_is_covered() {
        let genesis = ChainHash::genesis(Uuid::from_u128(1));
        let original = genesis.next(&recorded());
        let changes: [fn(&mut Recorded); 9] = [
            |event| event.position += 1,
            |event| event.recorded_at += chrono::TimeDelta::microseconds(1),
            |event| event.aggregate_type = "order".into(),
            |event| event.aggregate_id.push('x'),
            |event| event.sequence += 1,
            |event| event.event_type = "StockReceived".into(),
            |event| event.event_version = "1.1".into(),
            |event| event.payload = serde_json::from_str(r#"{"a":2}"#).unwrap(),
            |event| event.metadata = serde_json::from_str(r#"{"actor":"y"}"#).unwrap(),
        ];
        for (column, change) in changes.into_iter().enumerate() {
            let mut event = recorded();
            change(&mut event);
            assert_ne!(genesis.next(&event), original, "column {column} is not covered");
        }
    }

    #[test]
    fn moving_a_byte_from_one_column_to_the_next_changes_the_hash() {
        let genesis = ChainHash::genesis(Uuid::from_u128(1));
        let (mut one, mut other) = (recorded(), recorded());
        (one.aggregate_id, one.event_type) = ("ab".into(), "c".into());
        (other.aggregate_id, other.event_type) = ("a".into(), "bc".into());
        assert_ne!(genesis.next(&one), genesis.next(&other));
    }
}
