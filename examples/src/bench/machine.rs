//! What the figures were measured on.

use std::{fs, io::Write, path::Path, time::Instant};

use purser::embedded::EmbeddedPostgres;
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use super::BenchError;
use crate::nats::embedded_nats;

/// Writes whose median says what waiting for the disk costs.
const SYNCS: usize = 100;

/// The machine and the servers on it.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// How many of it this process may use.
    pub cores: usize,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// The kernel's release.
    pub kernel: String,
    /// Milliseconds that it takes to append 8 KiB to a file and to have them on the disk, median.
    pub sync_ms: f64,
    /// The version of Postgres.
    pub postgres: String,
    /// The version of NATS; none if it is not installed.
    pub nats: Option<String>,
    /// Settings of Postgres that say what a commit waits for, as the server itself tells them.
    pub postgres_settings: Vec<(String, String)>,
}

impl Machine {
    /// Looks at the machine, at a running cluster and at an engine's data directory.
    pub async fn inspect(postgres: &EmbeddedPostgres, engine: &Path) -> Result<Self, BenchError> {
        let mut connection = PgConnection::connect_with(&postgres.connect_options("purser")).await?;
        let version: String = sqlx::query_scalar("show server_version").fetch_one(&mut connection).await?;
        let settings = sqlx::query_as(
            "select name, current_setting(name) from pg_settings
             where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'shared_buffers')
             order by name",
        );
        let postgres_settings = settings.fetch_all(&mut connection).await?;
        connection.close().await?;
        let (cpuinfo, meminfo) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
        let memory_kib: u64 = field(&meminfo, "MemTotal").split(' ').next().unwrap_or("0").parse().unwrap_or_default();
        Ok(Self {
            cpu: field(&cpuinfo, "model name").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_mib: memory_kib / 1_024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            sync_ms: sync_ms(engine).map_err(BenchError::io("measure the disk"))?,
            postgres: version,
            nats: nats_version(engine).await,
            postgres_settings,
        })
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The value of the first `name: value`.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    let found = text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == name);
    found.map_or("unknown", |(_, value)| value.trim())
}

async fn nats_version(engine: &Path) -> Option<String> {
    let address = embedded_nats(engine).ok()?;
    let client = address.connect_options().connect(address.servers()).await.ok()?;
    Some(client.server_info().version)
}

fn sync_ms(directory: &Path) -> std::io::Result<f64> {
    let path = directory.join("sync-probe");
    let mut file = fs::File::create(&path)?;
    let block = [0x5a; 8 << 10];
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let started = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    fs::remove_file(&path)?;
    times.sort_unstable();
    Ok(times[SYNCS / 2].as_secs_f64() * 1_000.0)
}
