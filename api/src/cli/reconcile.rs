//! `purser reconcile`

use std::time::Duration;

use super::{CliError, output::say};
use crate::{
    client::{Client, Credentials, Finding, Reconciliation, Token},
    config::Config,
};

/// What `purser reconcile` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Address of the running engine
    #[arg(long, env = "PURSER_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A back office or operator token, instead of the one in the data directory
    #[arg(long, env = "PURSER_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// How long to bridge an engine that is away or overloaded before giving up
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    patience: u64,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), CliError> {
    let token = match &arguments.token {
        Some(token) => Token::new(token.clone()),
        None => Credentials::read(&config.data_dir)?.back_office,
    };
    let client = Client::try_new(&arguments.url, &token, Duration::from_secs(arguments.patience))?;
    let Reconciliation { position, orders, found, gateways } = client.reconcile().await?;
    for Finding { kind, subject, detail, outcome, action } in &found {
        let action = action.as_ref().map_or_else(String::new, |action| format!(": {action}"));
        say(format_args!("{outcome:<8}  {kind}  {subject}  {detail}{action}"))?;
    }
    for gateway in &gateways {
        let error = gateway.error.as_ref().map_or_else(String::new, |error| format!(", not to the end: {error}"));
        say(format_args!(
            "gateway {}: {} payments changed, {} reported to the log{error}",
            gateway.gateway, gateway.payments, gateway.reported
        ))?;
    }
    let count = |word: &str| found.iter().filter(|finding| finding.outcome == word).count();
    say(format_args!(
        "reconciled at position {position}: {orders} orders open, {} repaired, {} for a person, {} gone",
        count("repaired"),
        count("queued"),
        count("gone")
    ))
}
