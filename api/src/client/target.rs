use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::{Client, ClientError, Credentials, CredentialsError, Token};
use crate::{embedded::default_data_dir, listen::ListenAddress};

/// Which engine, and by what right: the flags that every program takes that talks to a running engine.
#[derive(Debug, Clone, Args)]
pub struct Target {
    /// Address of the running engine [default: where --listen says]
    #[arg(long, env = "PURSER_URL", value_name = "URL")]
    url: Option<String>,
    /// What the engine was told to listen on
    #[arg(long, env = "PURSER_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: ListenAddress,
    /// Data directory of the engine, where its credentials are [default: /var/lib/purser for root, else ./purser-data]
    #[arg(long, env = "PURSER_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A back office token, instead of the one in the data directory
    #[arg(long, env = "PURSER_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// How long to bridge an engine that is away or overloaded before giving up
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    patience: u64,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// No token.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// No usable address.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl Target {
    /// A client of that engine with the rights of the back office.
    pub fn back_office(&self) -> Result<Client, TargetError> {
        let token = match &self.token {
            Some(token) => Token::new(token.clone()),
            None => {
                let data_dir = self.data_dir.clone().unwrap_or_else(default_data_dir);
                Credentials::read(&data_dir)?.back_office
            }
        };
        let url = address(self.url.as_deref(), &self.listen)?;
        Ok(Client::try_new(&url, &token, Duration::from_secs(self.patience))?)
    }
}

/// The address of an engine by its URL, or else by what it listens on.
pub(crate) fn address(url: Option<&str>, listen: &ListenAddress) -> Result<String, ClientError> {
    let url = url.map(str::to_owned).or_else(|| listen.url());
    url.ok_or_else(|| ClientError::AnyPort { listen: listen.to_string() })
}
