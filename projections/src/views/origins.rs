//! How streams began that a batch mentions: by the batch itself, or by where the log has it.

use std::{collections::HashMap, fmt::Display, hash::Hash, str::FromStr};

use purser_domain::{event::Event, upcast::Upcasters};
use sqlx::PgConnection;

use crate::{feed::FeedEvent, history::LogRow};

/// What the first event of a stream says, and later ones do not repeat.
pub(super) trait Origin: Sized {
    /// The id of the stream.
    type Id: Copy + Eq + Hash + Display + FromStr;
    /// What the log calls such streams.
    const AGGREGATE_TYPE: &'static str;
    /// What it is called when it is missing.
    const NAME: &'static str;

    /// What an event says, if it is such a one.
    fn of(event: &Event) -> Option<(Self::Id, &Self)>;
}

/// The origins of some streams.
#[derive(Debug)]
pub(super) struct Origins<'a, T: Origin> {
    in_batch: HashMap<T::Id, &'a T>,
    in_log: HashMap<T::Id, Result<Event, String>>,
}

impl<'a, T: Origin> Origins<'a, T> {
    /// Finds the origins of `streams`. Those that are not in the batch are read from the log, all in one query; where none
    /// is missing there is no query.
    pub(super) async fn find(
        db: &mut PgConnection,
        events: &[&'a FeedEvent],
        streams: impl Iterator<Item = T::Id>,
        upcasters: &Upcasters,
    ) -> Result<Self, sqlx::Error> {
        let in_batch: HashMap<T::Id, &'a T> =
            events.iter().filter_map(|event| T::of(event.event.as_ref().ok()?)).collect();
        let mut missing: Vec<String> =
            streams.filter(|stream| !in_batch.contains_key(stream)).map(|stream| stream.to_string()).collect();
        missing.sort_unstable();
        missing.dedup();
        let in_log = if missing.is_empty() { HashMap::new() } else { read::<T>(db, &missing, upcasters).await? };
        Ok(Self { in_batch, in_log })
    }

    /// How a stream began, or why that is not known.
    pub(super) fn of(&self, stream: T::Id) -> Result<&T, String> {
        let name = T::NAME;
        match (self.in_batch.get(&stream), self.in_log.get(&stream)) {
            (Some(origin), _) => Ok(origin),
            (None, Some(Ok(event))) => T::of(event)
                .map(|(_, origin)| origin)
                .ok_or_else(|| format!("the {name} of {stream} cannot be read: its stream begins with another event")),
            (None, Some(Err(cause))) => Err(format!("the {name} of {stream} cannot be read: {cause}")),
            (None, None) => Err(format!("the log has no {name} of {stream}")),
        }
    }
}

/// One by one along the log's primary key, for which the `limit` is there: while Postgres has no statistics of a young log,
/// it takes first events for rare and would read all of them.
async fn read<T: Origin>(
    db: &mut PgConnection,
    streams: &[String],
    upcasters: &Upcasters,
) -> Result<HashMap<T::Id, Result<Event, String>>, sqlx::Error> {
    let rows: Vec<LogRow> = sqlx::query_as(
        "select origin.*
         from unnest($2::text[]) as wanted (id)
         cross join lateral (
             select aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position,
                    recorded_at
             from events where aggregate_type = $1 and aggregate_id = wanted.id and sequence = 1 limit 1
         ) as origin",
    )
    .persistent(false)
    .bind(T::AGGREGATE_TYPE)
    .bind(streams)
    .fetch_all(db)
    .await?;
    let origins = rows.into_iter().filter_map(|row| {
        let row = row.read(upcasters);
        Some((row.recorded.aggregate_id.parse().ok()?, row.event))
    });
    Ok(origins.collect())
}
