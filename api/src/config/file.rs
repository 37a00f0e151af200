use super::ConfigError;
use super::flags::Settings;
use std::fs;
use std::ops::Range;
use std::path::Path;
use toml::de::{DeTable, DeValue};

pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })
}

/// The whole message of the parser would quote the faulty line, and with it perhaps a password.
pub(super) fn parse(path: &Path, content: &str) -> Result<Settings, ConfigError> {
    toml::from_str(content).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let reason = error.message().to_owned();
        // A message about an unknown key names it by itself.
        let key = key_at(content, start).filter(|key| !reason.contains(&format!("`{}`", last_part(key))));
        ConfigError::File { path: path.to_owned(), line: line_of(content, start), key, reason }
    })
}

/// A fault of a value that the file has, with the line that it stands in.
pub(super) fn located(path: &Path, content: &str, fault: ConfigError) -> ConfigError {
    let place = fault.key().and_then(|key| {
        let document = DeTable::parse(content).ok()?;
        span_of(document.get_ref(), key)
    });
    match place {
        Some(span) => {
            ConfigError::InFile { path: path.to_owned(), line: line_of(content, span.start), fault: Box::new(fault) }
        }
        None => fault,
    }
}

/// Where a key stands, written with dots between its parts. A key that is missing in its table is told by the table.
fn span_of(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    table.iter().find_map(|(name, value)| {
        let rest = key.strip_prefix(name.get_ref().as_ref())?;
        match (rest.strip_prefix('.'), value.get_ref()) {
            (None, _) => rest.is_empty().then(|| name.span()),
            (Some(rest), DeValue::Table(inner)) => Some(span_of(inner, rest).unwrap_or_else(|| name.span())),
            (Some(_), _) => None,
        }
    })
}

/// The key that a place in the file is about, if it can be told: the innermost whose value reaches over the place, or what
/// stands in the line before its sign of equality.
fn key_at(content: &str, place: usize) -> Option<String> {
    match DeTable::parse(content) {
        Ok(document) => innermost(document.get_ref(), place),
        Err(_) => {
            let before = content.get(..place)?;
            let line = &content[before.rfind('\n').map_or(0, |end| end + 1)..];
            let (key, _) = line.lines().next()?.split_once('=')?;
            let key = key.trim();
            let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
            (!key.is_empty() && key.bytes().all(is_key)).then(|| key.to_owned())
        }
    }
}

fn innermost(table: &DeTable<'_>, place: usize) -> Option<String> {
    table.iter().find_map(|(name, value)| {
        let inner = match value.get_ref() {
            DeValue::Table(inner) => innermost(inner, place),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => None,
        };
        let here = value.span().contains(&place) || name.span().contains(&place);
        inner.map(|inner| format!("{}.{inner}", name.get_ref())).or_else(|| here.then(|| name.get_ref().to_string()))
    })
}

fn last_part(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, last)| last)
}

fn line_of(content: &str, place: usize) -> usize {
    content.bytes().take(place).filter(|byte| *byte == b'\n').count() + 1
}
