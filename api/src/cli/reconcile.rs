//! `purser reconcile`

use super::{CliError, output::say, running_engine::RunningEngine};
use crate::{
    client::{Finding, Reconciliation},
    config::Config,
};

/// What `purser reconcile` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    engine: RunningEngine,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), CliError> {
    let client = arguments.engine.client(config)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Subcommands, parse};

    fn asked(engine: &[&str]) -> String {
        let arguments = ["purser", "reconcile", "--token", "purser_of_a_test", "--listen", "127.0.0.1:8181"];
        let (arguments, flags) = parse(arguments.iter().chain(engine).map(Into::into)).unwrap();
        let Subcommands::Reconcile(reconcile) = arguments.command else { panic!("another command") };
        reconcile.engine.client(&Config::load(flags).unwrap()).unwrap().url().to_string()
    }

    #[test]
    fn an_engine_is_where_it_is_said_to_be_and_otherwise_where_it_listens() {
        assert_eq!(asked(&[]), "http://127.0.0.1:8181/");
        assert_eq!(asked(&["--url", "http://127.0.0.1:9090"]), "http://127.0.0.1:9090/");
    }
}
