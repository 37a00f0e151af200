//! Log lines and metrics of the process.

use std::{io::IsTerminal, time::Duration};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;

/// Bounds of the histograms of durations, in seconds: from a commit on a fast disk to a caller's patience.
const SECONDS: [f64; 12] = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Bounds of the histogram of commands in an append.
const COMMANDS: [f64; 8] = [1.0, 4.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0];

/// How often the histograms' raw samples are summed up; without it they would pile up between two scrapes.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Slow statements are the business of a verification or a rebuild, and no cause for a warning. Who wants to see them says
/// so: later directives win.
const QUIET: &str = "sqlx::query=error,sqlx::postgres::notice=warn,async_nats=warn";

/// Sends log lines to standard error. A second call in one process changes nothing.
pub fn log_to_stderr(format: LogFormat, directives: &str) {
    let filter = EnvFilter::try_new(format!("{QUIET},{directives}")).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let line = fmt::layer().with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => registry.with(line.with_ansi(std::io::stderr().is_terminal())).try_init(),
        LogFormat::Json => registry.with(line.json().flatten_event(true)).try_init(),
    };
    if started.is_err() {
        tracing::debug!("log lines go where they went before");
    }
}

/// Collects the process's metrics for `/metrics`. Fails if somebody collects them already.
pub fn collect_metrics() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Full("purser_batch_commands".to_owned()), &COMMANDS)?
        .install_recorder()
}

/// Keeps the collection small until told to stop.
pub fn keep_metrics_small(handle: PrometheusHandle, tracker: &TaskTracker, stop: CancellationToken) {
    tracker.spawn(async move {
        let mut every = tokio::time::interval(UPKEEP_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => handle.run_upkeep(),
            }
        }
    });
}
