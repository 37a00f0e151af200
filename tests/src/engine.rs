//! An engine under test: the real wiring, on a database of its own.

use std::{path::Path, sync::Arc, time::Duration};

use purser::{
    config::{Config, LogFormat, NatsSource, Secret},
    engine::Engine,
    telemetry,
};
use purser_domain::clock::SteadyClock;
use tempfile::TempDir;

use crate::{Api, HandClock, JumpingClocks, TestDatabase, cluster};

/// A running engine with its HTTP API on a port of its own.
pub struct TestEngine {
    engine: Engine,
    clock: Arc<HandClock>,
    database: TestDatabase,
    data_dir: TempDir,
}

impl TestEngine {
    /// One on a fresh database, with NATS.
    pub async fn start() -> Self {
        Self::start_on(TestDatabase::create().await, Arc::default()).await
    }

    /// One on a database that may have a past, or another engine.
    pub async fn start_on(database: TestDatabase, clock: Arc<HandClock>) -> Self {
        let nats = NatsSource::External(cluster::nats().await);
        Self::start_with(database, clock, |config| config.nats = nats).await
    }

    /// One with settings of its own.
    pub async fn start_with(database: TestDatabase, clock: Arc<HandClock>, change: impl FnOnce(&mut Config)) -> Self {
        let data_dir = tempfile::tempdir().expect("a data directory");
        let mut config = config(data_dir.path(), &database);
        change(&mut config);
        let engine = Engine::start(&config, Arc::clone(&clock) as _, None).await.expect("an engine");
        Self { engine, clock, database, data_dir }
    }

    /// One on a fresh database that shows metrics. They are the process's, so that there can be one in a test program.
    pub async fn start_measured() -> Self {
        let metrics = telemetry::collect_metrics().expect("the only one to collect metrics");
        let (database, clock) = (TestDatabase::create().await, Arc::<HandClock>::default());
        let data_dir = tempfile::tempdir().expect("a data directory");
        let config = config(data_dir.path(), &database);
        let engine = Engine::start(&config, Arc::clone(&clock) as _, Some(metrics)).await.expect("an engine");
        Self { engine, clock, database, data_dir }
    }

    /// One on a fresh database that goes by the clocks of this machine, held against each other.
    pub async fn start_by(clocks: &JumpingClocks) -> Self {
        let database = TestDatabase::create().await;
        let data_dir = tempfile::tempdir().expect("a data directory");
        let clock = Arc::new(SteadyClock::new(clocks.clone()));
        let engine = Engine::start(&config(data_dir.path(), &database), clock, None).await.expect("an engine");
        Self { engine, clock: Arc::default(), database, data_dir }
    }

    /// Its clock.
    pub fn clock(&self) -> &Arc<HandClock> {
        &self.clock
    }

    /// Its database.
    pub const fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// The engine itself.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A caller of its HTTP API. The tokens are those of the first engine on the database.
    pub fn api(&self) -> Api {
        Api::new(self.engine.address(), self.data_dir.path())
    }

    /// Its data directory, with its `credentials.toml`.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// Stops it in order and gives its database back.
    pub async fn stop(self) -> TestDatabase {
        self.engine.stop().await;
        self.database
    }
}

/// The settings of an engine on a database: without NATS, on any free port.
pub fn config(data_dir: &Path, database: &TestDatabase) -> Config {
    Config {
        data_dir: data_dir.to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        database_url: Some(Secret::from(database.url())),
        owner_as_engine: false,
        nats: NatsSource::Off,
        publish_events: false,
        payment_window: Duration::from_mins(30),
        max_connections: 1_024,
        queue_capacity: 4_096,
        request_timeout: Duration::from_secs(30),
        cached_aggregates: 10_000,
        log_format: LogFormat::Text,
        log_level: "info".to_owned(),
        database_connections: 10,
        idempotency_retention: Duration::from_hours(8 * 24),
        gateways: Vec::new(),
        reconcile_every: Duration::from_hours(24),
    }
}
