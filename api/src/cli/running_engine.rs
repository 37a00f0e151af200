//! The flags of subcommands that talk to a running engine.

use std::time::Duration;

use super::CliError;
use crate::{
    client::{Client, Credentials, Token, address},
    config::Config,
};

/// Which engine, and by what right. What the engine itself is told to listen on is enough, and so is its data directory.
#[derive(Debug, clap::Args)]
pub(super) struct RunningEngine {
    /// Address of the running engine [default: where --listen says]
    #[arg(long, env = "PURSER_URL", value_name = "URL")]
    url: Option<String>,
    /// A back office token, instead of the one in the data directory
    #[arg(long, env = "PURSER_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// How long to bridge an engine that is away or overloaded before giving up
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    patience: u64,
}

impl RunningEngine {
    pub(super) fn client(&self, config: &Config) -> Result<Client, CliError> {
        let url = address(self.url.as_deref(), &config.listen)?;
        let token = match &self.token {
            Some(token) => Token::new(token.clone()),
            None => Credentials::read(&config.data_dir)?.back_office,
        };
        Ok(Client::try_new(&url, &token, Duration::from_secs(self.patience))?)
    }
}
