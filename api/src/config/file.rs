use super::ConfigError;
use super::flags::Settings;
use std::fs;
use std::path::Path;

pub(super) fn read(path: &Path) -> Result<Settings, ConfigError> {
    let content =
        fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    parse(path, &content)
}

/// The whole message of the parser would quote the faulty line, and with it perhaps a password.
pub(super) fn parse(path: &Path, content: &str) -> Result<Settings, ConfigError> {
    toml::from_str(content).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = content.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        ConfigError::File { path: path.to_owned(), line, reason: error.message().to_owned() }
    })
}
