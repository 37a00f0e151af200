//! Folding a batch, and finding the events in it that cannot be folded.

use std::{any::Any, panic::AssertUnwindSafe};

use futures_util::FutureExt;
use sqlx::{Connection, PgConnection};

use crate::{
    feed::FeedEvent,
    parked::ParkedStreams,
    view::{FoldError, View},
};

/// How a batch is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// All at once. Poison ends the attempt, and the transaction must be rolled back.
    Quick,
    /// With savepoints, so that poison is found and put aside and the rest is folded.
    Careful,
}

/// An event that is to be parked.
#[derive(Debug)]
pub(crate) struct Parking<'a> {
    pub(crate) event: &'a FeedEvent,
    /// None where it only waits behind an earlier one.
    pub(crate) error: Option<String>,
}

/// Why a batch was not folded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FoldFailure {
    /// There is poison in it, and it was folded quickly.
    #[error("the batch holds an event that cannot be folded: {0}")]
    Poison(String),
    /// The database could not be reached, or refused for a reason that is not in the events.
    #[error("the database refused a fold")]
    Database(#[from] sqlx::Error),
}

/// Folds what can be folded and says what must be parked, in the order of positions.
///
/// `parked` are the streams that wait already; those that start to wait here are added, also where the fold fails, so
/// that the caller must throw it away together with the transaction.
pub(crate) async fn fold<'a>(
    view: &dyn View,
    db: &mut PgConnection,
    events: &[&'a FeedEvent],
    parked: &mut ParkedStreams,
    care: Care,
) -> Result<Vec<Parking<'a>>, FoldFailure> {
    let (readable, mut parkings) = sort_out(events, parked);
    match care {
        Care::Quick => fold_all(view, db, &readable).await.map_err(|spoiled| match spoiled {
            Spoiled::Known { position, cause } => FoldFailure::Poison(format!("position {position}: {cause}")),
            Spoiled::Somewhere(cause) => FoldFailure::Poison(cause),
            Spoiled::Database(error) => FoldFailure::Database(error),
        })?,
        Care::Careful => {
            fold_around_poison(view, db, readable, parked, &mut parkings).await?;
            parkings.sort_by_key(|parking| parking.event.recorded.position);
        }
    }
    Ok(parkings)
}

/// Parts the events that can be tried from those that must be parked unseen: what cannot be read, and what belongs to a
/// parked stream.
fn sort_out<'a>(events: &[&'a FeedEvent], parked: &mut ParkedStreams) -> (Vec<&'a FeedEvent>, Vec<Parking<'a>>) {
    let mut readable = Vec::with_capacity(events.len());
    let mut parkings = Vec::new();
    for event in events.iter().copied() {
        if parked.contains(&event.recorded) {
            parkings.push(Parking { event, error: None });
        } else if let Err(cause) = &event.event {
            parked.insert(&event.recorded);
            parkings.push(Parking { event, error: Some(cause.clone()) });
        } else {
            readable.push(event);
        }
    }
    (readable, parkings)
}

/// Works through a stack of segments, the next one on top. A segment that is spoiled loses the event that is known to
/// be at fault, or is halved until one event is left.
async fn fold_around_poison<'a>(
    view: &dyn View,
    db: &mut PgConnection,
    events: Vec<&'a FeedEvent>,
    parked: &mut ParkedStreams,
    parkings: &mut Vec<Parking<'a>>,
) -> Result<(), FoldFailure> {
    let mut segments = vec![events];
    while let Some(segment) = segments.pop() {
        let (waiting, mut segment): (Vec<_>, Vec<_>) =
            segment.into_iter().partition(|event| parked.contains(&event.recorded));
        parkings.extend(waiting.into_iter().map(|event| Parking { event, error: None }));
        if segment.is_empty() {
            continue;
        }
        let mut savepoint = db.begin().await?;
        let spoiled = match fold_all(view, &mut savepoint, &segment).await {
            Ok(()) => {
                savepoint.commit().await?;
                continue;
            }
            Err(spoiled) => spoiled,
        };
        savepoint.rollback().await?;
        let (culprit, cause) = match spoiled {
            Spoiled::Database(error) => return Err(FoldFailure::Database(error)),
            Spoiled::Known { position, cause } => {
                (segment.iter().position(|event| event.recorded.position == position), cause)
            }
            Spoiled::Somewhere(cause) => (None, cause),
        };
        if let Some(culprit) = culprit.or_else(|| (segment.len() == 1).then_some(0)) {
            let event = segment.remove(culprit);
            parked.insert(&event.recorded);
            parkings.push(Parking { event, error: Some(cause) });
        } else {
            segments.push(segment.split_off(segment.len() / 2));
        }
        segments.push(segment);
    }
    Ok(())
}

enum Spoiled {
    Known { position: i64, cause: String },
    Somewhere(String),
    Database(sqlx::Error),
}

/// A panic counts as poison: it would come again with every attempt, and the view would stand still without a word.
async fn fold_all(view: &dyn View, db: &mut PgConnection, events: &[&FeedEvent]) -> Result<(), Spoiled> {
    if events.is_empty() {
        return Ok(());
    }
    match AssertUnwindSafe(view.fold(db, events)).catch_unwind().await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(FoldError::Poison { position, cause })) => Err(Spoiled::Known { position, cause }),
        Ok(Err(FoldError::Database(error))) if is_about_the_data(&error) => Err(Spoiled::Somewhere(error.to_string())),
        Ok(Err(FoldError::Database(error))) => Err(Spoiled::Database(error)),
        Err(panic) => Err(Spoiled::Somewhere(format!("the view panicked: {}", words_of(panic.as_ref())))),
    }
}

/// Whether the events are at fault and not the database's health: SQLSTATE classes 22 (data exception) and 23 (integrity
/// constraint violation), 54000 (a value too large for its index), or a value that does not convert.
fn is_about_the_data(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(refusal) => {
            refusal.code().is_some_and(|state| state.starts_with("22") || state.starts_with("23") || state == "54000")
        }
        sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => true,
        _ => false,
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
        .unwrap_or("without words")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::follower::spec::{readable, unreadable};

    #[test]
    fn what_cannot_be_read_parks_its_stream_and_no_other() {
        let events = [readable(1, "A@x"), unreadable(2, "A@x"), readable(3, "A@x"), readable(4, "B@x")];
        let mut parked = ParkedStreams::default();
        let (folded, parkings) = sort_out(&events.iter().collect::<Vec<_>>(), &mut parked);
        let positions: Vec<i64> = folded.iter().map(|event| event.recorded.position).collect();
        assert_eq!(positions, [1, 4]);
        let parkings: Vec<(i64, bool)> =
            parkings.iter().map(|parking| (parking.event.recorded.position, parking.error.is_some())).collect();
        assert_eq!(parkings, [(2, true), (3, false)]);
    }

    #[test]
    fn what_follows_on_a_parked_stream_waits_without_an_error_of_its_own() {
        let event = unreadable(7, "A@x");
        let mut parked = ParkedStreams::default();
        parked.insert(&event.recorded);
        let (folded, parkings) = sort_out(&[&event], &mut parked);
        assert!(folded.is_empty());
        assert_eq!(parkings[0].error, None);
    }

    #[test]
    fn a_lost_connection_is_not_blamed_on_the_events() {
        assert!(!is_about_the_data(&sqlx::Error::PoolTimedOut));
        assert!(!is_about_the_data(&sqlx::Error::RowNotFound));
        assert!(is_about_the_data(&sqlx::Error::Decode("not a number".into())));
    }
}
