//! What becomes of a step after an attempt.

use std::time::Duration;

use chrono::TimeDelta;
use purser_domain::Timestamp;
use uuid::Uuid;

use crate::sagas::{SagaSettings, port::PortError, step::Step};

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Done,
    Superseded,
    /// An earlier attempt put it into the outbox, which answers for it.
    Stored,
    TooEarly(Timestamp),
    Refused(String),
    Unavailable(String),
    /// It was not tried: an earlier step of its lane comes first, or there was no time.
    Waiting,
}

/// A step as the outbox holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) step: Step,
    pub(super) state: State,
    pub(super) next_attempt_at: Timestamp,
    pub(super) last_error: Option<String>,
}

/// Who has the next word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The engine.
    Pending,
    /// An operator.
    Dead,
}

impl Fate {
    pub(super) fn of(outcome: Result<(), PortError>) -> Self {
        match outcome {
            Ok(()) => Self::Done,
            Err(PortError::Superseded(_)) => Self::Superseded,
            Err(PortError::TooEarly { until }) => Self::TooEarly(until),
            Err(PortError::Refused(why)) => Self::Refused(why),
            Err(PortError::Unavailable(why)) => Self::Unavailable(why),
        }
    }

    /// The label that it is counted under.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Superseded => "superseded",
            Self::Stored => "stored",
            Self::TooEarly(_) => "too_early",
            Self::Refused(_) => "refused",
            Self::Unavailable(_) => "unavailable",
            Self::Waiting => "waiting",
        }
    }

    /// Whether the next step of the lane may go.
    pub(super) const fn frees_lane(&self) -> bool {
        match self {
            Self::Done | Self::Superseded => true,
            Self::Stored | Self::TooEarly(_) | Self::Refused(_) | Self::Unavailable(_) | Self::Waiting => false,
        }
    }
}

impl State {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Dead => "dead",
        }
    }
}

/// How the outbox is to hold a step after an attempt; not at all where nothing is left to do.
///
/// Unavailability is nobody's fault and is met with patience for ever. A refusal is a statement: repeated often enough,
/// it is for a person to answer.
pub(super) fn judge(mut step: Step, fate: Fate, now: Timestamp, settings: &SagaSettings) -> Option<Kept> {
    let (state, next_attempt_at, last_error) = match fate {
        Fate::Done | Fate::Superseded | Fate::Stored => return None,
        Fate::TooEarly(until) => (State::Pending, until, None),
        Fate::Waiting => (State::Pending, now, None),
        Fate::Unavailable(why) => {
            step.attempts = step.attempts.saturating_add(1);
            (State::Pending, later(now, backoff(step.id, step.attempts, settings)), Some(why))
        }
        Fate::Refused(why) => {
            step.attempts = step.attempts.saturating_add(1);
            step.refusals = step.refusals.saturating_add(1);
            let state = if step.refusals < settings.refusals_max { State::Pending } else { State::Dead };
            (state, later(now, backoff(step.id, step.attempts, settings)), Some(why))
        }
    };
    Some(Kept { step, state, next_attempt_at, last_error })
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    TimeDelta::from_std(wait).ok().and_then(|wait| now.checked_add_signed(wait)).unwrap_or(now)
}

/// Exponential, between half of the ceiling and the ceiling. The spread comes from the step's id, so that steps that
/// failed together come back apart, and a test can say when.
fn backoff(id: Uuid, attempts: u32, settings: &SagaSettings) -> Duration {
    let doublings = attempts.saturating_sub(1).min(31);
    let ceiling = settings.backoff_min.saturating_mul(1 << doublings).min(settings.backoff_max);
    let half = ceiling / 2;
    let half_micros = u64::try_from(half.as_micros()).unwrap_or(u64::MAX).max(1);
    let (high, low) = id.as_u64_pair();
    half + Duration::from_micros(scatter(high ^ low ^ u64::from(attempts)) % half_micros)
}

/// The finalizer of `SplitMix64` (Steele, Lea, Flood 2014): every bit of the input moves about half of the output's.
const fn scatter(seed: u64) -> u64 {
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use purser_domain::{
        ids::OrderId,
        saga::{Saga, SagaCommand},
    };

    use super::*;
    use crate::sagas::step::Action;

    const NOW: Timestamp = chrono::DateTime::UNIX_EPOCH;

    fn step(position: i64) -> Step {
        let command = SagaCommand::StartProcessing { order: OrderId::from_uuid(Uuid::from_u128(1)) };
        Step::after_event(Saga::Processing, position, "c".to_owned(), Action::Command(command))
    }

    fn kept(step: Step, fate: Fate) -> Kept {
        judge(step, fate, NOW, &SagaSettings::default()).expect("something is left to do")
    }

    #[test]
    fn what_is_done_or_superseded_is_over() {
        for fate in [Fate::Done, Fate::Superseded, Fate::Stored] {
            assert_eq!(judge(step(1), fate, NOW, &SagaSettings::default()), None);
        }
    }

    #[test]
    fn unavailability_never_makes_a_dead_letter() {
        let mut step = step(1);
        for _ in 0..1_000 {
            let kept = kept(step, Fate::Unavailable("away".to_owned()));
            assert_eq!(kept.state, State::Pending);
            step = kept.step;
        }
        assert_eq!((step.attempts, step.refusals), (1_000, 0));
    }

    #[test]
    fn the_last_of_the_allowed_refusals_makes_a_dead_letter() {
        let mut step = step(1);
        for refusal in 1..=5 {
            let kept = kept(step, Fate::Refused("no".to_owned()));
            assert_eq!(kept.state == State::Dead, refusal == 5, "refusal {refusal}");
            step = kept.step;
        }
    }

    #[test]
    fn too_early_is_no_failure_and_comes_back_when_it_is_time() {
        let until = NOW + TimeDelta::minutes(30);
        let kept = kept(step(1), Fate::TooEarly(until));
        assert_eq!((kept.next_attempt_at, kept.step.attempts, kept.state), (until, 0, State::Pending));
    }

    #[test]
    fn waits_double_up_to_the_longest_and_never_fall_below_half() {
        let settings = SagaSettings::default();
        for (attempts, ceiling_ms) in [(1, 100), (2, 200), (3, 400), (10, 51_200), (11, 60_000), (u32::MAX, 60_000)] {
            let wait = backoff(step(1).id, attempts, &settings);
            let ceiling = Duration::from_millis(ceiling_ms);
            assert!(wait >= ceiling / 2 && wait < ceiling, "{wait:?} after {attempts} attempts");
        }
    }

    #[test]
    fn steps_that_fail_together_come_back_apart_and_always_at_the_same_time() {
        let settings = SagaSettings::default();
        let waits: std::collections::HashSet<Duration> =
            (0..100).map(|position| backoff(step(position).id, 5, &settings)).collect();
        assert!(waits.len() > 95, "only {} different waits", waits.len());
        assert_eq!(backoff(step(1).id, 5, &settings), backoff(step(1).id, 5, &settings));
    }
}
