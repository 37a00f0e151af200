//! The table, and the file with all figures.

use std::fmt;

use serde::Serialize;

use super::{
    load::{self, Run},
    machine::Machine,
    usage::Memory,
    workload::{Spread, Terms},
};

/// Who takes the orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// cqrs-es and postgres-es.
    Baseline,
    /// The write side alone, in the same process as its callers.
    InProcess,
    /// All of it, in a process of its own, over HTTP.
    Http,
}

/// One line of the table: an engine under one load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// Who takes the orders.
    pub engine: Engine,
    /// Of how many SKUs.
    pub spread: Spread,
    /// What the prices are made of.
    pub terms: Terms,
    /// How many callers.
    pub callers: usize,
}

/// A scenario with all its runs.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Which.
    #[serde(flatten)]
    pub scenario: Scenario,
    /// The median of each figure.
    pub median: Run,
    /// Its orders a second as a multiple of the baseline's with 64 callers over the same SKUs in the same round; the median
    /// of all rounds.
    pub times_baseline: Option<f64>,
    /// Every round.
    pub rounds: Vec<Run>,
    /// Over HTTP: how long the views took to catch up after each round, in seconds.
    pub catch_up_seconds: Vec<f64>,
}

/// What the engine's process holds after many orders.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Footprint {
    /// How many orders it has taken since its start.
    pub orders: u64,
    /// Its memory.
    #[serde(flatten)]
    pub memory: Memory,
}

/// All figures of one benchmark.
#[derive(Debug, Serialize)]
pub struct Report {
    /// On what.
    pub machine: Machine,
    /// How long each round was measured, in seconds.
    pub seconds: u64,
    /// How many rounds.
    pub rounds: usize,
    /// The table.
    pub scenarios: Vec<Measured>,
    /// The engine's memory.
    pub footprint: Footprint,
    /// What is wanted, and what came out.
    pub goals: Vec<Goal>,
}

/// A figure that is wanted.
#[derive(Debug, Clone, Serialize)]
pub struct Goal {
    /// What.
    pub wanted: &'static str,
    /// What came out.
    pub measured: f64,
    /// Whether that is good enough.
    pub met: bool,
}

impl Measured {
    /// The rounds of a scenario, summed up.
    pub fn new(scenario: Scenario, rounds: Vec<Run>, catch_up_seconds: Vec<f64>) -> Self {
        Self { scenario, median: load::median(&rounds), times_baseline: None, rounds, catch_up_seconds }
    }
}

impl Report {
    /// Puts the figures together.
    pub fn new(
        machine: Machine,
        seconds: u64,
        rounds: usize,
        mut scenarios: Vec<Measured>,
        footprint: Footprint,
    ) -> Self {
        let baselines: Vec<(Spread, Vec<Run>)> = scenarios
            .iter()
            .filter(|measured| measured.scenario.engine == Engine::Baseline)
            .map(|measured| (measured.scenario.spread, measured.rounds.clone()))
            .collect();
        for measured in &mut scenarios {
            let baseline = baselines.iter().find(|(spread, _)| *spread == measured.scenario.spread);
            measured.times_baseline = baseline.and_then(|(_, baseline)| load::median_ratio(&measured.rounds, baseline));
        }
        let goals = goals(&scenarios, footprint);
        Self { machine, seconds, rounds, scenarios, footprint, goals }
    }
}

fn goals(scenarios: &[Measured], footprint: Footprint) -> Vec<Goal> {
    let find = |engine, spread, callers| {
        let wanted = Scenario { engine, spread, terms: Terms::Plain, callers };
        scenarios.iter().find(|measured| measured.scenario == wanted)
    };
    let times = |spread| find(Engine::InProcess, spread, 64).and_then(|measured| measured.times_baseline);
    let spread = times(Spread::ThousandSkus).unwrap_or_default();
    let hot = times(Spread::HotSku).unwrap_or_default();
    let own = scenarios.iter().filter(|Measured { scenario, .. }| {
        scenario.engine != Engine::Baseline && scenario.terms == Terms::Plain && scenario.callers == 64
    });
    let slowest = own.map(|measured| measured.median.latency_p99_ms).fold(0.0, f64::max);
    let dearer = dearest_terms(scenarios);
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let memory = footprint.memory.rss_mib as f64;
    vec![
        Goal { wanted: "15 times the baseline, 64 callers, 1,000 SKUs", measured: spread, met: spread >= 15.0 },
        Goal { wanted: "100 times the baseline, 64 callers, one hot SKU", measured: hot, met: hot >= 100.0 },
        Goal {
            wanted: "p99 below 20 ms, 64 callers, in-process and over HTTP",
            measured: slowest,
            met: slowest < 20.0,
        },
        Goal {
            wanted: "at most 1.3 times the CPU of a plain order with a promotion and a coupon, in-process",
            measured: dearer,
            met: dearer <= 1.3,
        },
        Goal {
            wanted: "RSS below 300 MiB after a million orders",
            measured: memory,
            met: memory < 300.0 && footprint.orders >= 1_000_000,
        },
    ]
}

/// How many times the CPU of a plain order one with a promotion and a coupon costs, engine and Postgres together: the two
/// of a round compared with each other, the median of all rounds, and of all numbers of callers the worst.
fn dearest_terms(scenarios: &[Measured]) -> f64 {
    let cost = |run: &Run| run.cpu.engine + run.cpu.postgres;
    let priced = scenarios.iter().filter(|measured| measured.scenario.terms == Terms::PromotionAndCoupon);
    let times = priced.filter_map(|measured| {
        let same = Scenario { terms: Terms::Plain, ..measured.scenario };
        let plain = scenarios.iter().find(|plain| plain.scenario == same)?;
        let mut ratios: Vec<f64> =
            measured.rounds.iter().zip(&plain.rounds).map(|(priced, plain)| cost(priced) / cost(plain)).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied()
    });
    times.fold(0.0, f64::max)
}

impl Engine {
    const fn label(self) -> &'static str {
        match self {
            Self::Baseline => "cqrs-es + postgres-es",
            Self::InProcess => "purser, in-process",
            Self::Http => "purser serve, HTTP",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, spread, terms, callers } = self;
        f.pad(&format!("{:<22} {callers:>4} callers, {}{}", engine.label(), spread.label(), terms.label()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { cpu, cores, memory_mib, kernel, sync_ms, postgres, nats, postgres_settings } = &self.machine;
        writeln!(f, "{cpu}, {cores} cores, {memory_mib} MiB, Linux {kernel}; 8 KiB to the disk in {sync_ms:.2} ms")?;
        let settings: Vec<String> = postgres_settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let nats = nats.as_deref().unwrap_or("not installed");
        writeln!(f, "Postgres {postgres} ({}); NATS {nats}", settings.join(" "))?;
        writeln!(
            f,
            "Orders of 2 lines; medians of {} rounds of {} s each; callers on the same cores",
            self.rounds, self.seconds
        )?;
        writeln!(f)?;
        writeln!(
            f,
            "{:<56} {:>8} {:>8} {:>8} {:>8} {:>9}   {:>8} {:>8} {:>6}",
            "", "orders/s", "p50 ms", "p99 ms", "max ms", "baseline", "engine", "postgres", "nats"
        )?;
        writeln!(f, "{:<56} {:>45}   CPU s per 1,000 orders", "", "")?;
        for Measured { scenario, median, times_baseline, .. } in &self.scenarios {
            let times = times_baseline.map_or_else(|| "-".to_owned(), |times| format!("x {times:.1}"));
            writeln!(
                f,
                "{scenario:<56} {:>8.0} {:>8.2} {:>8.2} {:>8.1} {times:>9}   {:>8.3} {:>8.3} {:>6.3}",
                median.orders_per_second,
                median.latency_p50_ms,
                median.latency_p99_ms,
                median.latency_max_ms,
                median.cpu.engine,
                median.cpu.postgres,
                median.cpu.nats
            )?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "In-process, and for the baseline, engine means engine and callers in one process; no views, no NATS."
        )?;
        let catch_ups = self.scenarios.iter().flat_map(|measured| &measured.catch_up_seconds);
        let slowest = catch_ups.copied().fold(0.0, f64::max);
        writeln!(f, "Over HTTP all views were up to date at most {slowest:.1} s after the last order of a round.")?;
        let Footprint { orders, memory } = self.footprint;
        writeln!(f, "purser serve after {orders} orders: RSS {} MiB, at most {} MiB", memory.rss_mib, memory.peak_mib)?;
        for Goal { wanted, measured, met } in &self.goals {
            writeln!(f, "{} {wanted}: {measured:.2}", if *met { "met    " } else { "NOT MET" })?;
        }
        Ok(())
    }
}
