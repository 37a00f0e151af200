//! `purser demo`

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use purser_domain::clock::Clock;

use super::{CliError, output::say, running_engine::RunningEngine};
use crate::{clock::SystemClock, config::Config, demo};

/// What `purser demo` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    engine: RunningEngine,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), CliError> {
    let client = arguments.engine.client(config)?;
    let bar = bar();
    let made = demo::run(&client, SystemClock.now(), &bar).await;
    bar.finish_and_clear();
    say(made?.to_string().trim_end())
}

fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("opening the shop {wide_bar} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}
