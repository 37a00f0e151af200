use std::io;
use std::path::{Path, PathBuf};

/// Why an embedded server, or the data directory it lives in, is not available.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another process, usually an engine that is still running, holds the data directory.
    #[error("the data directory {} is in use by {}", .path.display(), holder(*.pid))]
    Locked {
        /// The data directory.
        path: PathBuf,
        /// The process that holds it, as far as it has written its number down.
        pid: Option<u32>,
    },
    /// No engine has ever run in this directory.
    #[error("{} is not a data directory of purser", .path.display())]
    NotADataDir {
        /// The directory that was named.
        path: PathBuf,
    },
    /// The directory of a server belongs to a user that this process is not and cannot become.
    #[error("{} belongs to user id {owner}: run purser as that user or as root", .path.display())]
    OwnedByAnother {
        /// The directory of the server.
        path: PathBuf,
        /// Its owner's user id.
        owner: u32,
    },
    /// The process is root and there is no unprivileged user for the servers.
    #[error("running as root, and neither a user `postgres` nor a user `nobody` exists to run the servers under")]
    NoUnprivilegedUser,
    /// No usable Postgres is installed.
    #[error(
        "no postgres of version 14 or later was found: looked at {looked_at}; install it (`make run` does), name its \
         directory in PURSER_POSTGRES_BIN, or use a server of your own with DATABASE_URL"
    )]
    NoPostgres {
        /// The places that were tried.
        looked_at: String,
    },
    /// The cluster was made by a major version that is not installed.
    #[error(
        "{} was made by postgres {made_by} and only {installed} is installed: install postgres {made_by}, or move the \
         data with pg_dump; nothing was touched", .path.display()
    )]
    OtherMajorVersion {
        /// The cluster's directory.
        path: PathBuf,
        /// The cluster's major version.
        made_by: u32,
        /// The major versions at hand, for reading.
        installed: String,
    },
    /// The cluster's directory has no readable version, so that it is no cluster.
    #[error("{} exists and is not a postgres cluster: nothing was touched", .path.display())]
    NotACluster {
        /// The cluster's directory.
        path: PathBuf,
    },
    /// `PURSER_NATS_SERVER` names something that cannot be run.
    #[error("PURSER_NATS_SERVER names {}, which is not a file", .path.display())]
    NoSuchNatsServer {
        /// What the variable holds.
        path: PathBuf,
    },
    /// The making of a new cluster failed.
    #[error("initdb failed with {status}: {output}")]
    Initdb {
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it said.
        output: String,
    },
    /// A server ended before it was ready.
    #[error("{server} ended with {status} before it was ready, see {}: {last_words}", .log.display())]
    EndedEarly {
        /// Which server.
        server: &'static str,
        /// How it ended.
        status: std::process::ExitStatus,
        /// Its log file.
        log: PathBuf,
        /// The end of its log.
        last_words: String,
    },
    /// A server runs, but did not become ready in time.
    #[error("{server} was not ready after {waited_seconds} s, see {}", .log.display())]
    NotReady {
        /// Which server.
        server: &'static str,
        /// The time given, in seconds.
        waited_seconds: u64,
        /// Its log file.
        log: PathBuf,
    },
    /// A server of an earlier engine is still alive and cannot be stopped.
    #[error("{server} of an earlier run still lives as process {pid} and does not end")]
    Undead {
        /// Which server.
        server: &'static str,
        /// Its process.
        pid: i32,
    },
    /// No server runs in the inspected directory.
    #[error("no postgres is running in {}", .path.display())]
    NotRunning {
        /// The data directory.
        path: PathBuf,
    },
    /// The server runs but refuses a connection or the making of a database.
    #[error("the embedded postgres refused")]
    Database(#[source] sqlx::Error),
    /// A state file that purser wrote cannot be read back.
    #[error("{} is damaged: {reason}", .path.display())]
    DamagedState {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The thread that looks after a server ended without a word.
    #[error("the supervisor of {server} ended unexpectedly")]
    SupervisorGone {
        /// Which server.
        server: &'static str,
    },
    /// The system refused an operation.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
}

impl EmbeddedError {
    /// For `map_err` on an operation of the file or process system.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}
