//! The benchmark: orders of two lines, placed by callers that each wait for their answer before they place the next.
//!
//! Three engines take them on the same machine in the same run. The [`baseline`] is cqrs-es with postgres-es, used as their
//! documentation shows. [`in_process`] is this engine's write side alone, and [`over_http`] is all of it: a child process
//! `purser serve` with its NATS, views and sagas at work. Every commit waits for the disk, in all three.

pub mod baseline;
pub mod in_process;
pub mod load;
pub mod machine;
pub mod over_http;
pub mod report;
pub mod server;
pub mod usage;
pub mod workload;

use std::path::PathBuf;

use purser_commands::Failure;
use purser_domain::text::InvalidValue;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A server of the engine's is not there.
    #[error(transparent)]
    Embedded(#[from] purser::embedded::EmbeddedError),
    /// The database refused.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be made.
    #[error("the tables could not be made: {0}")]
    Migrate(#[from] purser_commands::database::MigrationError),
    /// The engine refused an order.
    #[error("the engine refused: {0}")]
    Engine(#[from] Failure),
    /// The baseline refused an order.
    #[error("the baseline refused: {0}")]
    Baseline(String),
    /// The engine refused, over HTTP.
    #[error("the engine answered {status}: {body}")]
    Http {
        /// The HTTP status.
        status: u16,
        /// What it said.
        body: String,
    },
    /// An answer is not HTTP.
    #[error("an answer is not http")]
    NotHttp,
    /// The client for the preparation failed.
    #[error("the engine could not be prepared: {0}")]
    Client(#[from] purser::client::ClientError),
    /// No credentials.
    #[error(transparent)]
    Credentials(#[from] purser::client::CredentialsError),
    /// There is no directory for the data.
    #[error("cannot make a directory for the data in {}: {source}", .path.display())]
    Directory {
        /// Where it was to be.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no binary of the engine beside this one.
    #[error("{} is not there: build it with `cargo build --release -p purser`", .path.display())]
    NoBinary {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The child ended.
    #[error("the engine ended with {status}; its last words: {log}")]
    ChildEnded {
        /// How.
        status: std::process::ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// The views did not catch up in time.
    #[error("the views are {lag_events} events behind after {seconds} s")]
    Behind {
        /// How far.
        lag_events: i64,
        /// The time given.
        seconds: u64,
    },
    /// A value of the workload is wrong.
    #[error("the workload is wrong: {0}")]
    Value(#[from] InvalidValue),
    /// The terms of the workload are wrong.
    #[error("the terms of the workload are wrong: {0}")]
    Terms(serde_json::Error),
    /// A caller ended without a word.
    #[error("a caller ended unexpectedly: {0}")]
    Caller(#[from] tokio::task::JoinError),
    /// The system refused an operation.
    #[error("cannot {action}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// The figures could not be written as JSON.
    #[error("cannot write the figures: {0}")]
    Json(#[from] serde_json::Error),
}

impl BenchError {
    /// For `map_err` on an operation of the system.
    pub fn io(action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { action, source }
    }
}
