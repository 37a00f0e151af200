//! What becomes of a step after an attempt.

use std::time::Duration;

use chrono::TimeDelta;
use purser_domain::{
    Timestamp,
    saga::{Action, AfterFailure, Effect, EffectError, GiveUp, Tried},
};

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
    /// An effect is not known to be done, and its own rules say what follows.
    Failed(EffectError, AfterFailure),
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

    /// What becomes of an effect's step.
    pub(super) fn of_effect(step: &Step, effect: &Effect, error: EffectError) -> Self {
        let tried = match error {
            EffectError::Refused(_) => Tried { attempts: next(step.attempts), refusals: next(step.refusals) },
            EffectError::Unknown(_) | EffectError::Unavailable(_) => {
                Tried { attempts: next(step.attempts), refusals: step.refusals }
            }
        };
        let after = effect.after(&error, tried, step.scatter(tried.attempts));
        Self::Failed(error, after)
    }

    /// The label that it is counted under.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Superseded => "superseded",
            Self::Stored => "stored",
            Self::TooEarly(_) => "too_early",
            Self::Refused(_) | Self::Failed(EffectError::Refused(_), _) => "refused",
            Self::Unavailable(_) | Self::Failed(EffectError::Unavailable(_), _) => "unavailable",
            Self::Failed(EffectError::Unknown(_), _) => "unknown",
            Self::Waiting => "waiting",
        }
    }

    /// Whether the next step of the lane may go.
    pub(super) const fn frees_lane(&self) -> bool {
        match self {
            Self::Done | Self::Superseded => true,
            Self::Stored
            | Self::TooEarly(_)
            | Self::Refused(_)
            | Self::Unavailable(_)
            | Self::Failed(..)
            | Self::Waiting => false,
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
/// A command is met with patience for ever while the write side is unavailable, which is nobody's fault. A refusal is a
/// statement: repeated often enough, it is for a person to answer. For an effect its own rules were asked already.
pub(super) fn judge(mut step: Step, fate: Fate, now: Timestamp, settings: &SagaSettings) -> Option<Kept> {
    let (state, next_attempt_at, last_error) = match fate {
        Fate::Done | Fate::Superseded | Fate::Stored => return None,
        Fate::TooEarly(until) => (State::Pending, until, None),
        Fate::Waiting => (State::Pending, now, None),
        Fate::Unavailable(why) => {
            step.attempts = next(step.attempts);
            (State::Pending, later(now, backoff(&step, settings)), Some(why))
        }
        Fate::Refused(why) => {
            step.attempts = next(step.attempts);
            step.refusals = next(step.refusals);
            let state = if step.refusals < settings.refusals_max { State::Pending } else { State::Dead };
            (state, later(now, backoff(&step, settings)), Some(why))
        }
        Fate::Failed(error, after) => {
            step.attempts = next(step.attempts);
            if let EffectError::Refused(_) = error {
                step.refusals = next(step.refusals);
            }
            let why = Some(error.to_string());
            match after {
                AfterFailure::Retry(wait) => (State::Pending, later(now, wait), why),
                AfterFailure::GiveUp(GiveUp::DeadLetter) => (State::Dead, now, why),
                AfterFailure::GiveUp(GiveUp::Record(failure)) => {
                    (step.attempts, step.refusals) = (0, 0);
                    step.action = Action::Command(failure);
                    (State::Pending, now, why)
                }
            }
        }
    };
    Some(Kept { step, state, next_attempt_at, last_error })
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    TimeDelta::from_std(wait).ok().and_then(|wait| now.checked_add_signed(wait)).unwrap_or(now)
}

/// Exponential, between half of the ceiling and the ceiling. The spread comes from the step's id, so that steps that
/// failed together come back apart, and a test can say when.
fn backoff(step: &Step, settings: &SagaSettings) -> Duration {
    let doublings = step.attempts.saturating_sub(1).min(31);
    let ceiling = settings.backoff_min.saturating_mul(1 << doublings).min(settings.backoff_max);
    let half = ceiling / 2;
    let half_micros = u64::try_from(half.as_micros()).unwrap_or(u64::MAX).max(1);
    half + Duration::from_micros(step.scatter(step.attempts) % half_micros)
}

const fn next(count: u32) -> u32 {
    count.saturating_add(1)
}

#[cfg(test)]
mod spec;
