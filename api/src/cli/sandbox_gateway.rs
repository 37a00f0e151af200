//! `purser sandbox-gateway`

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use reqwest::Url;
use tokio::signal::unix::{SignalKind, signal};

use super::{CliError, output::say};
use crate::{
    clock::SystemClock,
    embedded::default_data_dir,
    gateway::webhook::{WebhookSecret, Webhooks},
    listen::ListenAddress,
    sandbox_gateway::{Faults, RetrySettings, SandboxGateway, SandboxSettings},
};

/// Its own directory's name: beside the engine's, which is the engine's alone.
const DATA_DIR: &str = "purser-sandbox-gateway";

/// What `purser sandbox-gateway` takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Sandbox gateway")]
pub(super) struct Arguments {
    /// Address, or name, and port of the gateway; port 0 takes any free one [default: 127.0.0.1:8090]
    #[arg(long, value_name = "ADDR")]
    listen: Option<ListenAddress>,
    /// Directory of the journal; one gateway at a time
    /// [default: /var/lib/purser-sandbox-gateway for root, else ./purser-sandbox-gateway]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Where callbacks are sent, an http:// address
    #[arg(long, value_name = "URL")]
    webhook_url: Url,
    /// What callbacks are signed with: whsec_ and base64 of 24 to 64 bytes. Several, with commas between them, sign each
    /// callback once each, as while one replaces another. A flag shows in the process list, the environment does not
    #[arg(
        long,
        env = "PURSER_SANDBOX_WEBHOOK_SECRET",
        hide_env_values = true,
        value_name = "SECRET",
        value_delimiter = ',',
        required = true
    )]
    webhook_secret: Vec<WebhookSecret>,
    /// Every payment pays itself after the time given, without a customer
    #[arg(long, value_name = "MS", num_args = 0..=1, default_missing_value = "1000", require_equals = true)]
    auto_pay: Option<u64>,
    /// What the dice depend on: with one seed the same payments and callbacks meet the same faults
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// The first pause before a callback that nobody took is sent again; further ones double
    #[arg(long, value_name = "MS", default_value_t = 1_000)]
    retry_first_ms: u64,
    /// The longest pause between two attempts of a callback
    #[arg(long, value_name = "MS", default_value_t = 3_600_000)]
    retry_longest_ms: u64,
    /// For how long a callback is tried, from its event on
    #[arg(long, value_name = "HOURS", default_value_t = 72)]
    retry_hours: u64,
    #[command(flatten, next_help_heading = "Faults")]
    faults: Faults,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), CliError> {
    // Listened for before anything starts, so that a stop asked for during the start is not lost.
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Signals)?;
    let gateway = SandboxGateway::start(settings(arguments)?, Arc::new(SystemClock)).await?;
    say(format_args!("sandbox gateway on {}", gateway.url()))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        error = gateway.failed() => return Err(CliError::SandboxGateway(error.into())),
    }
    tracing::info!("told to stop");
    gateway.stop().await;
    Ok(())
}

fn settings(arguments: Arguments) -> Result<SandboxSettings, CliError> {
    let url = arguments.webhook_url;
    if url.scheme() != "http" || !url.has_host() {
        return Err(CliError::WebhookUrl(url.to_string()));
    }
    let mut secrets = arguments.webhook_secret.into_iter();
    // clap asks for one at least.
    let first = secrets.next().ok_or(CliError::NoWebhookSecret)?;
    Ok(SandboxSettings {
        listen: arguments.listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 8090).into()),
        data_dir: arguments.data_dir.unwrap_or_else(|| default_data_dir().with_file_name(DATA_DIR)),
        webhook_url: url,
        webhooks: secrets.fold(Webhooks::new(first), Webhooks::and),
        retry: RetrySettings {
            first: Duration::from_millis(arguments.retry_first_ms),
            longest: Duration::from_millis(arguments.retry_longest_ms),
            give_up_after: Duration::from_secs(arguments.retry_hours.saturating_mul(3_600)),
        },
        auto_pay: arguments.auto_pay.map(Duration::from_millis),
        seed: arguments.seed,
        faults: arguments.faults,
    })
}
