//! The engine's settings: from a file, then the environment, then flags, each overriding the one before.

mod environment;
mod error;
mod file;
mod flags;
mod gateways;
mod nats_address;
mod secret;

use crate::embedded::default_data_dir;
use crate::listen::ListenAddress;
use flags::Settings;
use purser_commands::database::OwnerAsEngine;
use sqlx::postgres::PgConnectOptions;
use std::borrow::Cow;
use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

pub use error::ConfigError;
pub use flags::{Flags, LogFormat};
pub use gateways::GatewayConfig;
pub use nats_address::{InvalidNatsAddress, NatsAddress};
pub use secret::Secret;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// Every setting of the engine, checked and with its default filled in. `purser.example.toml` lists the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the embedded servers, the credentials and the locks are.
    pub data_dir: PathBuf,
    /// Where the HTTP API listens.
    pub listen: ListenAddress,
    /// A Postgres of the operator's own; without one the engine owns an embedded one.
    pub database_url: Option<Secret<String>>,
    /// Whether the engine may work as the owner of its database where it can use no role of its own.
    pub owner_as_engine: bool,
    /// What carries the events.
    pub nats: NatsSource,
    /// Whether each event is also published as a message of its own, for subscribers outside the engine.
    pub publish_events: bool,
    /// How long an order may wait for its payment, from its acceptance on.
    pub payment_window: Duration,
    /// HTTP connections at a time, at most.
    pub max_connections: usize,
    /// Commands that may wait for the sequencer, at most; past it callers are told to come back.
    pub queue_capacity: usize,
    /// How long a request may take before it is answered with a timeout.
    pub request_timeout: Duration,
    /// Aggregates kept in memory, at most.
    pub cached_aggregates: usize,
    /// The shape of log lines.
    pub log_format: LogFormat,
    /// Which log lines are written, in the directives of `tracing_subscriber::EnvFilter`.
    pub log_level: String,
    /// Connections to Postgres, at most.
    pub database_connections: u32,
    /// How long idempotency keys are kept.
    pub idempotency_retention: Duration,
    /// Those who take customers' money.
    pub gateways: Vec<GatewayConfig>,
    /// How much time lies between two reconciliations.
    pub reconcile_every: Duration,
}

/// What carries the events from the log to their followers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NatsSource {
    /// A NATS of the operator's own.
    External(NatsAddress),
    /// A private one, if `nats-server` is installed.
    Embedded,
    /// None: followers read the log.
    Off,
}

impl Config {
    /// Reads the process's environment and the configuration file, if one is named, and joins them with the flags.
    pub fn load(flags: Flags) -> Result<Self, ConfigError> {
        Self::resolve(flags, std::env::vars_os())
    }

    /// Whether the engine may work as the owner of its database where it can use no role of its own.
    pub const fn owner_as_engine(&self) -> OwnerAsEngine {
        if self.owner_as_engine { OwnerAsEngine::Allowed } else { OwnerAsEngine::Refused }
    }

    fn resolve(flags: Flags, environment: impl Iterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let environment = environment::read(environment)?;
        let above = flags.settings.or(environment.settings);
        let Some(path) = flags.config.or(environment.config) else { return Self::check(above) };
        let content = file::read(&path)?;
        let settings = file::parse(&path, &content)?;
        // What the file alone would be refused for as well stands in the file.
        let alone = Self::check(settings.clone()).err();
        Self::check(above.or(settings)).map_err(|error| match alone {
            Some(alone) if alone.to_string() == error.to_string() => file::located(&path, &content, error),
            Some(_) | None => error,
        })
    }

    fn check(settings: Settings) -> Result<Self, ConfigError> {
        let nats = nats_source(&settings)?;
        let gateways = gateways::check(&settings)?;
        if let Some(url) = &settings.database_url {
            check_database_url(url)?;
        }
        let log_level = settings.log_level.unwrap_or_else(|| "info".to_owned());
        if let Err(reason) = EnvFilter::try_new(&log_level) {
            return Err(ConfigError::invalid("log_level", reason));
        }
        let payment_window_minutes = within("payment_window_minutes", settings.payment_window_minutes, 30, 1..=10_080)?;
        let request_timeout_seconds = within("request_timeout_seconds", settings.request_timeout_seconds, 10, 1..=600)?;
        let reconcile_minutes = within("reconcile_minutes", settings.reconcile_minutes, 15, 1..=1_440)?;
        let idempotency_retention_days =
            within("idempotency_retention_days", settings.idempotency_retention_days, 8, 7..=3_650)?;
        Ok(Self {
            data_dir: settings.data_dir.unwrap_or_else(default_data_dir),
            listen: settings.listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 8080).into()),
            database_url: settings.database_url,
            owner_as_engine: settings.owner_as_engine.unwrap_or(false),
            // Nobody outside knows of a private NATS, unless the operator says so.
            publish_events: settings.publish_events.unwrap_or(matches!(nats, NatsSource::External(_))),
            nats,
            payment_window: MINUTE * payment_window_minutes,
            max_connections: count("max_connections", settings.max_connections, 1_024, 1..=100_000)?,
            queue_capacity: count("queue_capacity", settings.queue_capacity, 4_096, 1..=1_000_000)?,
            request_timeout: Duration::from_secs(request_timeout_seconds.into()),
            cached_aggregates: count("cached_aggregates", settings.cached_aggregates, 100_000, 100..=100_000_000)?,
            log_format: settings.log_format.unwrap_or_default(),
            log_level,
            database_connections: within("database_connections", settings.database_connections, 10, 4..=90)?,
            idempotency_retention: DAY * idempotency_retention_days,
            gateways,
            reconcile_every: MINUTE * reconcile_minutes,
        })
    }
}

/// An address wins; otherwise a NATS of one's own goes with a Postgres of one's own, because a private carrier beside a
/// shared log would reach only this one of the engines on that log.
fn nats_source(settings: &Settings) -> Result<NatsSource, ConfigError> {
    use flags::NatsKey;
    match (&settings.nats_url, settings.nats.unwrap_or_default()) {
        (Some(_), NatsKey::Embedded | NatsKey::Off) => Err(ConfigError::NatsContradiction),
        (Some(url), NatsKey::Auto) => match url.expose().parse() {
            Ok(address) => Ok(NatsSource::External(address)),
            Err(reason) => Err(ConfigError::invalid("nats_url", reason)),
        },
        (None, NatsKey::Auto) if settings.database_url.is_none() => Ok(NatsSource::Embedded),
        (None, NatsKey::Embedded) => Ok(NatsSource::Embedded),
        (None, NatsKey::Auto | NatsKey::Off) => Ok(NatsSource::Off),
    }
}

/// The reason is our own: the parser's might repeat parts of the URL, and with it the password.
fn check_database_url(url: &Secret<String>) -> Result<(), ConfigError> {
    let known_scheme = ["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme));
    if known_scheme && url.expose().parse::<PgConnectOptions>().is_ok() {
        Ok(())
    } else {
        Err(ConfigError::invalid("database_url", "is not of the form postgres://user:password@host:port/database"))
    }
}

fn within(
    key: impl Into<Cow<'static, str>>,
    given: Option<u32>,
    default: u32,
    allowed: RangeInclusive<u32>,
) -> Result<u32, ConfigError> {
    let value = given.unwrap_or(default);
    if allowed.contains(&value) {
        Ok(value)
    } else {
        Err(ConfigError::OutOfRange { key: key.into(), value, least: *allowed.start(), most: *allowed.end() })
    }
}

fn count(
    key: &'static str,
    given: Option<u32>,
    default: u32,
    allowed: RangeInclusive<u32>,
) -> Result<usize, ConfigError> {
    // Every platform that runs Postgres addresses at least 32 bits.
    within(key, given, default, allowed).map(|value| usize::try_from(value).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests;
