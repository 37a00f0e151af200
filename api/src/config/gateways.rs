//! The payment gateways among the settings.

use std::{borrow::Cow, collections::BTreeMap, fmt::Display, time::Duration};

use chrono::TimeDelta;
use purser_domain::text::GatewayName;
use reqwest::Url;
use serde::Deserialize;

use super::{ConfigError, Secret, flags::Settings, within};
use crate::gateway::{
    HttpGatewaySettings,
    breaker::BreakerSettings,
    webhook::{WebhookSecret, Webhooks},
};

/// The variable with the secrets of the gateway at `gateway_url`. It has no flag, which would show in the process list, and
/// no key in the file, where a gateway has a table of its own.
pub(super) const SECRET_VARIABLE: &str = "PURSER_GATEWAY_WEBHOOK_SECRET";

/// What the gateway at `gateway_url` is called.
const SINGLE: &str = "sandbox";

/// A payment gateway, checked and with defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayConfig {
    /// What payments name it by.
    pub name: GatewayName,
    /// Its address, `http://host:port`, perhaps with a path.
    pub url: String,
    /// What its callbacks are known by.
    pub webhooks: Webhooks,
    /// How long it may take to answer.
    pub http: HttpGatewaySettings,
    /// When it is left alone.
    pub breaker: BreakerSettings,
}

/// A gateway as the file has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct GatewayTable {
    pub(super) url: Option<String>,
    pub(super) webhook_secrets: Option<Secrets>,
    pub(super) connect_timeout_ms: Option<u32>,
    pub(super) call_timeout_ms: Option<u32>,
    pub(super) breaker_window_seconds: Option<u32>,
    pub(super) breaker_least_calls: Option<u32>,
    pub(super) breaker_failures_percent: Option<u32>,
    pub(super) breaker_open_seconds: Option<u32>,
}

/// One or several. Both are read, because a message about the wrong one would quote the secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "webhook_secrets must be a list of texts")]
pub(super) enum Secrets {
    /// With commas between them.
    Text(Secret<String>),
    List(Vec<Secret<String>>),
}

impl Secrets {
    fn read(&self) -> Result<Webhooks, String> {
        let texts: Vec<&str> = match self {
            Self::Text(text) => text.expose().split(',').map(str::trim).collect(),
            Self::List(texts) => texts.iter().map(|text| text.expose().as_str()).collect(),
        };
        let secrets = texts.into_iter().map(str::parse).collect::<Result<Vec<WebhookSecret>, _>>();
        let mut secrets = secrets.map_err(|error| error.to_string())?.into_iter();
        let first = secrets.next().ok_or("one at least is needed, to know its callbacks from a stranger's")?;
        Ok(secrets.fold(Webhooks::new(first), Webhooks::and))
    }
}

/// The gateways of all layers. The one of `gateway_url` has a name that no table may have beside it.
pub(super) fn check(settings: &Settings) -> Result<Vec<GatewayConfig>, ConfigError> {
    let mut gateways = of_tables(&settings.gateways)?;
    let (url, secrets) = (&settings.gateway_url, &settings.gateway_webhook_secret);
    let Some(url) = url else { return Ok(gateways) };
    let name: GatewayName = SINGLE.parse().map_err(|error| invalid("gateway_url", error))?;
    if settings.gateways.contains_key(&name) {
        return Err(ConfigError::GatewayTwice);
    }
    let table = GatewayTable {
        url: Some(url.clone()),
        webhook_secrets: secrets.clone().map(Secrets::Text),
        ..GatewayTable::default()
    };
    let key = |key: &str| match key {
        "webhook_secrets" => SECRET_VARIABLE.into(),
        _ => "gateway_url".into(),
    };
    gateways.push(read(name, &table, key)?);
    Ok(gateways)
}

fn of_tables(tables: &BTreeMap<GatewayName, GatewayTable>) -> Result<Vec<GatewayConfig>, ConfigError> {
    let read = |(name, table): (&GatewayName, &GatewayTable)| {
        read(name.clone(), table, |key| format!("gateways.{name}.{key}").into())
    };
    tables.iter().map(read).collect()
}

fn read(
    name: GatewayName,
    table: &GatewayTable,
    key: impl Fn(&str) -> Cow<'static, str>,
) -> Result<GatewayConfig, ConfigError> {
    let url = table.url.clone().ok_or_else(|| invalid(key("url"), "is missing"))?;
    check_url(&url).map_err(|reason| invalid(key("url"), reason))?;
    let secrets = table.webhook_secrets.as_ref().ok_or("is missing: callbacks could not be known from a stranger's");
    let webhooks = secrets.map_err(str::to_owned).and_then(Secrets::read);
    let webhooks = webhooks.map_err(|reason| invalid(key("webhook_secrets"), reason))?;
    let milliseconds = |value: u32| Duration::from_millis(value.into());
    let seconds = |value: u32| TimeDelta::seconds(value.into());
    let percent =
        within(key("breaker_failures_percent"), table.breaker_failures_percent, 5, 1..=100)?.try_into().unwrap_or(100);
    let least_calls = within(key("breaker_least_calls"), table.breaker_least_calls, 20, 1..=10_000)?;
    Ok(GatewayConfig {
        name,
        url,
        webhooks,
        http: HttpGatewaySettings {
            connect_timeout: within(key("connect_timeout_ms"), table.connect_timeout_ms, 1_000, 10..=8_000)
                .map(milliseconds)?,
            call_timeout: within(key("call_timeout_ms"), table.call_timeout_ms, 5_000, 10..=8_000).map(milliseconds)?,
        },
        breaker: BreakerSettings {
            window: within(key("breaker_window_seconds"), table.breaker_window_seconds, 10, 1..=3_600).map(seconds)?,
            least_calls: least_calls.try_into().unwrap_or(usize::MAX),
            failures_percent: percent,
            open_for: within(key("breaker_open_seconds"), table.breaker_open_seconds, 5, 1..=3_600).map(seconds)?,
        },
    })
}

/// The reason does not repeat the address, in which somebody may have written a password.
fn check_url(url: &str) -> Result<(), &'static str> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "http" && url.has_host());
    let url = url.ok_or("is not of the form http://host:port")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must hold no user and no password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with its path");
    }
    Ok(())
}

fn invalid(key: impl Into<Cow<'static, str>>, reason: impl Display) -> ConfigError {
    ConfigError::invalid(key, reason)
}
