use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

use purser::client::{ClientError, CredentialsError};
use purser_domain::text::InvalidValue;

use crate::sandbox::SandboxError;

/// Why a storm could not be finished. What it found when it was is no error, but a table.
#[derive(Debug, thiserror::Error)]
pub enum StormError {
    /// There is no program to start.
    #[error("{} is not there: build it with `cargo build -p purser`, beside this program and in the same profile", .path.display())]
    NoProgram {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A child ended that nobody had killed.
    #[error("the {what} ended with {status}; its last words: {log}")]
    Ended {
        /// Which.
        what: &'static str,
        /// How.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// A child was started and did not begin to answer.
    #[error("the {what} is not ready after {} s; its last words: {log}", .after.as_secs())]
    NotReady {
        /// Which.
        what: &'static str,
        /// How long it was waited for.
        after: Duration,
        /// The end of its log.
        log: String,
    },
    /// It takes longer than anybody wanted to wait.
    #[error("it was not over after {} s", .after.as_secs())]
    TooLong {
        /// How long it took until then.
        after: Duration,
    },
    /// The engine refused what it should not have, or was away for too long.
    #[error("{what}")]
    Engine {
        /// What was tried.
        what: String,
        /// What the engine says.
        #[source]
        source: ClientError,
    },
    /// The engine wrote no credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The gateway was of no use.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// A name or a number of the storm's own is wrong.
    #[error("the storm's own values are wrong: {0}")]
    Value(#[from] InvalidValue),
    /// The client that looks after the children could not be built.
    #[error("cannot set up the http client")]
    Client(#[source] reqwest::Error),
    /// The system refused an operation.
    #[error("cannot {action}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl StormError {
    /// For `map_err` on an operation of the system.
    pub(super) fn io(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }

    /// For `map_err` on a request.
    pub(super) fn engine(what: impl Into<String>) -> impl FnOnce(ClientError) -> Self {
        let what = what.into();
        move |source| Self::Engine { what, source }
    }
}
