//! A clock that a test moves by hand.

use std::sync::Mutex;

use chrono::TimeDelta;
use purser_domain::{Timestamp, clock::Clock};

/// Stands still until it is moved. It starts at 12:00 UTC on 15 January 2026.
#[derive(Debug)]
pub struct HandClock(Mutex<Timestamp>);

impl Default for HandClock {
    fn default() -> Self {
        Self(Mutex::new("2026-01-15T12:00:00Z".parse().expect("a literal time")))
    }
}

impl HandClock {
    /// Moves it on.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().expect("no holder panics") += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no holder panics")
    }
}
