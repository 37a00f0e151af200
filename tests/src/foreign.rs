//! What an engine of another version might have appended to the log.

use purser_domain::{Timestamp, chain::ChainHash, recorded::Recorded};
use sqlx::Connection;

use crate::TestDatabase;

/// An event's name and its payload.
pub type Foreign<'a> = (&'static str, &'a str);

/// An event that no engine of today understands.
pub const TELEPORTED: Foreign<'static> =
    ("OrderTeleported", r#"{"OrderTeleported":{"to":"Mars","at":"2026-01-15T12:00:00Z"}}"#);

/// An event that every engine understands.
pub const SHIPPED: Foreign<'static> =
    ("OrderShipped", r#"{"OrderShipped":{"tracking":"T-1","at":"2026-01-15T12:00:00Z"}}"#);

/// Appends to an order's stream what an engine of another version would. Returns its position.
pub async fn append(database: &TestDatabase, order: &str, event: Foreign<'_>) -> i64 {
    append_to(database, "order", order, event).await
}

/// Appends to any stream, or begins one, as an engine of another version would: whole in position, sequence and hash.
/// Returns the event's position.
pub async fn append_to(
    database: &TestDatabase,
    aggregate_type: &'static str,
    aggregate_id: &str,
    event: Foreign<'_>,
) -> i64 {
    let mut owner = database.owner().await;
    let mut transaction = owner.begin().await.expect("a transaction");
    let (head, hash): (i64, Vec<u8>) = sqlx::query_as("select position, hash from log_head for update")
        .fetch_one(&mut *transaction)
        .await
        .expect("the head");
    let (sequence, recorded_at): (i64, Timestamp) = sqlx::query_as(
        "select coalesce((select max(sequence) from events where aggregate_type = $1 and aggregate_id = $2), 0),
                (select max(recorded_at) from events)",
    )
    .bind(aggregate_type)
    .bind(aggregate_id)
    .fetch_one(&mut *transaction)
    .await
    .expect("the stream");
    let recorded = Recorded {
        position: head + 1,
        recorded_at,
        aggregate_type: aggregate_type.into(),
        aggregate_id: aggregate_id.to_owned(),
        sequence: sequence + 1,
        event_type: event.0.into(),
        event_version: "1.0".into(),
        payload: serde_json::from_str(event.1).expect("JSON"),
        metadata: serde_json::from_str(r#"{"actor":"x","correlation_id":"story","causation_id":"request:story"}"#)
            .expect("JSON"),
    };
    let hash = ChainHash::from_slice(&hash).expect("32 bytes").next(&recorded);
    sqlx::query("insert into events values ($1, $2, $3, $4, '1.0', $5::json, $6::json, $7, $8, $9)")
        .bind(aggregate_type)
        .bind(aggregate_id)
        .bind(recorded.sequence)
        .bind(event.0)
        .bind(recorded.payload.get())
        .bind(recorded.metadata.get())
        .bind(recorded.position)
        .bind(recorded_at)
        .bind(hash.as_bytes().as_slice())
        .execute(&mut *transaction)
        .await
        .expect("the event");
    sqlx::query("update log_head set position = $1, hash = $2")
        .bind(recorded.position)
        .bind(hash.as_bytes().as_slice())
        .execute(&mut *transaction)
        .await
        .expect("the moved head");
    transaction.commit().await.expect("a commit");
    recorded.position
}
