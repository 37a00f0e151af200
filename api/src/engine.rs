//! The wiring: from a configuration to a process that takes orders, and back to nothing.

use std::{net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use chrono::TimeDelta;
use metrics_exporter_prometheus::PrometheusHandle;
use purser_commands::{
    Commands, Settings,
    database::{self, EngineRole, MigrationError},
    idempotency,
    log::Head,
};
use purser_domain::{clock::Clock, upcast::Upcasters};
use purser_projections::{
    carrier::Carrier,
    feed::Feed,
    follower::ReadAfter,
    lineage::{self, LineageError},
    reconciliation::Patience,
    sagas::SagaSettings,
    views,
};
use sqlx::PgPool;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    auth::{FirstTokensError, Tokens, ensure_first_tokens},
    clock::ClockWatch,
    config::Config,
    gateway::GatewaySetupError,
    http::{AppState, CursorKey, Parts, ServerSettings, router, serve},
    listen::{ListenError, Reserved},
    mint::Mint,
    ports::Gateways,
    read_side::{ReadSide, announce},
    reconciliation::Reconciler,
    servers::{Servers, ServersError},
    telemetry,
};

/// How long requests that are under way may go on after the engine was told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(15);

/// How often idempotency keys past their time are removed.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Postgres or NATS is not there.
    #[error(transparent)]
    Servers(#[from] ServersError),
    /// The tables could not be brought up to date.
    #[error("the database could not be migrated: {0}")]
    Migrate(#[from] MigrationError),
    /// The database refused or could not be reached.
    #[error("the database could not be read: {0}")]
    Database(#[from] sqlx::Error),
    /// What was derived does not belong to the log.
    #[error(transparent)]
    Lineage(#[from] LineageError),
    /// The first tokens could not be made or read.
    #[error("no credentials: {0}")]
    FirstTokens(#[from] FirstTokensError),
    /// The stored tokens could not be read.
    #[error("the tokens could not be loaded: {0}")]
    Tokens(#[from] crate::auth::AuthError),
    /// The carrier's address cannot be used.
    #[error("nats cannot be connected to: {0}")]
    Carrier(#[from] async_nats::ConnectError),
    /// There is no client for a payment gateway.
    #[error(transparent)]
    Gateway(#[from] GatewaySetupError),
    /// The address is taken, or not ours.
    #[error(transparent)]
    Listen(#[from] ListenError),
}

/// A running engine.
#[derive(Debug)]
pub struct Engine {
    address: SocketAddr,
    commands: Commands,
    pool: PgPool,
    carrier: Option<Carrier>,
    servers: Servers,
    /// The four stages of an orderly end: no more requests, no more commands, no more reading, no more measuring.
    http: Stage,
    write: Stage,
    read: Stage,
}

/// Tasks that end together.
#[derive(Debug, Default)]
struct Stage {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Stage {
    /// Tells the tasks to end and waits for them, up to a bound.
    async fn end(&self, name: &'static str) {
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(DRAIN_MAX, self.tracker.wait()).await.is_err() {
            tracing::warn!(stage = name, seconds = DRAIN_MAX.as_secs(), "still at work; going on without it");
        }
    }
}

impl Engine {
    /// Starts everything and returns when requests are taken.
    pub async fn start(
        config: &Config,
        clock: Arc<dyn Clock>,
        metrics: Option<PrometheusHandle>,
    ) -> Result<Self, StartError> {
        // Before anything is made: an address that is taken is to leave no data directory and no database behind.
        let reserved = config.listen.reserve().await?;
        let servers = Servers::start(config).await?;
        match Self::start_on(&servers, reserved, config, clock, metrics).await {
            Ok(running) => Ok(running.with(servers)),
            Err(error) => {
                servers.stop().await;
                Err(error)
            }
        }
    }

    async fn start_on(
        servers: &Servers,
        reserved: Reserved,
        config: &Config,
        clock: Arc<dyn Clock>,
        metrics: Option<PrometheusHandle>,
    ) -> Result<Running, StartError> {
        bring_up_to_date(servers, config).await?;
        let pool = database::pool(servers.database(), config.database_connections);
        lineage::check(&pool).await?;
        let watch = ClockWatch { clock: Arc::clone(&clock), pool: pool.clone() };
        watch.begin().await?;
        let mint = Mint::new(Arc::clone(&clock));
        if let Some(path) = ensure_first_tokens(&pool, &mint, clock.as_ref(), &config.data_dir).await? {
            tracing::info!(path = %path.display(), "one token for each role is in the credentials file");
        }
        let (http, write, read) = (Stage::default(), Stage::default(), Stage::default());
        let carrier = match servers.nats() {
            None => None,
            Some((addresses, options)) => {
                let log_id = Head::read(&mut *pool.acquire().await?).await?.log_id;
                Some(Carrier::connect(addresses, options, log_id).await?)
            }
        };
        let gateways = Gateways::configured(&config.gateways, &clock)?;
        let tokens = Tokens::load(pool.clone(), mint.clone(), Arc::clone(&clock)).await?;
        let cursor_key = CursorKey::load(&pool).await?;
        let (listener, address) = reserved.listen()?;
        // The last step that can fail: a start that comes to nothing leaves no lease behind. Callers wait until it is done.
        let commands = Commands::start(
            pool.clone(),
            carrier.as_ref().map(Carrier::client),
            Arc::clone(&clock),
            write_settings(config, servers, &mint),
            &write.tracker,
            write.stop.clone(),
        )
        .await?;
        let feed = Feed::start(pool.clone(), carrier.clone(), Upcasters::current(), &read.tracker, read.stop.clone());
        read.tracker.spawn(announce(commands.clone(), feed.clone(), read.stop.clone()));
        let read_after = ReadAfter::new(pool.clone());
        let reconciler = Reconciler {
            pool: pool.clone(),
            commands: commands.clone(),
            gateways: gateways.clone(),
            upcasters: Upcasters::current(),
            clock: Arc::clone(&clock),
            patience: Patience::default(),
        };
        let read_side = ReadSide {
            pool: pool.clone(),
            commands: commands.clone(),
            feed,
            carrier: carrier.clone(),
            views: views::all(),
            read_after: read_after.clone(),
            clock: Arc::clone(&clock),
            sagas: SagaSettings::default(),
            publish_events: config.publish_events,
            gateways,
            reconciler: reconciler.clone(),
            reconcile_every: config.reconcile_every,
        };
        read.tracker.spawn(read_side.run(read.stop.clone()));
        read.tracker.spawn(watch.run(read.stop.clone()));
        read.tracker.spawn(forget_keys(
            pool.clone(),
            Arc::clone(&clock),
            config.idempotency_retention,
            read.stop.clone(),
        ));
        if let Some(metrics) = &metrics {
            telemetry::keep_metrics_small(metrics.clone(), &read.tracker, read.stop.clone());
        }
        tokens.keep_fresh(&read.tracker, read.stop.clone());
        let state = AppState::new(Parts {
            commands: commands.clone(),
            tokens,
            mint,
            clock,
            pool: pool.clone(),
            read_after,
            views: views::all(),
            upcasters: Upcasters::current(),
            cursor_key,
            metrics,
            reconciler,
            webhooks: config.gateways.iter().map(|gateway| (gateway.name.clone(), gateway.webhooks.clone())).collect(),
            request_timeout: config.request_timeout,
            tracker: read.tracker.clone(),
            stop: http.stop.clone(),
        });
        let settings = ServerSettings { max_connections: config.max_connections, drain_timeout: DRAIN_MAX };
        let serving = serve(listener, router(&state), settings, http.stop.clone());
        http.tracker.spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "requests are not taken any more");
            }
        });
        tracing::info!(%address, "taking requests");
        Ok(Running { address, commands, pool, carrier, http, write, read })
    }

    /// Where requests are taken.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The write side, for callers in the same process.
    pub const fn commands(&self) -> &Commands {
        &self.commands
    }

    /// The database, under the engine's own role.
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Ends in order: takes no more requests and answers those under way, carries out what is queued, lets the followers
    /// finish their batch, and stops the servers that are its own.
    pub async fn stop(self) {
        self.http.end("http").await;
        self.write.end("commands").await;
        self.read.end("followers").await;
        if let Some(carrier) = &self.carrier {
            carrier.close().await;
        }
        self.pool.close().await;
        self.servers.stop().await;
        tracing::info!("stopped");
    }
}

/// An engine without its servers.
struct Running {
    address: SocketAddr,
    commands: Commands,
    pool: PgPool,
    carrier: Option<Carrier>,
    http: Stage,
    write: Stage,
    read: Stage,
}

impl Running {
    fn with(self, servers: Servers) -> Engine {
        let Self { address, commands, pool, carrier, http, write, read } = self;
        Engine { address, commands, pool, carrier, servers, http, write, read }
    }
}

async fn bring_up_to_date(servers: &Servers, config: &Config) -> Result<(), MigrationError> {
    match database::migrate(servers.database(), config.owner_as_engine()).await? {
        EngineRole::Separate => {}
        EngineRole::Owner(owner) => tracing::warn!(
            owner,
            "the engine works as the owner of its tables: a trigger alone keeps it from changing the log"
        ),
    }
    Ok(())
}

fn write_settings(config: &Config, servers: &Servers, mint: &Mint) -> Settings {
    let at_least_one = |count: usize| NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN);
    Settings {
        node: mint.node_id(),
        first_lease: servers.first_lease(),
        queue_capacity: at_least_one(config.queue_capacity),
        cached_aggregates: at_least_one(config.cached_aggregates),
        request_timeout: config.request_timeout,
        payment_window: TimeDelta::from_std(config.payment_window).unwrap_or(TimeDelta::MAX),
    }
}

async fn forget_keys(pool: PgPool, clock: Arc<dyn Clock>, retention: Duration, stop: CancellationToken) {
    let retention = TimeDelta::from_std(retention).unwrap_or(TimeDelta::MAX);
    let mut every = tokio::time::interval(FORGET_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = every.tick() => {}
        }
        match idempotency::forget(&pool, clock.now() - retention).await {
            Ok(0) => {}
            Ok(forgotten) => tracing::info!(forgotten, "idempotency keys past their time removed"),
            Err(error) => tracing::warn!(%error, "idempotency keys past their time could not be removed"),
        }
    }
}
