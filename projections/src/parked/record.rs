use purser_domain::Timestamp;
use sqlx::{PgConnection, PgPool};

use crate::follower::Parking;

/// Writes parked events down, in the transaction that moves their follower past them.
pub(crate) async fn record(
    db: &mut PgConnection,
    follower: &str,
    parkings: &[Parking<'_>],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let recorded = || parkings.iter().map(|parking| &parking.event.recorded);
    sqlx::query(
        "insert into parked_events (follower, position, aggregate_type, aggregate_id, event_type, error, parked_at)
         select $1, parked.*, $7 from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) as parked",
    )
    .bind(follower)
    .bind(recorded().map(|event| event.position).collect::<Vec<_>>())
    .bind(recorded().map(|event| event.aggregate_type.as_ref()).collect::<Vec<_>>())
    .bind(recorded().map(|event| event.aggregate_id.as_str()).collect::<Vec<_>>())
    .bind(recorded().map(|event| event.event_type.as_ref()).collect::<Vec<_>>())
    .bind(parkings.iter().map(|parking| parking.error.as_deref()).collect::<Vec<_>>())
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Says loudly what was parked, once that is committed.
pub(crate) fn announce(follower: &str, parkings: &[Parking<'_>]) {
    for Parking { event, error } in parkings {
        let event = &event.recorded;
        if let Some(error) = error {
            tracing::error!(
                view = follower,
                position = event.position,
                aggregate_type = %event.aggregate_type,
                aggregate_id = event.aggregate_id,
                error,
                "view {follower} parked the stream {} {} at position {}: its events wait until it is retried or skipped",
                event.aggregate_type,
                event.aggregate_id,
                event.position,
            );
        }
    }
}

/// How many events of a follower are parked, those that only wait included.
pub(crate) async fn count(pool: &PgPool, follower: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("select count(*) from parked_events where follower = $1 and skipped_at is null")
        .bind(follower)
        .fetch_one(pool)
        .await
}
