//! A circuit breaker: who keeps calling a gateway that is down only waits, and keeps it down.
//!
//! Closed, every call goes through. When too large a share of the latest calls failed it opens, and refuses for a while without
//! calling. Then it is half-open: one call goes through as a probe, and decides.
//!
//! This is the machine alone, without a clock and without calls; [`super::Guarded`] drives it.

use std::collections::VecDeque;

use chrono::TimeDelta;
use purser_domain::Timestamp;

/// When a breaker opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerSettings {
    /// Only the calls that ended within this time count.
    pub window: TimeDelta,
    /// With fewer calls than this in the window it stays closed: one failure of two says nothing.
    pub least_calls: usize,
    /// It opens when more than this share of the calls in the window failed, in percent.
    pub failures_percent: u8,
    /// For how long it stays open.
    pub open_for: TimeDelta,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { window: TimeDelta::seconds(10), least_calls: 20, failures_percent: 5, open_for: TimeDelta::seconds(5) }
    }
}

/// How a call ended, as far as the breaker cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway answered; a refusal is an answer.
    Answered,
    /// It did not, or not in time.
    Failed,
}

/// The right to make one call. It must be given back with the call's outcome.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    /// How often the breaker had changed when it was given out.
    era: u64,
}

/// Refused: the gateway is not to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// When it is worth coming back. While a probe is under way that is at once.
    pub until: Timestamp,
}

/// Where a breaker stands, for metrics and log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Calls go through.
    Closed,
    /// One call is under way or may go, and the others wait for its outcome.
    HalfOpen,
    /// No call goes through.
    Open,
}

/// The machine.
#[derive(Debug)]
pub struct Breaker {
    settings: BreakerSettings,
    state: State,
    /// Counts the changes of state. What ends in another era than it began in says nothing about the present one: a call
    /// that hung since before the breaker opened must neither close it nor open it again.
    era: u64,
}

#[derive(Debug)]
enum State {
    Closed { ended: VecDeque<Ended>, failed: usize },
    Open { until: Timestamp },
    Probing,
}

#[derive(Debug)]
struct Ended {
    at: Timestamp,
    outcome: Outcome,
}

impl Breaker {
    /// A closed one.
    pub const fn new(settings: BreakerSettings) -> Self {
        Self { settings, state: State::Closed { ended: VecDeque::new(), failed: 0 }, era: 0 }
    }

    /// Asks to make a call.
    pub fn admit(&mut self, now: Timestamp) -> Result<Permit, Refused> {
        match &self.state {
            State::Closed { .. } => Ok(Permit { era: self.era }),
            State::Open { until } if now < *until => Err(Refused { until: *until }),
            State::Open { .. } => {
                self.become_state(State::Probing);
                Ok(Permit { era: self.era })
            }
            State::Probing => Err(Refused { until: now }),
        }
    }

    /// Takes note of how a call ended.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is good for one call")]
    pub fn ended(&mut self, permit: Permit, outcome: Outcome, now: Timestamp) {
        if permit.era != self.era {
            return;
        }
        match &mut self.state {
            State::Closed { ended, failed } => {
                ended.push_back(Ended { at: now, outcome });
                *failed += usize::from(outcome == Outcome::Failed);
                while let Some(oldest) = ended.front()
                    && now - oldest.at > self.settings.window
                {
                    *failed -= usize::from(oldest.outcome == Outcome::Failed);
                    ended.pop_front();
                }
                let enough = ended.len() >= self.settings.least_calls;
                if enough && *failed * 100 > ended.len() * usize::from(self.settings.failures_percent) {
                    self.open(now);
                }
            }
            State::Probing => match outcome {
                Outcome::Answered => self.become_state(State::Closed { ended: VecDeque::new(), failed: 0 }),
                Outcome::Failed => self.open(now),
            },
            // An era of this state gives out no permit.
            State::Open { .. } => {}
        }
    }

    /// Takes note that nobody waits for a call any more. Of the gateway that says nothing; but a probe that is given up is no
    /// success, and without an end to it the breaker would stay half-open for ever.
    pub fn abandoned(&mut self, permit: Permit, now: Timestamp) {
        match self.state {
            State::Probing => self.ended(permit, Outcome::Failed, now),
            State::Closed { .. } | State::Open { .. } => {}
        }
    }

    /// Where it stands. An open one that would let a probe through is still open.
    pub const fn position(&self) -> Position {
        match self.state {
            State::Closed { .. } => Position::Closed,
            State::Open { .. } => Position::Open,
            State::Probing => Position::HalfOpen,
        }
    }

    fn open(&mut self, now: Timestamp) {
        // Only a clock near the end of time has no later moment.
        let until = now.checked_add_signed(self.settings.open_for).unwrap_or(now);
        self.become_state(State::Open { until });
    }

    fn become_state(&mut self, state: State) {
        self.state = state;
        self.era += 1;
    }
}

#[cfg(test)]
mod spec;
