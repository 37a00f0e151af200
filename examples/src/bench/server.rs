//! The engine as its users run it: a child process with everything in it.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, TryStreamExt, stream};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use purser::client::{Adjustment, Client, Credentials, Listing};
use tokio::process::{Child, Command};

use super::{
    BenchError,
    over_http::HttpCaller,
    usage::Meter,
    workload::{self, Dice, Spread},
};
use crate::child::{free_address, without_settings};

const START_MAX: Duration = Duration::from_mins(1);
const STOP_MAX: Duration = Duration::from_mins(1);
const CATCH_UP_MAX: Duration = Duration::from_mins(3);

/// A running `purser serve` on its embedded default.
#[derive(Debug)]
pub struct Server {
    child: Child,
    pid: u32,
    address: SocketAddr,
    credentials: Credentials,
    data_dir: PathBuf,
}

impl Server {
    /// Starts the binary on a data directory, waits until it is ready and puts everything in stock.
    pub async fn start(binary: &Path, data_dir: &Path) -> Result<Self, BenchError> {
        if !binary.is_file() {
            return Err(BenchError::NoBinary { path: binary.to_owned() });
        }
        let address = free_address().map_err(BenchError::io("find a free port"))?;
        let log_path = data_dir.with_extension("log");
        let log = File::create(&log_path).map_err(BenchError::io("make the engine's log file"))?;
        let mut command = Command::new(binary);
        command.arg("serve").arg("--data-dir").arg(data_dir).args(["--listen", &address.to_string()]);
        command.args(["--log-level", "warn"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        without_settings(&mut command);
        let mut child = command.spawn().map_err(BenchError::io("start the engine"))?;
        let pid = child.id().unwrap_or_default();
        let credentials = first_credentials(&mut child, data_dir, &log_path).await?;
        let server = Self { child, pid, address, credentials, data_dir: data_dir.to_owned() };
        server.prepare().await?;
        Ok(server)
    }

    async fn prepare(&self) -> Result<(), BenchError> {
        let client = self.client(START_MAX)?;
        client.ready().await?;
        let client = &client;
        let prepared = stream::iter(0..workload::SKUS).map(|number| async move {
            let sku = workload::sku(number)?;
            let purser_domain::product::Listing { title, kind, price, merchant, .. } =
                workload::listing(workload::PLAIN_MERCHANT)?;
            let listing = Listing { sku: sku.clone(), title, kind, price, merchant };
            client.list_product(&format!("bench-list-{number}"), &listing).await?;
            let opening = Adjustment { change: workload::STOCK, reason: "opening".parse()?, location: None, at: None };
            client.adjust(&format!("bench-stock-{number}"), &sku, &opening).await?;
            Ok(())
        });
        prepared.buffer_unordered(workload::PREPARED_AT_ONCE).try_collect().await
    }

    fn client(&self, patience: Duration) -> Result<Client, BenchError> {
        Ok(Client::try_new(&format!("http://{}", self.address), &self.credentials.back_office, patience)?)
    }

    /// Connected callers; no two callers of any round share an idempotency key.
    pub async fn callers(&self, count: usize, round: &str, spread: Spread) -> Result<Vec<HttpCaller>, BenchError> {
        let mut callers = Vec::with_capacity(count);
        for number in 0..count {
            let name = format!("bench-{round}-{count}-{}-{number}", spread.label());
            let dice = Dice::of_caller(number);
            let token = &self.credentials.back_office;
            callers.push(HttpCaller::connect(self.address, token, name, spread, dice).await?);
        }
        Ok(callers)
    }

    /// Waits until every view has come to the end of the log, and tells how long that took.
    pub async fn catch_up(&self) -> Result<Duration, BenchError> {
        let operator = Client::try_new(&format!("http://{}", self.address), &self.credentials.operator, START_MAX)?;
        let started = Instant::now();
        loop {
            let lag_events = operator.lag_events().await?;
            if lag_events == 0 {
                return Ok(started.elapsed());
            }
            if started.elapsed() > CATCH_UP_MAX {
                return Err(BenchError::Behind { lag_events, seconds: CATCH_UP_MAX.as_secs() });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Measures the engine's process and the servers below it.
    pub const fn meter(&self) -> Meter {
        Meter::of(self.pid)
    }

    /// Where its data is.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Stops it as an operator would.
    pub async fn stop(mut self) -> Result<(), BenchError> {
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) {
            kill(Pid::from_raw(pid), Signal::SIGTERM)
                .map_err(|errno| BenchError::Io { action: "stop the engine", source: errno.into() })?;
        }
        // What does not end in time is killed when the child is dropped.
        let _ = tokio::time::timeout(STOP_MAX, self.child.wait()).await;
        Ok(())
    }
}

/// The engine writes its credentials a moment after it has made its tables.
async fn first_credentials(child: &mut Child, data_dir: &Path, log: &Path) -> Result<Credentials, BenchError> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(BenchError::io("look after the engine"))? {
            let log = std::fs::read_to_string(log).unwrap_or_default();
            let last_words: Vec<&str> = log.lines().rev().take(5).collect();
            return Err(BenchError::ChildEnded { status, log: last_words.join(" | ") });
        }
        match Credentials::read(data_dir) {
            Ok(credentials) => return Ok(credentials),
            Err(error) if started.elapsed() > START_MAX => return Err(error.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
