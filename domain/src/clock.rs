//! The clock that is handed in from outside.

use crate::Timestamp;

/// Where the time comes from: the system's clock in production, a hand in tests.
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// Now, in whole microseconds.
    fn now(&self) -> Timestamp;
}
