use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    exception::{Case, Closing, ExceptionEvent, OrderException},
};

/// What can be asked of an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExceptionCommand {
    /// States that something is the matter.
    Raise {
        /// What.
        case: Case,
        /// When that was seen.
        at: Timestamp,
    },
    /// States what became of it.
    Close {
        /// What.
        closing: Closing,
        /// When.
        at: Timestamp,
    },
}

/// Why an exception refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionRefusal {
    /// There is no such exception.
    #[error("no such exception")]
    Unknown,
    /// Another end was recorded.
    #[error("the exception is closed already")]
    AlreadyClosed,
}

/// What follows from a command. No events mean "already so".
///
/// What a person settled stays settled for as long as the same is found again; what was repaired or was gone, and is there
/// again, is a new matter. The machine's word never takes the place of a person's.
pub fn decide(exception: &OrderException, command: ExceptionCommand) -> Result<Vec<ExceptionEvent>, ExceptionRefusal> {
    match command {
        ExceptionCommand::Raise { case, at } => Ok(match exception {
            OrderException::Open(known) | OrderException::Closed { case: known, closing: Closing::Settled { .. } }
                if *known == case =>
            {
                vec![]
            }
            OrderException::Unraised | OrderException::Open(_) | OrderException::Closed { .. } => {
                vec![ExceptionEvent::ExceptionRaised { case, at }]
            }
        }),
        ExceptionCommand::Close { closing, at } => match (exception, &closing) {
            (OrderException::Unraised, _) => Err(ExceptionRefusal::Unknown),
            (OrderException::Open(_), _) => Ok(vec![ExceptionEvent::ExceptionClosed { closing, at }]),
            (OrderException::Closed { closing: known, .. }, _) if *known == closing => Ok(vec![]),
            (OrderException::Closed { .. }, Closing::Repaired { .. } | Closing::Gone) => Ok(vec![]),
            (OrderException::Closed { .. }, Closing::Settled { .. }) => Err(ExceptionRefusal::AlreadyClosed),
        },
    }
}
