//! A private Postgres, made from the installed binaries.

mod binaries;
mod cluster;
mod settings;
mod socket;

use self::binaries::PostgresBinaries;
use super::account::Account;
use super::data_dir::{DataDir, InspectedDataDir};
use super::server::{Readiness, ServerSpec};
use super::server_log::ServerLog;
use super::supervisor::Supervisor;
use super::{EmbeddedError, guard};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions, Connection, Executor};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use settings::PostgresSettings;

const SERVER: &str = "postgres";
/// The superuser of the cluster, and the name of the engine's own database.
const PURSER: &str = "purser";
/// Also the directory of the cluster, below the data directory.
const CLUSTER: &str = "postgres";
/// A fast shutdown ends with a checkpoint, which writes at most all shared buffers.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// Files of Postgres's own log, of 16 MiB each, that a new cluster has from the start: nearly as many as `min_wal_size` lets
/// it keep.
const WAL_FILES: i32 = 60;
/// The state of a connection to a database that does not exist.
const INVALID_CATALOG_NAME: &str = "3D000";

/// A Postgres that belongs to this engine, on a unix socket that only its own user and root can reach.
///
/// It is started again when it dies and ends with the engine, however that ends. Dropping it begins an orderly stop
/// without waiting; [`Self::stop`] waits.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    socket_directory: PathBuf,
    supervisor: Supervisor,
}

impl EmbeddedPostgres {
    /// Starts the cluster of the data directory, making it first if there is none, and returns when it takes
    /// connections and has a database `purser`.
    pub async fn start(data_dir: &DataDir, settings: PostgresSettings) -> Result<Self, EmbeddedError> {
        let owner = data_dir.clone();
        let (spec, socket_directory) = tokio::task::spawn_blocking(move || prepare(&owner, settings))
            .await
            .map_err(|_| EmbeddedError::SupervisorGone { server: SERVER })??;
        let supervisor = Supervisor::start(spec, data_dir.clone()).await?;
        let started = Self { socket_directory, supervisor };
        started.ensure_database(settings).await.map_err(EmbeddedError::Database)?;
        Ok(started)
    }

    /// How to connect to a database of this cluster, as its superuser.
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        connect_options(&self.socket_directory, database)
    }

    /// How to connect to the cluster of a data directory whose engine runs elsewhere.
    pub fn connect_options_of_running(
        data_dir: &InspectedDataDir,
        database: &str,
    ) -> Result<PgConnectOptions, EmbeddedError> {
        let directory = socket::directory_of(data_dir.path())?;
        if directory.join(socket::FILE).exists() {
            Ok(connect_options(&directory, database))
        } else {
            Err(EmbeddedError::NotRunning { path: data_dir.path().to_owned() })
        }
    }

    /// Ends all sessions, writes a checkpoint and stops, in bounded time.
    pub async fn stop(self) {
        self.supervisor.stop().await;
    }

    async fn ensure_database(&self, settings: PostgresSettings) -> Result<(), sqlx::Error> {
        match self.connect_options(PURSER).connect().await {
            Ok(connection) => connection.close().await,
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(INVALID_CATALOG_NAME) => {
                let mut connection: PgConnection = self.connect_options("postgres").connect().await?;
                if settings.fsync {
                    make_wal_files(&mut connection).await?;
                }
                sqlx::query("create database purser").execute(&mut connection).await?;
                connection.close().await
            }
            Err(error) => Err(error),
        }
    }
}

/// Makes the files of Postgres's log before anybody needs them. A new one is filled with zeros and brought to the disk while
/// every commit waits, some 20 ms in each of the first gigabyte's files; one that a checkpoint has released is only renamed.
async fn make_wal_files(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    for _ in 0..WAL_FILES {
        // A file is left only after something was written into it.
        connection.execute("select pg_logical_emit_message(false, 'purser', 'next file')").await?;
        connection.execute("select pg_switch_wal()").await?;
    }
    connection.execute("checkpoint").await?;
    Ok(())
}

/// Everything up to the start of the server. Blocks: the making of a cluster takes about a second.
fn prepare(data_dir: &DataDir, settings: PostgresSettings) -> Result<(ServerSpec, PathBuf), EmbeddedError> {
    let home = data_dir.path().join(CLUSTER);
    let account = Account::for_home(&home)?;
    let binaries = match cluster::major_version(&home)? {
        Some(major) => PostgresBinaries::of_major(major, &home)?,
        None => PostgresBinaries::newest()?,
    };
    cluster::ensure(data_dir.path(), &home, account, &binaries, settings)?;
    let socket_directory = socket::prepare(data_dir.path(), account)?;
    settings::write(settings, &home, account, &socket_directory)?;
    Ok((spec(data_dir, home, account, &binaries, &socket_directory), socket_directory))
}

fn spec(
    data_dir: &DataDir,
    home: PathBuf,
    account: Account,
    binaries: &PostgresBinaries,
    socket_directory: &Path,
) -> ServerSpec {
    // A setting in the name of an extension that does not exist: Postgres keeps it and minds it no further, so it
    // tells a reader of the process list, and the next engine, whose server this is.
    let mark = format!("purser.data_directory={}", home.display());
    ServerSpec {
        name: SERVER,
        program: binaries.postgres(),
        arguments: vec!["-D".into(), guard::home_as_seen_by(account, &home).into(), "-c".into(), mark.clone().into()],
        mark,
        account,
        log: ServerLog::new(data_dir.path().join("postgres.log")),
        pid_file: home.join("postmaster.pid"),
        litter: vec![socket_directory.join(socket::FILE), socket_directory.join(format!("{}.lock", socket::FILE))],
        readiness: Readiness::PidFileSaysReady,
        stop_patience: STOP_PATIENCE,
        home,
    }
}

fn connect_options(socket_directory: &Path, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_directory)
        .port(socket::PORT)
        .ssl_mode(PgSslMode::Disable)
        .username(PURSER)
        .database(database)
}
