use std::collections::{HashMap, HashSet};

use purser_domain::recorded::Recorded;
use sqlx::PgConnection;

/// The streams of one follower that stand still.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ParkedStreams(HashMap<String, HashSet<String>>);

impl ParkedStreams {
    /// Those of a follower, as the database has them.
    pub(crate) async fn load(db: &mut PgConnection, follower: &str) -> Result<Self, sqlx::Error> {
        let streams: Vec<(String, String)> = sqlx::query_as(
            "select distinct aggregate_type, aggregate_id from parked_events
             where follower = $1 and skipped_at is null",
        )
        .bind(follower)
        .fetch_all(db)
        .await?;
        let mut parked = Self::default();
        for (aggregate_type, aggregate_id) in streams {
            parked.0.entry(aggregate_type).or_default().insert(aggregate_id);
        }
        Ok(parked)
    }

    pub(crate) fn contains(&self, event: &Recorded) -> bool {
        self.0.get(event.aggregate_type.as_ref()).is_some_and(|ids| ids.contains(&event.aggregate_id))
    }

    pub(crate) fn insert(&mut self, event: &Recorded) {
        self.0.entry(event.aggregate_type.clone().into_owned()).or_default().insert(event.aggregate_id.clone());
    }
}
