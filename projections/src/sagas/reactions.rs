//! From a batch of events to what must follow: the pure half of the runner.

use std::{borrow::Cow, collections::HashMap};

use purser_domain::saga::{Reaction, Saga, Timer};
use serde::Deserialize;

use crate::{
    feed::FeedEvent,
    follower::Parking,
    parked::ParkedStreams,
    sagas::step::{Cause, SetTimer, Step},
};

/// What follows from a batch of events.
#[derive(Debug, Default)]
pub(super) struct Reactions<'a> {
    /// In the order of the events.
    pub(super) steps: Vec<Step>,
    pub(super) timers: TimerChanges,
    /// In the order of the events.
    pub(super) parkings: Vec<Parking<'a>>,
}

/// What a batch does to the timers, each of them named once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TimerChanges {
    pub(super) set: Vec<SetTimer>,
    pub(super) cleared: Vec<Timer>,
}

/// Only the last word about a timer counts: one that is set and cleared within a batch is never written.
#[derive(Debug)]
enum LastWord {
    Set(SetTimer),
    Clear,
}

/// The part of an event's metadata that goes on into what follows from it.
#[derive(Deserialize)]
struct Conversation<'a> {
    #[serde(borrow)]
    correlation_id: Cow<'a, str>,
}

/// Asks every saga about every event.
///
/// An event that cannot be read parks its stream, because nobody knows what should follow from it. Of the events behind
/// it, only those wait that something follows from. The streams that begin to wait are added to `parked`.
pub(super) fn react<'a>(events: &[&'a FeedEvent], parked: &mut ParkedStreams) -> Reactions<'a> {
    let mut steps = Vec::new();
    let mut parkings = Vec::new();
    let mut timers = HashMap::new();
    for event in events.iter().copied() {
        let waits = parked.contains(&event.recorded);
        let reactions = match reactions_to(event) {
            Ok(None) => continue,
            Ok(Some(reactions)) if !waits => reactions,
            Ok(Some(_)) => {
                parkings.push(Parking { event, error: None });
                continue;
            }
            Err(cause) => {
                parked.insert(&event.recorded);
                parkings.push(Parking { event, error: (!waits).then_some(cause) });
                continue;
            }
        };
        let position = event.recorded.position;
        for (saga, reaction) in reactions.of {
            let correlation_id = reactions.correlation_id.clone().into_owned();
            match reaction {
                Reaction::Act(action) => {
                    let ordinal = ordinal_of(&steps, saga, position);
                    steps.push(Step::after_event(Cause { saga, position, correlation_id }, ordinal, action));
                }
                Reaction::SetTimer { timer, due, repeat } => {
                    timers.insert(timer, LastWord::Set(SetTimer { timer, due, repeat, position, correlation_id }));
                }
                Reaction::ClearTimer { timer } => {
                    timers.insert(timer, LastWord::Clear);
                }
            }
        }
    }
    Reactions { steps, timers: TimerChanges::of(timers), parkings }
}

struct Followed<'a> {
    of: Vec<(Saga, Reaction)>,
    correlation_id: Cow<'a, str>,
}

fn reactions_to(event: &FeedEvent) -> Result<Option<Followed<'_>>, String> {
    let readable = event.event.as_ref().map_err(Clone::clone)?;
    let of: Vec<_> = Saga::ALL
        .into_iter()
        .flat_map(|saga| saga.react(readable).into_iter().map(move |reaction| (saga, reaction)))
        .collect();
    if of.is_empty() {
        return Ok(None);
    }
    let Conversation { correlation_id } =
        serde_json::from_str(event.recorded.metadata.get()).map_err(|error| format!("unreadable metadata: {error}"))?;
    Ok(Some(Followed { of, correlation_id }))
}

/// How many steps of this saga follow from the event at this position already.
fn ordinal_of(steps: &[Step], saga: Saga, position: i64) -> i16 {
    let before = steps.iter().rev().take_while(|step| (step.saga, step.position) == (saga, position)).count();
    i16::try_from(before).unwrap_or(i16::MAX)
}

impl TimerChanges {
    /// In the order of subjects, whose ids grow with time: neighbours in the table are written together.
    fn of(timers: HashMap<Timer, LastWord>) -> Self {
        let mut changes = Self::default();
        for (timer, last_word) in timers {
            match last_word {
                LastWord::Set(set) => changes.set.push(set),
                LastWord::Clear => changes.cleared.push(timer),
            }
        }
        changes.set.sort_unstable_by_key(|set| (set.timer.subject(), set.timer));
        changes.cleared.sort_unstable_by_key(|timer| (timer.subject(), *timer));
        changes
    }
}

#[cfg(test)]
mod spec;
