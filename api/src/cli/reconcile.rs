//! `purser reconcile`

use super::{CliError, output::say, running_engine::RunningEngine};
use crate::{
    client::{Finding, GatewayList, Reconciliation},
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
        say(looked_at(gateway))?;
    }
    let count = |word: &str| found.iter().filter(|finding| finding.outcome == word).count();
    say(format_args!(
        "reconciled at position {position}: {orders} orders open, {} repaired, {} for a person, {} gone",
        count("repaired"),
        count("queued"),
        count("gone")
    ))
}

/// What was looked at and held nothing new is not to read like something lost.
fn looked_at(GatewayList { gateway, payments, reported, error }: &GatewayList) -> String {
    let changed = match payments {
        0 => "no payment changed since the last time".to_owned(),
        1 => "looked at 1 payment that changed since the last time".to_owned(),
        more => format!("looked at {more} payments that changed since the last time"),
    };
    let news = match (payments, reported) {
        (0, _) => String::new(),
        (_, 0) => "; nothing had to be added to the log".to_owned(),
        (_, some) => format!("; what was new of {some} was added to the log"),
    };
    let error = error.as_ref().map_or_else(String::new, |error| format!("; its list was not read to the end: {error}"));
    format!("gateway {gateway}: {changed}{news}{error}")
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

    #[test]
    fn what_held_nothing_new_was_looked_at_and_is_said_to_have_been() {
        let told = |payments, reported, error: Option<&str>| {
            let error = error.map(str::to_owned);
            looked_at(&GatewayList { gateway: "sandbox".to_owned(), payments, reported, error })
        };
        let one = "gateway sandbox: looked at 1 payment that changed since the last time";
        let two = "gateway sandbox: looked at 2 payments that changed since the last time";
        assert_eq!(told(0, 0, None), "gateway sandbox: no payment changed since the last time");
        assert_eq!(told(2, 0, None), format!("{two}; nothing had to be added to the log"));
        assert_eq!(told(1, 1, None), format!("{one}; what was new of 1 was added to the log"));
        let broken = "; what was new of 1 was added to the log; its list was not read to the end: away";
        assert_eq!(told(2, 1, Some("away")), format!("{two}{broken}"));
    }
}
