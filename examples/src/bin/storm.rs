//! A flash sale as a storm, from outside: over HTTP, with a gateway that misbehaves and servers that are killed on the way.
//!
//! ```text
//! $ cargo build --release -p purser -p purser-examples
//! $ target/release/storm
//! ...
//! storm: all 33 checks hold
//! ```
//!
//! Exit codes: 0 if every check holds, 1 if any does not, 2 if the storm could not be finished. It needs nothing but the
//! engine's program, touches nothing but loopback and a temporary directory, and stops what it started however it ends.

use std::{
    error::Error,
    io::Write,
    num::NonZeroU32,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use purser_examples::storm::{self, Settings};
use tokio::signal::unix::{SignalKind, signal};

/// Have a flash sale with everything that can go wrong, and see whether it adds up
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Buyers
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    buyers: u32,
    /// Units on sale
    #[arg(long, value_name = "COUNT", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    units: u32,
    /// Uses of the coupon
    #[arg(long, value_name = "COUNT", default_value = "100")]
    coupons: NonZeroU32,
    /// How often the engine is killed, and how often the gateway
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=50))]
    kills: u32,
    /// What all dice depend on
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Seconds within which everybody comes
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    rush: u64,
    /// How often a buyer comes at most who finds everything taken: what was not paid in time is on sale again
    #[arg(long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=10))]
    waves: u32,
    /// Seconds until nothing may be open any more
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    patience: u64,
    /// The engine's program [default: purser, beside this program]
    #[arg(long, value_name = "FILE")]
    purser: Option<PathBuf>,
    /// Keep data and logs, and say where they are
    #[arg(long)]
    keep: bool,
}

/// The engine's own allocator, for its buyers as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("storm: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> Result<bool, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let settings = Settings {
        purser: arguments.purser.unwrap_or_else(|| program.parent().unwrap_or(Path::new(".")).join("purser")),
        buyers: arguments.buyers,
        units: arguments.units,
        coupons: arguments.coupons,
        kills: arguments.kills,
        seed: arguments.seed,
        rush: Duration::from_secs(arguments.rush),
        waves: arguments.waves,
        patience: Duration::from_secs(arguments.patience),
    };
    let directory = tempfile::Builder::new().prefix("purser-storm-").disable_cleanup(arguments.keep).tempdir()?;
    if arguments.keep {
        eprintln!("data and logs: {}", directory.path().display());
    }
    let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let report = tokio::select! {
        report = storm::run(&settings, directory.path()) => report?,
        _ = terminated.recv() => return Err("told to stop".into()),
        _ = interrupted.recv() => return Err("told to stop".into()),
    };
    // A reader that has gone away has seen what it wanted; the exit code still tells the outcome.
    let _ = write!(std::io::stdout(), "{report}");
    Ok(report.holds())
}
