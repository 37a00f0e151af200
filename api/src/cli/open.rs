//! Opening the log for a command beside the engine, whether the engine runs or not.

use purser_commands::database;
use sqlx::{PgPool, postgres::PgConnectOptions};

use crate::{
    config::{Config, NatsSource},
    embedded::{DataDir, EmbeddedError, EmbeddedPostgres},
    servers::{Servers, ServersError},
};

/// Why the log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error(transparent)]
    Servers(#[from] ServersError),
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
}

/// The database, and the servers that were started for it.
pub(super) struct Opened {
    pub(super) options: PgConnectOptions,
    pub(super) pool: PgPool,
    servers: Option<Servers>,
}

/// Connects to the running engine's Postgres, or starts it for as long as this takes.
pub(super) async fn open(config: &Config) -> Result<Opened, OpenError> {
    let running = match &config.database_url {
        Some(_) => None,
        // What is to be read must be there: a mistyped directory is not to become an empty engine.
        None => EmbeddedPostgres::connect_options_of_running(&DataDir::inspect(&config.data_dir)?, "purser").ok(),
    };
    connect_or_start(config, running).await
}

/// The same, except that an engine's data directory need not be one yet.
pub(super) async fn open_or_create(config: &Config) -> Result<Opened, OpenError> {
    let running = match (&config.database_url, DataDir::inspect(&config.data_dir)) {
        (None, Ok(data_dir)) => EmbeddedPostgres::connect_options_of_running(&data_dir, "purser").ok(),
        (Some(_), _) | (None, Err(_)) => None,
    };
    connect_or_start(config, running).await
}

async fn connect_or_start(config: &Config, running: Option<PgConnectOptions>) -> Result<Opened, OpenError> {
    let (options, servers) = match running {
        Some(options) if reachable(&options).await => (options, None),
        Some(_) | None => {
            let servers = Servers::start(&Config { nats: NatsSource::Off, ..config.clone() }).await?;
            (servers.database(), Some(servers))
        }
    };
    let pool = database::pool(options.clone(), config.database_connections.max(16));
    Ok(Opened { options, pool, servers })
}

/// A socket that was left behind by a crash is there and leads nowhere.
async fn reachable(options: &PgConnectOptions) -> bool {
    use sqlx::ConnectOptions;
    options.connect().await.is_ok()
}

impl Opened {
    pub(super) async fn close(self) {
        self.pool.close().await;
        if let Some(servers) = self.servers {
            servers.stop().await;
        }
    }
}
