//! The servers that the engine works with: its own children, or those that it was given.

use std::sync::Arc;

use async_nats::ConnectOptions;
use purser_commands::FirstLease;
use sqlx::postgres::PgConnectOptions;

use crate::{
    config::{Config, NatsAddress, NatsSource},
    embedded::{DataDir, EmbeddedError, EmbeddedNats, EmbeddedPostgres, PostgresSettings},
};

/// The name of the embedded cluster's database.
const DATABASE: &str = "purser";

/// Why the servers are not there.
#[derive(Debug, thiserror::Error)]
pub enum ServersError {
    /// The embedded ones could not be started.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The given database's address cannot be read. The reason is left out: it may repeat the password.
    #[error("database_url is not of the form postgres://user:password@host:port/database")]
    DatabaseUrl,
    /// The data directory could not be made.
    #[error("cannot create the data directory {path}")]
    DataDir {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// Postgres and NATS, ready to be connected to.
#[derive(Debug)]
pub struct Servers {
    database: PgConnectOptions,
    nats: Option<NatsAddress>,
    postgres: Option<EmbeddedPostgres>,
    embedded_nats: Option<EmbeddedNats>,
    /// Held for as long as the children run: one engine for each directory.
    _data_dir: Option<Arc<DataDir>>,
}

impl Servers {
    /// Starts what is embedded and takes note of what is given. Both children start at the same time.
    pub async fn start(config: &Config) -> Result<Self, ServersError> {
        let wants_nats = config.nats == NatsSource::Embedded;
        let data_dir = if config.database_url.is_none() || wants_nats {
            Some(Arc::new(DataDir::acquire(&config.data_dir)?))
        } else {
            std::fs::create_dir_all(&config.data_dir)
                .map_err(|source| ServersError::DataDir { path: config.data_dir.display().to_string(), source })?;
            None
        };
        let postgres = async {
            match (&config.database_url, &data_dir) {
                (None, Some(data_dir)) => {
                    EmbeddedPostgres::start(data_dir, PostgresSettings::default()).await.map(Some)
                }
                (Some(_), _) | (None, None) => Ok(None),
            }
        };
        let nats = async {
            match &data_dir {
                Some(data_dir) if wants_nats => EmbeddedNats::start(data_dir).await,
                Some(_) | None => Ok(None),
            }
        };
        let (postgres, embedded_nats) = tokio::try_join!(postgres, nats)?;
        let database = match (&config.database_url, &postgres) {
            (Some(url), _) => url.expose().parse().map_err(|_| ServersError::DatabaseUrl)?,
            (None, Some(postgres)) => postgres.connect_options(DATABASE),
            (None, None) => return Err(ServersError::DatabaseUrl),
        };
        let nats = match (&config.nats, &embedded_nats) {
            (NatsSource::External(address), _) => Some(address.clone()),
            (NatsSource::Embedded, Some(embedded)) => Some(embedded.address().clone()),
            (NatsSource::Embedded, None) => {
                tracing::warn!(
                    "nats-server is not installed: events are read from the log, and no other process hears them"
                );
                None
            }
            (NatsSource::Off, _) => None,
        };
        Ok(Self { database, nats, postgres, embedded_nats, _data_dir: data_dir })
    }

    /// The database, to be logged in to as its owner.
    pub fn database(&self) -> PgConnectOptions {
        self.database.clone()
    }

    /// The carrier's servers and how to be let in, if there is a carrier.
    pub fn nats(&self) -> Option<(Vec<async_nats::ServerAddr>, ConnectOptions)> {
        self.nats.as_ref().map(|address| (address.servers().to_vec(), address.connect_options()))
    }

    /// Whoever owns the database's directory knows that no other engine writes to it.
    pub const fn first_lease(&self) -> FirstLease {
        match self.postgres {
            Some(_) => FirstLease::Seize,
            None => FirstLease::WaitForEnd,
        }
    }

    /// Stops the children, NATS before Postgres.
    pub async fn stop(self) {
        if let Some(nats) = self.embedded_nats {
            nats.stop().await;
        }
        if let Some(postgres) = self.postgres {
            postgres.stop().await;
        }
    }
}
