//! Callers in a closed loop, and what they measured.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde::Serialize;
use tokio::task::JoinSet;

use super::{
    BenchError,
    usage::{Meter, Usage},
};

/// Somebody who places orders, one after the other.
pub trait Caller: Send + 'static {
    /// Places an order and returns when it is accepted.
    fn place(&mut self) -> impl Future<Output = Result<(), BenchError>> + Send;
}

/// How long a run takes.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Before anything is measured.
    pub warm_up: Duration,
    /// What is measured.
    pub measured: Duration,
}

/// One run.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Run {
    /// Orders that were begun and accepted within the measured time.
    pub orders: u64,
    /// Per second.
    pub orders_per_second: f64,
    /// The median time from asking to the answer, in milliseconds.
    pub latency_p50_ms: f64,
    /// 99 of 100 took no longer.
    pub latency_p99_ms: f64,
    /// The longest.
    pub latency_max_ms: f64,
    /// CPU time, in seconds for a thousand orders.
    pub cpu: Usage,
}

/// Lets all callers place orders for as long as the timing says.
pub async fn run<C: Caller>(callers: Vec<C>, timing: Timing, meter: &Meter) -> Result<Run, BenchError> {
    let begin = Instant::now() + timing.warm_up;
    let end = begin + timing.measured;
    let mut tasks = JoinSet::new();
    for caller in callers {
        tasks.spawn(place_until(caller, begin, end));
    }
    tokio::time::sleep_until(begin.into()).await;
    let before = meter.read();
    tokio::time::sleep_until(end.into()).await;
    let used = meter.read().since(before);
    let mut latencies = Vec::new();
    while let Some(measured) = tasks.join_next().await {
        latencies.extend(measured??);
    }
    Ok(summary(latencies, timing.measured, used))
}

/// Lets all callers place so many orders in all, or as many as they can in that time, and tells how many it were.
pub async fn fill<C: Caller>(callers: Vec<C>, orders: u64, time_max: Duration) -> Result<u64, BenchError> {
    let end = Instant::now() + time_max;
    let left = Arc::new(AtomicU64::new(orders));
    let mut tasks = JoinSet::new();
    for mut caller in callers {
        let left = Arc::clone(&left);
        tasks.spawn(async move {
            let mut placed = 0;
            while Instant::now() < end
                && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            {
                caller.place().await?;
                placed += 1;
            }
            Ok::<u64, BenchError>(placed)
        });
    }
    let mut placed = 0;
    while let Some(ended) = tasks.join_next().await {
        placed += ended??;
    }
    Ok(placed)
}

/// The latencies, in microseconds, of the orders that lie in the measured time as a whole.
async fn place_until<C: Caller>(mut caller: C, begin: Instant, end: Instant) -> Result<Vec<u32>, BenchError> {
    let mut latencies = Vec::new();
    loop {
        let asked = Instant::now();
        if asked >= end {
            return Ok(latencies);
        }
        caller.place().await?;
        let answered = Instant::now();
        if asked >= begin && answered <= end {
            latencies.push(u32::try_from((answered - asked).as_micros()).unwrap_or(u32::MAX));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn summary(mut latencies: Vec<u32>, measured: Duration, used: Usage) -> Run {
    latencies.sort_unstable();
    let orders = latencies.len();
    let at = |per_cent: usize| {
        let place = (orders * per_cent).div_ceil(100).saturating_sub(1);
        f64::from(latencies.get(place).copied().unwrap_or_default()) / 1_000.0
    };
    Run {
        orders: orders as u64,
        orders_per_second: orders as f64 / measured.as_secs_f64(),
        latency_p50_ms: at(50),
        latency_p99_ms: at(99),
        latency_max_ms: at(100),
        cpu: used.per_thousand(orders as f64),
    }
}

/// The median of each figure on its own.
pub fn median(runs: &[Run]) -> Run {
    let middle = |figure: fn(&Run) -> f64| {
        let mut figures: Vec<f64> = runs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or_default()
    };
    Run {
        orders: runs.iter().map(|run| run.orders).sum(),
        orders_per_second: middle(|run| run.orders_per_second),
        latency_p50_ms: middle(|run| run.latency_p50_ms),
        latency_p99_ms: middle(|run| run.latency_p99_ms),
        latency_max_ms: middle(|run| run.latency_max_ms),
        cpu: Usage {
            engine: middle(|run| run.cpu.engine),
            postgres: middle(|run| run.cpu.postgres),
            nats: middle(|run| run.cpu.nats),
        },
    }
}

/// How many times the orders a second of the other engine, in the median of all rounds. The two of a round are compared with
/// each other alone, because a machine that is not one's own has quick and slow minutes.
pub fn median_ratio(runs: &[Run], others: &[Run]) -> Option<f64> {
    let mut ratios: Vec<f64> = runs
        .iter()
        .zip(others)
        .filter(|(_, other)| other.orders_per_second > 0.0)
        .map(|(run, other)| run.orders_per_second / other.orders_per_second)
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let used = Usage { engine: 1.0, postgres: 0.5, nats: 0.0 };
        let run = summary((1..=200).rev().map(|n| n * 1_000).collect(), Duration::from_secs(2), used);
        assert_eq!((run.orders, run.orders_per_second), (200, 100.0));
        assert_eq!((run.latency_p50_ms, run.latency_p99_ms, run.latency_max_ms), (100.0, 198.0, 200.0));
        assert_eq!((run.cpu.engine, run.cpu.postgres), (5.0, 2.5));
    }

    #[test]
    fn each_round_is_compared_with_its_own_baseline() {
        let runs = |rates: [f64; 3]| {
            rates.map(|rate| Run {
                orders_per_second: rate,
                ..summary(vec![], Duration::from_secs(1), Usage::default())
            })
        };
        assert_eq!(median_ratio(&runs([900.0, 100.0, 600.0]), &runs([100.0, 10.0, 50.0])), Some(10.0));
        assert_eq!(median_ratio(&runs([900.0, 100.0, 600.0]), &runs([0.0, 0.0, 0.0])), None);
    }

    #[test]
    fn nothing_measured_is_zero_and_no_panic() {
        let run = summary(Vec::new(), Duration::from_secs(1), Usage::default());
        assert_eq!((run.orders, run.latency_max_ms, run.cpu.engine), (0, 0.0, 0.0));
    }
}
