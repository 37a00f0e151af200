//! The system's clocks.

mod watch;

use chrono::{SubsecRound, TimeDelta};
use nix::time::{ClockId, clock_gettime};
use purser_domain::{
    Timestamp,
    clock::{Clock, Sources},
};

pub(crate) use watch::ClockWatch;

/// Counts while the machine is suspended, so that waking up is no jump. Elsewhere than on Linux the plain one does.
#[cfg(any(target_os = "linux", target_os = "android"))]
const COUNTED: ClockId = ClockId::CLOCK_BOOTTIME;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const COUNTED: ClockId = ClockId::CLOCK_MONOTONIC;

/// The clock of the machine, in whole microseconds: the resolution that the database keeps.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the time comes from")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now().trunc_subsecs(6)
    }
}

impl Sources for SystemClock {
    fn wall(&self) -> Timestamp {
        self.now()
    }

    fn counted(&self) -> TimeDelta {
        // A kernel without this clock has none that counts: the time of day alone is followed then, by a difference of zero.
        clock_gettime(COUNTED).map_or_else(
            |_| self.now().signed_duration_since(Timestamp::UNIX_EPOCH),
            |time| TimeDelta::seconds(time.tv_sec()) + TimeDelta::microseconds(time.tv_nsec() / 1_000),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_in_whole_microseconds() {
        assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000, 0);
    }

    #[test]
    fn the_clock_that_counts_does() {
        let before = SystemClock.counted();

        assert!(SystemClock.counted() >= before && before > TimeDelta::zero());
    }
}
