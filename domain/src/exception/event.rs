//! What happened to an exception. The names and fields below are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    exception::{Case, Closing},
};

/// What happened to an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExceptionEvent {
    /// It was found.
    ExceptionRaised {
        /// What was found.
        #[serde(flatten)]
        case: Case,
        /// When.
        at: Timestamp,
    },
    /// It came to its end.
    ExceptionClosed {
        /// How.
        closing: Closing,
        /// When.
        at: Timestamp,
    },
}

impl DomainEvent for ExceptionEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl ExceptionEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ExceptionRaised { .. } => "ExceptionRaised",
            Self::ExceptionClosed { .. } => "ExceptionClosed",
        }
    }
}
