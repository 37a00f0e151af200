use std::{
    error::Error,
    time::{Duration, Instant},
};

const DELAY_MIN: Duration = Duration::from_millis(50);
const DELAY_MAX: Duration = Duration::from_secs(5);

/// A follower's trouble with its surroundings: said once when it begins and once when it is over.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    since: Option<(Instant, Duration)>,
}

impl Trouble {
    /// Notes a failure. Returns how long to wait before the next attempt.
    pub(super) fn strikes(&mut self, view: &str, error: &(dyn Error + 'static)) -> Duration {
        let Some((_, delay)) = &mut self.since else {
            tracing::error!(view, error, "view {view} cannot follow the log and keeps trying");
            self.since = Some((Instant::now(), DELAY_MIN));
            return DELAY_MIN;
        };
        *delay = (*delay * 2).min(DELAY_MAX);
        *delay
    }

    /// Notes a success.
    pub(super) fn passes(&mut self, view: &str) {
        if let Some((since, _)) = self.since.take() {
            let trouble_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(view, trouble_ms, "view {view} follows the log again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_become_rarer_up_to_a_bound_and_start_afresh_after_a_success() {
        let mut trouble = Trouble::default();
        let error = std::io::Error::other("away");
        let delays: Vec<Duration> = (0..10).map(|_| trouble.strikes("toy", &error)).collect();
        assert_eq!(delays[..3], [DELAY_MIN, DELAY_MIN * 2, DELAY_MIN * 4]);
        assert_eq!(delays[9], DELAY_MAX);
        trouble.passes("toy");
        assert_eq!(trouble.strikes("toy", &error), DELAY_MIN);
    }
}
