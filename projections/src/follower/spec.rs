//! Events for the unit tests of this crate's followers.

use purser_domain::{recorded::Recorded, upcast::Upcasters};

use crate::feed::FeedEvent;

/// A receipt of one piece.
pub(crate) fn readable(position: i64, stock: &str) -> FeedEvent {
    let recorded = recorded(position, stock, r#"{"StockReceived":{"quantity":1,"at":"2026-01-01T00:00:00Z"}}"#);
    FeedEvent::decode(recorded, &Upcasters::current())
}

/// A receipt that no version of the engine can read.
pub(crate) fn unreadable(position: i64, stock: &str) -> FeedEvent {
    let recorded = recorded(position, stock, r#"{"StockReceived":{}}"#);
    FeedEvent::decode(recorded, &Upcasters::current())
}

fn recorded(position: i64, stock: &str, payload: &str) -> Recorded {
    Recorded {
        position,
        recorded_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        aggregate_type: "stock".into(),
        aggregate_id: stock.to_owned(),
        sequence: position,
        event_type: "StockReceived".into(),
        event_version: "1.0".into(),
        payload: serde_json::from_str(payload).unwrap(),
        metadata: serde_json::from_str(r#"{"actor":"x","correlation_id":"c","causation_id":"r"}"#).unwrap(),
    }
}
