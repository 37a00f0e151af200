use serde::{Deserialize, Serialize};

use crate::exception::{Case, Closing, ExceptionEvent};

/// An order exception.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum OrderException {
    /// Nothing was ever the matter.
    #[default]
    Unraised,
    /// Something is the matter.
    Open(Case),
    /// Something was the matter.
    Closed {
        /// What.
        case: Case,
        /// What became of it.
        closing: Closing,
    },
}

impl OrderException {
    /// The state after an event. Never fails and never decides.
    #[must_use]
    pub fn evolve(self, event: ExceptionEvent) -> Self {
        match event {
            ExceptionEvent::ExceptionRaised { case, at: _ } => Self::Open(case),
            ExceptionEvent::ExceptionClosed { closing, at: _ } => match self {
                Self::Open(case) | Self::Closed { case, closing: _ } => Self::Closed { case, closing },
                Self::Unraised => Self::Unraised,
            },
        }
    }
}
