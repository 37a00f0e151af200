//! The command line.

mod demo;
mod engine_flags;
mod migrate;
mod open;
mod output;
mod progress;
mod realign;
mod rebuild;
mod reconcile;
mod replay;
mod running_engine;
mod sandbox_gateway;
mod serve;
mod verify;

use std::{ffi::OsString, process::ExitCode};

use clap::{FromArgMatches, Parser, Subcommand};

use crate::{
    config::{Config, ConfigError, Flags},
    telemetry,
};

/// Purser, an event-sourced order engine.
///
/// Orders and stock are decided in memory, written once to an append-only log in Postgres, and carried over NATS to
/// views and sagas. Everything but the log can be dropped and rebuilt from it.
///
/// Without `database_url` the engine owns a private Postgres, and a private NATS where `nats-server` is installed, in its
/// data directory.
#[derive(Debug, Parser)]
#[command(name = "purser", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Run the engine until it is told to stop (SIGTERM, Ctrl-C): it then answers what it has taken and exits with 0
    Serve,
    /// Bring the tables of the database up to date and exit
    Migrate,
    /// Re-read the whole log and re-derive every view, also while the engine runs; exit with 1 at the first difference
    Verify,
    /// Make a view anew from the log while the old one serves
    Rebuild(rebuild::Arguments),
    /// Fit views, sagas and keys to a log that was restored without its latest events, or is another one, and exit; what was
    /// derived from events that are gone is dropped
    Realign,
    /// Have a running engine hold log, views and gateways against each other, and print what it found and did
    Reconcile(reconcile::Arguments),
    /// Print everything that happened to an order, a refund, a SKU or a stock, and how it stood
    Replay(replay::Arguments),
    /// Fill a running engine with a small plausible shop
    Demo(demo::Arguments),
    /// Run a payment gateway to try things with: it takes no money, calls back with signed webhooks, and misbehaves as told
    SandboxGateway(Box<sandbox_gateway::Arguments>),
}

/// Why a command failed, in words for a terminal.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Open(#[from] open::OpenError),
    #[error(transparent)]
    Start(#[from] crate::engine::StartError),
    #[error("metrics cannot be collected: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    #[error("signals cannot be listened for: {0}")]
    Signals(std::io::Error),
    #[error("the database could not be migrated: {0}")]
    Migrate(#[from] purser_commands::database::MigrationError),
    #[error("{0}")]
    Verify(#[from] purser_projections::verify::VerifyError),
    #[error("{0}")]
    Rebuild(#[from] purser_projections::rebuild::RebuildError),
    #[error(transparent)]
    Realign(#[from] purser_projections::lineage::RealignError),
    #[error("there is no view {0}")]
    UnknownView(String),
    #[error("{0}")]
    History(#[from] purser_projections::history::HistoryError),
    #[error("{0} has no history")]
    NoHistory(String),
    #[error("the output cannot be written: {0}")]
    Output(std::io::Error),
    #[error("an answer cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Credentials(#[from] crate::client::CredentialsError),
    #[error(transparent)]
    Client(#[from] crate::client::ClientError),
    #[error("{0}")]
    Demo(#[from] crate::demo::DemoError),
    #[error(transparent)]
    SandboxGateway(#[from] crate::sandbox_gateway::SandboxError),
    #[error("{0} is no http:// address for callbacks")]
    WebhookUrl(String),
    #[error("a webhook secret is needed")]
    NoWebhookSecret,
}

/// Parses the arguments and does what they say.
pub async fn run() -> ExitCode {
    let (Arguments { command }, flags) = match parse(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    match carry_out(command, flags).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("purser: {}", with_sources(&error));
            ExitCode::FAILURE
        }
    }
}

/// Reads the arguments, and the engine's settings among those of the subcommand.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<(Arguments, Flags), clap::Error> {
    let mut command = engine_flags::command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    let flags = match matches.subcommand() {
        Some((name, given)) => engine_flags::read(&mut command, name, given)?,
        None => Flags::default(),
    };
    Ok((Arguments::from_arg_matches(&matches)?, flags))
}

async fn carry_out(command: Subcommands, flags: Flags) -> Result<(), CliError> {
    let config = Config::load(flags)?;
    telemetry::log_to_stderr(config.log_format, &config.log_level);
    match command {
        Subcommands::Serve => serve::run(&config).await,
        Subcommands::Migrate => migrate::run(&config).await,
        Subcommands::Verify => verify::run(&config).await,
        Subcommands::Rebuild(arguments) => rebuild::run(&config, &arguments).await,
        Subcommands::Realign => realign::run(&config).await,
        Subcommands::Reconcile(arguments) => reconcile::run(&config, &arguments).await,
        Subcommands::Replay(arguments) => replay::run(&config, &arguments).await,
        Subcommands::Demo(arguments) => demo::run(&config, &arguments).await,
        Subcommands::SandboxGateway(arguments) => sandbox_gateway::run(*arguments).await,
    }
}

/// The error and what caused it, without saying anything twice: some errors repeat their source in their own text.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    text
}
