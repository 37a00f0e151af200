#![expect(clippy::doc_markdown, reason = "these docs are the command line's help, where backticks would show")]

use super::Secret;
use super::gateways::GatewayTable;
use crate::listen::ListenAddress;
use clap::{Args, ValueEnum};
use purser_domain::text::GatewayName;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The settings that every command of the engine takes. A flag beats the environment, and that beats the file.
#[derive(Debug, Clone, Default, Args)]
pub struct Flags {
    /// A TOML file with settings, named as the flags of purser serve with _ for -, as in payment_window_minutes = 30, and
    /// with tables of gateways; the source has an example of all as api/purser.example.toml
    /// [env: PURSER_CONFIG] [default: none]
    #[arg(long, value_name = "PATH")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// One layer of settings, as given and not yet checked: the flags, the environment or the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    /// Directory of the embedded servers, their data and the credentials; one engine at a time
    /// [env: PURSER_DATA_DIR] [default: /var/lib/purser for root, else ./purser-data]
    #[arg(long, value_name = "DIR")]
    pub(super) data_dir: Option<PathBuf>,
    /// Address, or name, and port of the HTTP API; port 0 takes any free one
    /// [env: PURSER_LISTEN] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub(super) listen: Option<ListenAddress>,
    /// URL of a Postgres of your own, instead of the embedded one. A flag shows in the process list: the environment
    /// or the file is the better place for a password
    /// [env: DATABASE_URL, PURSER_DATABASE_URL] [default: none]
    #[arg(long, value_name = "URL")]
    pub(super) database_url: Option<Secret<String>>,
    /// Let the engine work as the owner of that Postgres's database where it can use no role of its own, which could only
    /// append to the log: what keeps the past from the engine is then a trigger, which the owner can take away
    /// [env: PURSER_OWNER_AS_ENGINE] [default: false]
    #[arg(long, value_name = "BOOL")]
    pub(super) owner_as_engine: Option<bool>,
    /// URL of a NATS of your own, or several with commas between them; advice as for --database-url
    /// [env: NATS_URL, PURSER_NATS_URL] [default: none]
    #[arg(long, value_name = "URL")]
    pub(super) nats_url: Option<Secret<String>>,
    /// What carries events when there is no NATS URL: an embedded NATS, or nothing, so that the log itself is followed.
    /// auto is embedded beside an embedded Postgres and off beside one of your own
    /// [env: PURSER_NATS] [default: auto]
    #[arg(long, value_name = "WHICH")]
    pub(super) nats: Option<NatsKey>,
    /// Whether each event is also published as a message of its own, for subscribers outside the engine. The default is
    /// true with a NATS of your own and false with the embedded one
    /// [env: PURSER_PUBLISH_EVENTS] [default: see above]
    #[arg(long, value_name = "BOOL")]
    pub(super) publish_events: Option<bool>,
    /// Minutes, 1 to 10080, that an order may wait for its payment
    /// [env: PURSER_PAYMENT_WINDOW_MINUTES] [default: 30]
    #[arg(long, value_name = "MINUTES")]
    pub(super) payment_window_minutes: Option<u32>,
    /// HTTP connections at a time, 1 to 100000; further ones wait
    /// [env: PURSER_MAX_CONNECTIONS] [default: 1024]
    #[arg(long, value_name = "COUNT")]
    pub(super) max_connections: Option<u32>,
    /// Commands that may wait to be decided, 1 to 1000000; further ones are answered 503
    /// [env: PURSER_QUEUE_CAPACITY] [default: 4096]
    #[arg(long, value_name = "COUNT")]
    pub(super) queue_capacity: Option<u32>,
    /// Seconds, 1 to 600, after which a request is answered with a timeout
    /// [env: PURSER_REQUEST_TIMEOUT_SECONDS] [default: 10]
    #[arg(long, value_name = "SECONDS")]
    pub(super) request_timeout_seconds: Option<u32>,
    /// Orders, products and stock items kept in memory, 100 to 100000000; a few KiB each
    /// [env: PURSER_CACHED_AGGREGATES] [default: 100000]
    #[arg(long, value_name = "COUNT")]
    pub(super) cached_aggregates: Option<u32>,
    /// Shape of log lines: text for people, json for collectors
    /// [env: PURSER_LOG_FORMAT] [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub(super) log_format: Option<LogFormat>,
    /// Which log lines are written: off, error, warn, info, debug, trace, also by module as in info,purser=debug
    /// [env: PURSER_LOG_LEVEL] [default: info]
    #[arg(long, value_name = "DIRECTIVES")]
    pub(super) log_level: Option<String>,
    /// Connections to Postgres at a time, 4 to 90
    /// [env: PURSER_DATABASE_CONNECTIONS] [default: 10]
    #[arg(long, value_name = "COUNT")]
    pub(super) database_connections: Option<u32>,
    /// Days, 7 to 3650, that idempotency keys are kept
    /// [env: PURSER_IDEMPOTENCY_RETENTION_DAYS] [default: 8]
    #[arg(long, value_name = "DAYS")]
    pub(super) idempotency_retention_days: Option<u32>,
    /// Address of one payment gateway, which is named sandbox. What its callbacks are signed with is read from the
    /// environment only, PURSER_GATEWAY_WEBHOOK_SECRET. The file may have several gateways, each with more to say
    /// [env: PURSER_GATEWAY_URL] [default: none]
    #[arg(long, value_name = "URL")]
    pub(super) gateway_url: Option<String>,
    /// Read from the environment only.
    #[arg(skip)]
    #[serde(skip)]
    pub(super) gateway_webhook_secret: Option<Secret<String>>,
    /// Read from the file only.
    #[arg(skip)]
    pub(super) gateways: BTreeMap<GatewayName, GatewayTable>,
    /// Minutes, 1 to 1440, between two reconciliations of log, views and gateways
    /// [env: PURSER_RECONCILE_MINUTES] [default: 15]
    #[arg(long, value_name = "MINUTES")]
    pub(super) reconcile_minutes: Option<u32>,
}

/// The shape of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// What to do without an address of a NATS server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum NatsKey {
    #[default]
    Auto,
    Embedded,
    Off,
}

impl Settings {
    /// These settings, and those of `lower` where these are silent.
    pub(super) fn or(self, lower: Self) -> Self {
        Self {
            data_dir: self.data_dir.or(lower.data_dir),
            listen: self.listen.or(lower.listen),
            database_url: self.database_url.or(lower.database_url),
            owner_as_engine: self.owner_as_engine.or(lower.owner_as_engine),
            nats_url: self.nats_url.or(lower.nats_url),
            nats: self.nats.or(lower.nats),
            publish_events: self.publish_events.or(lower.publish_events),
            payment_window_minutes: self.payment_window_minutes.or(lower.payment_window_minutes),
            max_connections: self.max_connections.or(lower.max_connections),
            queue_capacity: self.queue_capacity.or(lower.queue_capacity),
            request_timeout_seconds: self.request_timeout_seconds.or(lower.request_timeout_seconds),
            cached_aggregates: self.cached_aggregates.or(lower.cached_aggregates),
            log_format: self.log_format.or(lower.log_format),
            log_level: self.log_level.or(lower.log_level),
            database_connections: self.database_connections.or(lower.database_connections),
            idempotency_retention_days: self.idempotency_retention_days.or(lower.idempotency_retention_days),
            gateway_url: self.gateway_url.or(lower.gateway_url),
            gateway_webhook_secret: self.gateway_webhook_secret.or(lower.gateway_webhook_secret),
            gateways: if self.gateways.is_empty() { lower.gateways } else { self.gateways },
            reconcile_minutes: self.reconcile_minutes.or(lower.reconcile_minutes),
        }
    }
}
