//! Steps on their way into the outbox.

use purser_domain::Timestamp;
use sqlx::{Postgres, postgres::PgArguments, query::QueryAs};

use crate::sagas::{
    SagaSettings,
    step::{Kind, Step, stored},
    verdict::{Fate, Kept, State, judge},
};

/// A statement whose answer is `synchronous_commit` as it is set, once for each time that it took effect.
pub(super) type Statement<'q> = QueryAs<'q, Postgres, (String,), PgArguments>;

/// What of these steps is to be stored.
pub(super) fn to_keep(ended: Vec<(Step, Fate)>, now: Timestamp, settings: &SagaSettings) -> Vec<Kept> {
    ended.into_iter().filter_map(|(step, fate)| judge(step, fate, now, settings)).collect()
}

/// A statement that stores steps: they are its arguments 1 to 14, and the time is argument 15.
///
/// It is planned anew each time. A plan that was made while a table was small would read all of it, and be kept while it
/// grows by tens of thousands of rows a second.
pub(super) fn storing<'q>(sql: &'q str, kept: &[Kept], now: Timestamp) -> Result<Statement<'q>, sqlx::Error> {
    Ok(sqlx::query_as(sql)
        .persistent(false)
        .bind(column(kept, |kept| kept.step.id))
        .bind(column(kept, |kept| kept.step.saga.name()))
        .bind(column(kept, |kept| kept.step.subject))
        .bind(column(kept, |kept| kept.step.position))
        .bind(column(kept, |kept| kept.step.ordinal))
        .bind(column(kept, |kept| kept.step.correlation_id.clone()))
        .bind(column(kept, |kept| kept.step.causation_id.clone()))
        .bind(column(kept, |kept| Kind::of(&kept.step.action).name()))
        .bind(actions(kept.iter())?)
        .bind(column(kept, |kept| kept.state.name()))
        .bind(column(kept, |kept| stored_count(kept.step.attempts)))
        .bind(column(kept, |kept| stored_count(kept.step.refusals)))
        .bind(column(kept, |kept| kept.next_attempt_at))
        .bind(column(kept, |kept| kept.last_error.clone()))
        .bind(now))
}

/// What is to be done, as the outbox holds it.
pub(super) fn actions<'a>(kept: impl Iterator<Item = &'a Kept>) -> Result<Vec<String>, sqlx::Error> {
    kept.map(|kept| stored(&kept.step.action).map_err(|error| sqlx::Error::Encode(Box::new(error)))).collect()
}

/// One column of many rows, as `unnest` takes it.
pub(super) fn column<'a, Row, Value>(rows: &'a [Row], value: impl Fn(&'a Row) -> Value) -> Vec<Value> {
    rows.iter().map(value).collect()
}

/// A count as the table holds it; past two thousand million it no longer matters.
pub(super) fn stored_count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Says loudly which of these became dead letters, once that is committed.
pub(super) fn announce_dead_letters<'a>(kept: impl IntoIterator<Item = &'a Kept>) {
    for Kept { step, state, next_attempt_at: _, last_error } in kept {
        if *state == State::Dead {
            let (saga, id, position) = (step.saga.name(), step.id, step.position);
            let error = last_error.as_deref();
            tracing::error!(
                saga,
                %id,
                position,
                correlation_id = step.correlation_id,
                error,
                "saga {saga} gave up on {id}, which follows from position {position}: it waits until it is retried or skipped"
            );
        }
    }
}
