//! Measures this machine: orders a second, latencies, CPU and memory, beside a baseline in the same run.
//!
//! ```text
//! $ make bench
//! ```
//!
//! The table goes to standard output, all figures go to `target/bench.json`. It works in a directory of its own below
//! `target`, on loopback, and ends by itself; the machine should have nothing else to do meanwhile.

use std::{
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use purser::embedded::{DataDir, EmbeddedPostgres, PostgresSettings};
use purser_examples::bench::{
    BenchError,
    baseline::Baseline,
    in_process::InProcess,
    load::{self, Run, Timing},
    machine::Machine,
    report::{Engine, Footprint, Measured, Report, Scenario},
    server::Server,
    usage::Meter,
    workload::{Spread, Terms},
};

const WARM_UP: Duration = Duration::from_millis(500);
/// A slow machine is not kept busy for longer to come to the wanted number of orders.
const FILL_MAX: Duration = Duration::from_mins(6);
const CALLERS: [usize; 2] = [64, 256];
const SPREADS: [Spread; 2] = [Spread::ThousandSkus, Spread::HotSku];

/// Measure orders a second beside a baseline
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Measured seconds of each round of each line
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Rounds; the figures are their medians
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=99))]
    rounds: u8,
    /// Orders that the engine has taken when its memory is read; the rounds count
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    orders: u64,
    /// The engine's binary [default: purser, beside this program]
    #[arg(long, value_name = "FILE")]
    engine: Option<PathBuf>,
    /// Directory for the data of this run, on the disk that is to be measured; made if it is not there [default: target]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The three engines.
struct Rivals {
    baseline: std::sync::Arc<Baseline>,
    in_process: std::sync::Arc<InProcess>,
    server: Server,
}

/// The engine's own allocator, for both sides.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let beside = program.parent().unwrap_or(Path::new("."));
    let target = beside.parent().unwrap_or(beside);
    let engine = arguments.engine.clone().unwrap_or_else(|| beside.join("purser"));
    let directory = directory(arguments.dir.as_deref().unwrap_or(target))?;
    eprintln!("starting the engines");
    let data_dir = DataDir::acquire(&directory.path().join("in-process"))?;
    let postgres = EmbeddedPostgres::start(&data_dir, PostgresSettings::default()).await?;
    let rivals = Rivals {
        baseline: Baseline::start(&postgres).await?,
        in_process: InProcess::start(&postgres).await?,
        server: Server::start(&engine, &directory.path().join("serve")).await?,
    };
    let machine = Machine::inspect(&postgres, rivals.server.data_dir()).await?;
    let measured = rivals.measure(arguments).await;
    let footprint = match &measured {
        Ok(scenarios) => Some(rivals.server_footprint(scenarios, arguments.orders).await?),
        Err(_) => None,
    };
    rivals.stop().await?;
    postgres.stop().await;
    let (scenarios, footprint) = (measured?, footprint.ok_or(BenchError::NotHttp)?);
    let report = Report::new(machine, arguments.seconds, arguments.rounds.into(), scenarios, footprint);
    let file = target.join("bench.json");
    fs::write(&file, serde_json::to_vec_pretty(&report)?)?;
    // A reader that has gone away finds it all in the file.
    let _ = writeln!(std::io::stdout(), "{report}all figures: {}", file.display());
    Ok(())
}

/// A directory of its own for this run, in one that is made if it is not there.
fn directory(parent: &Path) -> Result<tempfile::TempDir, BenchError> {
    let make = || {
        fs::create_dir_all(parent)?;
        tempfile::Builder::new().prefix("bench-").tempdir_in(parent)
    };
    make().map_err(|source| BenchError::Directory { path: parent.to_owned(), source })
}

impl Rivals {
    /// Every line of the table once in each round, so that a drift of the machine meets all of them alike.
    async fn measure(&self, arguments: &Arguments) -> Result<Vec<Measured>, BenchError> {
        let timing = Timing { warm_up: WARM_UP, measured: Duration::from_secs(arguments.seconds) };
        let mut runs: Vec<(Scenario, Vec<Run>, Vec<f64>)> =
            scenarios().into_iter().map(|scenario| (scenario, Vec::new(), Vec::new())).collect();
        for round in 0..usize::from(arguments.rounds) {
            for (scenario, runs, catch_ups) in &mut runs {
                let run = self.run(*scenario, round, timing).await?;
                eprintln!(
                    "round {} of {}: {scenario} {:>8.0} orders/s",
                    round + 1,
                    arguments.rounds,
                    run.orders_per_second
                );
                runs.push(run);
                if scenario.engine == Engine::Http {
                    catch_ups.push(self.server.catch_up().await?.as_secs_f64());
                }
            }
        }
        Ok(runs.into_iter().map(|(scenario, runs, catch_ups)| Measured::new(scenario, runs, catch_ups)).collect())
    }

    async fn run(&self, scenario: Scenario, round: usize, timing: Timing) -> Result<Run, BenchError> {
        let Scenario { engine, spread, terms, callers } = scenario;
        match engine {
            Engine::Baseline => {
                self.baseline.prepare(round, spread).await?;
                let callers = self.baseline.callers(callers, round, spread);
                load::run(callers, timing, &Meter::of_this_process()).await
            }
            Engine::InProcess => {
                let callers = self.in_process.callers(callers, round, spread, terms);
                load::run(callers, timing, &Meter::of_this_process()).await
            }
            Engine::Http => {
                let callers = self.server.callers(callers, &round.to_string(), spread).await?;
                load::run(callers, timing, &self.server.meter()).await
            }
        }
    }

    /// Adds orders up to the wanted number, waits until the views have them, and reads the memory.
    async fn server_footprint(&self, measured: &[Measured], wanted: u64) -> Result<Footprint, BenchError> {
        let http = measured.iter().filter(|measured| measured.scenario.engine == Engine::Http);
        let taken: u64 = http.map(|measured| measured.median.orders).sum();
        let missing = wanted.saturating_sub(taken);
        eprintln!("memory: {taken} orders taken, {missing} to go");
        let callers = self.server.callers(CALLERS[0], "fill", Spread::ThousandSkus).await?;
        let added = load::fill(callers, missing, FILL_MAX).await?;
        self.server.catch_up().await?;
        Ok(Footprint { orders: taken + added, memory: self.server.meter().memory() })
    }

    async fn stop(self) -> Result<(), BenchError> {
        self.server.stop().await?;
        self.in_process.stop().await;
        self.baseline.stop().await;
        Ok(())
    }
}

/// Whatever is compared comes right after each other.
fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for spread in SPREADS {
        let plain = |engine, callers| Scenario { engine, spread, terms: Terms::Plain, callers };
        scenarios.push(plain(Engine::Baseline, CALLERS[0]));
        for callers in CALLERS {
            scenarios.push(plain(Engine::InProcess, callers));
            if spread == Spread::ThousandSkus {
                scenarios.push(Scenario { terms: Terms::PromotionAndCoupon, ..plain(Engine::InProcess, callers) });
            }
        }
        scenarios.extend(CALLERS.map(|callers| plain(Engine::Http, callers)));
    }
    scenarios
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_for_the_data_is_made() {
        let home = tempfile::tempdir().unwrap();
        let wanted = home.path().join("a/b");

        let made = directory(&wanted).unwrap();

        assert!(made.path().starts_with(&wanted) && made.path().is_dir());
        fs::write(home.path().join("file"), "").unwrap();
        let refusal = directory(&home.path().join("file/c")).unwrap_err();
        assert!(refusal.to_string().contains("file/c"), "{refusal}");
    }
}
