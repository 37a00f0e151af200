//! Clocks that a test moves by hand.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use chrono::TimeDelta;
use purser::clock::SystemClock;
use purser_domain::{
    Timestamp,
    clock::{Clock, Doubt, Sources},
};

/// Stands still until it is moved. It starts at 12:00 UTC on 15 January 2026.
#[derive(Debug)]
pub struct HandClock {
    now: Mutex<Timestamp>,
    doubt: Mutex<Option<Doubt>>,
    /// How often somebody wanted to know whether it is in doubt.
    asked: AtomicU64,
}

impl Default for HandClock {
    fn default() -> Self {
        let now = "2026-01-15T12:00:00Z".parse().expect("a literal time");
        Self { now: Mutex::new(now), doubt: Mutex::default(), asked: AtomicU64::default() }
    }
}

impl HandClock {
    /// Moves it on.
    pub fn advance(&self, by: TimeDelta) {
        *self.now.lock().expect("no holder panics") += by;
    }

    /// Brings it into doubt, or out of it.
    pub fn set_in_doubt(&self, is_in_doubt: bool) {
        let doubt = Doubt { since: self.now(), wall_ahead: TimeDelta::hours(1), database_ahead: TimeDelta::zero() };
        *self.doubt.lock().expect("no holder panics") = is_in_doubt.then_some(doubt);
    }

    /// How often somebody has asked whether it is in doubt: who has asked has looked.
    pub fn times_asked_for_doubt(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().expect("no holder panics")
    }

    fn doubt(&self) -> Option<Doubt> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        *self.doubt.lock().expect("no holder panics")
    }
}

/// The clocks of this machine, as if somebody had moved its time of day. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct JumpingClocks(Arc<Mutex<TimeDelta>>);

impl JumpingClocks {
    /// Moves the time of day.
    pub fn jump(&self, by: TimeDelta) {
        *self.0.lock().expect("no holder panics") += by;
    }
}

impl Sources for JumpingClocks {
    fn wall(&self) -> Timestamp {
        SystemClock.wall() + *self.0.lock().expect("no holder panics")
    }

    fn counted(&self) -> TimeDelta {
        SystemClock.counted()
    }
}
