//! The clock that is handed in from outside.

mod steady;

pub use steady::{Change, Doubt, HOLD, Sources, SteadyClock, TOLERANCE};

use crate::Timestamp;

/// Where the time comes from: the system's clock in production, a hand in tests.
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// Now, in whole microseconds.
    fn now(&self) -> Timestamp;

    /// The clock as one that is held against others, if it is.
    fn steady(&self) -> Option<&SteadyClock> {
        None
    }

    /// What is wrong with the time at the moment. While it is in doubt, nothing is done because its time has come.
    fn doubt(&self) -> Option<Doubt> {
        self.steady().and_then(SteadyClock::doubt)
    }
}
