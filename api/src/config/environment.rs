use super::ConfigError;
use super::Secret;
use super::flags::{Flags, Settings};
use super::gateways::SECRET_VARIABLE;
use clap::{CommandFactory, FromArgMatches, Parser};
use std::ffi::{OsStr, OsString};

mod kubernetes;

const PREFIX: &str = "PURSER_";
/// Names that others have long agreed on. The same setting under our own prefix wins.
const CUSTOMARY: [(&str, &str); 2] = [("DATABASE_URL", "database_url"), ("NATS_URL", "nats_url")];
/// Variables with our prefix that are read elsewhere: by the embedded servers, by clients of the API, and by the
/// sandbox gateway.
const READ_ELSEWHERE: [&str; 5] =
    ["PURSER_POSTGRES_BIN", "PURSER_NATS_SERVER", "PURSER_URL", "PURSER_TOKEN", "PURSER_SANDBOX_WEBHOOK_SECRET"];

/// The flags as a command of their own, so that a variable's value is read exactly as the flag's is.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Variables {
    #[command(flatten)]
    flags: Flags,
}

/// Reads the settings among the variables. An empty value counts as absent, which is what orchestration tools pass for
/// a value that was left open.
pub(super) fn read(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<Flags, ConfigError> {
    let keys = keys();
    let mut customary = Flags::default();
    let mut own = Flags::default();
    for (name, value) in variables.filter(|(_, value)| !value.is_empty()) {
        let Some(name) = name.to_str() else { continue };
        if let Some((_, key)) = CUSTOMARY.iter().find(|(known, _)| *known == name) {
            customary = joined(parse(name, key, &value)?, customary);
        } else if let Some(key) = name.strip_prefix(PREFIX).map(str::to_ascii_lowercase) {
            if READ_ELSEWHERE.contains(&name) || kubernetes::makes(name, &value) {
                continue;
            }
            if name == SECRET_VARIABLE {
                own = joined(secret(name, &value)?, own);
                continue;
            }
            if name != variable(&key) || !keys.contains(&key) {
                return Err(ConfigError::UnknownVariable { name: name.to_owned(), nearest: nearest(&key, &keys) });
            }
            own = joined(parse(name, &key, &value)?, own);
        }
    }
    Ok(joined(own, customary))
}

fn joined(first: Flags, second: Flags) -> Flags {
    Flags { config: first.config.or(second.config), settings: first.settings.or(second.settings) }
}

/// The one setting that has no flag.
fn secret(name: &str, value: &OsStr) -> Result<Flags, ConfigError> {
    let unreadable = || ConfigError::Variable { name: name.to_owned(), reason: "is not readable text".to_owned() };
    let secret = Secret::from(value.to_str().ok_or_else(unreadable)?.to_owned());
    let settings = Settings { gateway_webhook_secret: Some(secret), ..Settings::default() };
    Ok(Flags { config: None, settings })
}

fn parse(name: &str, key: &str, value: &OsStr) -> Result<Flags, ConfigError> {
    let mut argument = OsString::from(format!("--{}=", key.replace('_', "-")));
    argument.push(value);
    let matches = Variables::command().try_get_matches_from([argument]);
    matches.and_then(|matches| Variables::from_arg_matches(&matches)).map(|read| read.flags).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        ConfigError::Variable { name: name.to_owned(), reason }
    })
}

/// The keys of all settings, as the file spells them, and `config`.
pub(super) fn keys() -> Vec<String> {
    Variables::command().get_arguments().map(|argument| argument.get_id().to_string()).collect()
}

/// The variable of a key.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase())
}

/// The known variable that a misspelling most likely means.
fn nearest(key: &str, keys: &[String]) -> String {
    let known = keys.iter().map(|known| variable(known));
    let known = known.chain(READ_ELSEWHERE.iter().chain([&SECRET_VARIABLE]).map(ToString::to_string));
    let meant = variable(key);
    known.min_by_key(|known| strsim::damerau_levenshtein(known, &meant)).unwrap_or_default()
}
