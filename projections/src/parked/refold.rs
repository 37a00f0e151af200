use purser_domain::upcast::Upcasters;
use sqlx::{FromRow, PgConnection};

use crate::{
    feed::FeedEvent,
    follower::{Care, FoldFailure, fold},
    history::LogRow,
    parked::{ParkedStreams, StillParked, Unparked},
    view::View,
};

/// How many events are in memory at once.
const PAGE: i64 = 1_000;

/// A stream with parked events.
#[derive(Debug, FromRow)]
pub(super) struct ParkedStream {
    aggregate_type: String,
    aggregate_id: String,
    /// The position that it stands still at.
    pub(super) first: i64,
}

/// Folds what is parked on a stream, up to the first event that cannot be folded; that one keeps its new error.
pub(super) async fn refold(
    db: &mut PgConnection,
    view: &dyn View,
    upcasters: &Upcasters,
    stream: &ParkedStream,
) -> Result<Unparked, FoldFailure> {
    let mut folded_events = 0;
    loop {
        let events = page(db, view.name(), upcasters, stream).await?;
        if events.is_empty() {
            return Ok(Unparked { folded_events, still_parked: None });
        }
        let events: Vec<&FeedEvent> = events.iter().collect();
        let parkings = fold(view, db, &events, &mut ParkedStreams::default(), Care::Careful).await?;
        // On one stream, everything from the first event that is parked again waits.
        let folded = &events[..events.len() - parkings.len()];
        folded_events += folded.len() as u64;
        sqlx::query("delete from parked_events where follower = $1 and position = any($2)")
            .bind(view.name())
            .bind(folded.iter().map(|event| event.recorded.position).collect::<Vec<_>>())
            .execute(&mut *db)
            .await?;
        if let Some(parking) = parkings.into_iter().next() {
            let position = parking.event.recorded.position;
            let error = parking.error.unwrap_or_default();
            sqlx::query("update parked_events set error = $3 where follower = $1 and position = $2")
                .bind(view.name())
                .bind(position)
                .bind(&error)
                .execute(db)
                .await?;
            return Ok(Unparked { folded_events, still_parked: Some(StillParked { position, error }) });
        }
    }
}

/// The first events that wait. What was folded is no longer parked, so that each page is the first one.
async fn page(
    db: &mut PgConnection,
    view: &str,
    upcasters: &Upcasters,
    stream: &ParkedStream,
) -> Result<Vec<FeedEvent>, sqlx::Error> {
    let rows: Vec<LogRow> = sqlx::query_as(
        "select event.* from parked_events as parked join events as event using (position)
         where parked.follower = $1 and parked.aggregate_type = $2 and parked.aggregate_id = $3
           and parked.skipped_at is null
         order by position limit $4",
    )
    .bind(view)
    .bind(&stream.aggregate_type)
    .bind(&stream.aggregate_id)
    .bind(PAGE)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.read(upcasters)).collect())
}
