//! `purser serve`

use std::sync::Arc;

use purser_domain::clock::SteadyClock;
use tokio::signal::unix::{SignalKind, signal};

use super::CliError;
use crate::{clock::SystemClock, config::Config, engine::Engine, telemetry};

pub(super) async fn run(config: &Config) -> Result<(), CliError> {
    // Listened for before anything starts, so that a stop asked for during the start is not lost.
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Signals)?;
    let metrics = telemetry::collect_metrics()?;
    let engine = Engine::start(config, Arc::new(SteadyClock::new(SystemClock)), Some(metrics)).await?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("told to stop");
    engine.stop().await;
    Ok(())
}
