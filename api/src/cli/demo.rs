//! `purser demo`

use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use purser_domain::clock::Clock;

use super::{CliError, output::say};
use crate::{
    client::{Client, Credentials, Token},
    clock::SystemClock,
    config::Config,
    demo,
};

/// What `purser demo` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Address of the running engine
    #[arg(long, env = "PURSER_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A back office token, instead of the one in the data directory
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
