use purser_projections::{
    history::HistoryError, parked::ParkedError, rebuild::RebuildError, sagas::dead_letters::DeadLetterError,
};

use super::{Kind, Problem, chain};

impl From<HistoryError> for Problem {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Unreadable { position: _, reason: _ } => Self::internal(error.to_string()),
            HistoryError::Database(error) => error.into(),
        }
    }
}

impl From<ParkedError> for Problem {
    fn from(error: ParkedError) -> Self {
        let detail = error.to_string();
        match error {
            ParkedError::NotParked { view: _, position: _ } => Self::new(Kind::NotFound, detail),
            ParkedError::WaitsBehind { first: _ } => Self::new(Kind::NotFirstParked, detail),
            ParkedError::StillPoison { position: _, error: _ } => Self::new(Kind::StillPoison, detail),
            ParkedError::Rebuilding { view: _ } => Self::new(Kind::RebuildRunning, detail),
            ParkedError::Database(error) => error.into(),
        }
    }
}

impl From<RebuildError> for Problem {
    fn from(error: RebuildError) -> Self {
        match error {
            RebuildError::AlreadyRunning(_) | RebuildError::Overtaken(_) => {
                Self::new(Kind::RebuildRunning, error.to_string())
            }
            RebuildError::Gap(_) | RebuildError::Fold(_) => Self::internal(chain(&error)),
            RebuildError::Database(error) => error.into(),
        }
    }
}

impl From<DeadLetterError> for Problem {
    fn from(error: DeadLetterError) -> Self {
        match error {
            DeadLetterError::NotDead { id: _ } => Self::new(Kind::NotFound, error.to_string()),
            DeadLetterError::Database(error) => error.into(),
        }
    }
}
