use std::{error::Error, time::Duration};

const DELAY_MIN: Duration = Duration::from_millis(50);
const DELAY_MAX: Duration = Duration::from_secs(2);

/// A run of failures: says how long to wait before the next attempt, and is logged once when it begins and once when it
/// is over.
#[derive(Debug)]
pub(crate) struct Outage {
    what: &'static str,
    failures: u32,
}

impl Outage {
    pub(crate) const fn of(what: &'static str) -> Self {
        Self { what, failures: 0 }
    }

    /// Notes a failure. Returns the time to wait.
    pub(crate) fn strike(&mut self, error: &(dyn Error + 'static)) -> Duration {
        if self.failures == 0 {
            tracing::warn!(error, "{} failed, trying again until it works", self.what);
        } else {
            tracing::debug!(error, "{} failed again", self.what);
        }
        let delay = DELAY_MIN.saturating_mul(2_u32.saturating_pow(self.failures)).min(DELAY_MAX);
        self.failures = self.failures.saturating_add(1);
        delay
    }

    /// Notes a success.
    pub(crate) fn over(&mut self) {
        if self.failures > 0 {
            tracing::info!(failures = self.failures, "{} works again", self.what);
            self.failures = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_two_seconds_and_starts_anew_after_a_success() {
        let error = std::io::Error::other("gone");
        let mut outage = Outage::of("a test");

        let waits: Vec<u128> = (0..8).map(|_| outage.strike(&error).as_millis()).collect();
        assert_eq!(waits, [50, 100, 200, 400, 800, 1600, 2000, 2000]);

        outage.over();
        assert_eq!(outage.strike(&error), DELAY_MIN);
    }
}
