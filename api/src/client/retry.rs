use std::{
    collections::hash_map::RandomState,
    error::Error,
    fmt,
    hash::{BuildHasher, Hasher},
    time::Duration,
};

use tokio::time::Instant;

use super::{ClientError, Problem};

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// No server is allowed to send a client to sleep for longer.
const LONGEST_ADVICE: Duration = Duration::from_secs(30);

/// What went wrong, and may go right a moment later.
#[derive(Debug)]
pub(super) enum Setback {
    /// The connection failed or broke. Whether the request was carried out is unknown.
    Unreachable(reqwest::Error),
    /// The engine says: later.
    AskedToWait { problem: Box<Problem>, retry_after: Option<Duration> },
    /// The engine says no, and is about to change its mind.
    Refused(Box<Problem>),
}

/// How long a request is still worth repeating, and how long to pause before it is.
#[derive(Debug)]
pub(super) struct Patience {
    started: Instant,
    limit: Duration,
    setbacks: u32,
}

impl Patience {
    pub(super) fn of(limit: Duration) -> Self {
        Self { started: Instant::now(), limit, setbacks: 0 }
    }

    /// Pauses before the next attempt, or gives up.
    pub(super) async fn wait(&mut self, setback: Setback) -> Result<(), ClientError> {
        let passed = self.started.elapsed();
        if passed >= self.limit {
            return Err(setback.ending(passed));
        }
        let pause = pause(self.setbacks, setback.advice(), draw());
        self.setbacks += 1;
        tokio::time::sleep(pause.min(self.limit.saturating_sub(passed))).await;
        Ok(())
    }
}

impl Setback {
    fn advice(&self) -> Option<Duration> {
        match self {
            Self::AskedToWait { retry_after, .. } => *retry_after,
            Self::Unreachable(_) | Self::Refused(_) => None,
        }
    }

    fn ending(self, after: Duration) -> ClientError {
        match self {
            Self::Refused(problem) => ClientError::Refused(problem),
            Self::Unreachable(_) | Self::AskedToWait { .. } => ClientError::GaveUp { after, last: self.to_string() },
        }
    }
}

impl fmt::Display for Setback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => {
                write!(f, "{error}")?;
                let mut source = error.source();
                while let Some(cause) = source {
                    write!(f, ": {cause}")?;
                    source = cause.source();
                }
                // Nothing was there to answer: most of the time the engine is elsewhere than by default.
                if error.is_connect() {
                    f.write_str("; where the engine is elsewhere, name its address with --url or PURSER_URL")?;
                }
                Ok(())
            }
            Self::AskedToWait { problem, .. } | Self::Refused(problem) => write!(f, "{problem}"),
        }
    }
}

/// Doubling pauses, each cut by up to a half at random so that many clients of a restarted engine do not come back in
/// step, and never shorter than the server asks for.
fn pause(setbacks: u32, advice: Option<Duration>, draw: u64) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(setbacks)).min(LONGEST_PAUSE);
    let half = doubled / 2;
    let jitter = half.mul_f64(f64::from(u32::try_from(draw >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX));
    advice.unwrap_or_default().min(LONGEST_ADVICE) + half + jitter
}

/// The standard library's hashers are keyed at random, which is all the randomness that jitter needs.
fn draw() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_vary_by_half() {
        assert_eq!(pause(0, None, 0), Duration::from_millis(10));
        assert_eq!(pause(0, None, u64::MAX), Duration::from_millis(20));
        assert_eq!(pause(2, None, u64::MAX), Duration::from_millis(80));
        assert_eq!(pause(200, None, u64::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn the_servers_advice_is_the_least_pause_within_reason() {
        assert!(pause(0, Some(Duration::from_secs(3)), 0) >= Duration::from_secs(3));
        assert!(pause(0, Some(Duration::from_hours(24)), 0) <= LONGEST_ADVICE + LONGEST_PAUSE);
    }
}
