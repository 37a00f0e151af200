//! The stored idempotency keys: looked up when an append finds one taken, removed when their time is over.

use purser_domain::Timestamp;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    request::{Accepted, Answer, IdempotencyKey, Told},
    sequencer::Used,
};

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

/// What a key was used for, as whoever is about to do something beside the log sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// The same: it was done, and this was told.
    Told(Told),
    /// Another request, or one to the log.
    Other,
}

/// What a key was used for before.
pub async fn before(pool: &PgPool, key: &IdempotencyKey) -> Result<Before, sqlx::Error> {
    let found = look_up(&mut *pool.acquire().await?, &[key.key]).await?.pop();
    let Some((_, Used { fingerprint, accepted })) = found else {
        return Ok(Before::Nothing);
    };
    if let Answer::Told(told) = accepted.answer
        && key.fingerprint == fingerprint
    {
        Ok(Before::Told(told))
    } else {
        Ok(Before::Other)
    }
}

/// Keeps what was told of something that the log knows nothing of. A key that was used meanwhile stays what it is.
pub async fn keep(pool: &PgPool, key: &IdempotencyKey, told: Told, now: Timestamp) -> Result<(), sqlx::Error> {
    // It has no place in the log, so that it goes with none of its events either.
    let accepted = Accepted { position: 0, answer: Answer::Told(told), replayed: false };
    let answer = serde_json::to_string(&accepted).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query(
        "insert into idempotency_keys (key, fingerprint, answer, recorded_at) values ($1, $2, $3, $4)
         on conflict (key) do nothing",
    )
    .bind(key.key)
    .bind(key.fingerprint.as_slice())
    .bind(answer)
    .bind(now)
    .execute(pool)
    .await
    .map(drop)
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
