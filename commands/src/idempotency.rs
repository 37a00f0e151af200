//! The stored idempotency keys: looked up when an append finds one taken, removed when their time is over.

use purser_domain::Timestamp;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{request::Accepted, sequencer::Used};

/// The least time that a key is kept: Stripe repeats a callback for three days, people come back after a week-end.
pub const RETENTION_DAYS_MIN: u16 = 7;

/// What these keys were used for, as far as they were.
pub(crate) async fn look_up(connection: &mut PgConnection, keys: &[Uuid]) -> Result<Vec<(Uuid, Used)>, sqlx::Error> {
    let rows: Vec<(Uuid, Vec<u8>, String)> =
        sqlx::query_as("select key, fingerprint, answer from idempotency_keys where key = any($1)")
            .bind(keys)
            .fetch_all(connection)
            .await?;
    rows.into_iter()
        .map(|(key, fingerprint, answer)| {
            let fingerprint =
                fingerprint.try_into().map_err(|_| sqlx::Error::Decode("a fingerprint is 32 bytes long".into()))?;
            let accepted: Accepted =
                serde_json::from_str(&answer).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            Ok((key, Used { fingerprint, accepted }))
        })
        .collect()
}

/// Forgets the keys from before `horizon`, in steps small enough not to be felt. Returns how many.
pub async fn forget(pool: &PgPool, horizon: Timestamp) -> Result<u64, sqlx::Error> {
    let mut forgotten = 0;
    loop {
        let step = sqlx::query(
            "delete from idempotency_keys where ctid = any(array(
                 select ctid from idempotency_keys where recorded_at < $1 limit 10000))",
        )
        .bind(horizon)
        .execute(pool)
        .await?
        .rows_affected();
        forgotten += step;
        if step == 0 {
            return Ok(forgotten);
        }
    }
}
