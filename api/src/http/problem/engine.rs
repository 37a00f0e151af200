use purser_projections::{
    history::HistoryError, log_reader::LogReadError, parked::ParkedError, rebuild::RebuildError,
    reconciliation::ReconcileReadError, sagas::dead_letters::DeadLetterError,
};

use super::{Kind, Problem, chain};
use crate::reconciliation::ReconcileError;

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

impl From<ReconcileError> for Problem {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::Read(ReconcileReadError::Running) => {
                Self::new(Kind::ReconciliationRunning, error.to_string())
            }
            ReconcileError::Read(
                ReconcileReadError::Database(error) | ReconcileReadError::Log(LogReadError::Database(error)),
            ) => error.into(),
            ReconcileError::Read(ReconcileReadError::Log(LogReadError::Gap(_)) | ReconcileReadError::Unwritable(_)) => {
                Self::internal(chain(&error))
            }
            ReconcileError::Command(failure) => failure.into(),
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
