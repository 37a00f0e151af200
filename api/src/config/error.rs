use std::borrow::Cow;
use std::fmt::Display;
use std::io;
use std::path::PathBuf;

/// Why the settings cannot be used. No message repeats a secret's value.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The named file cannot be read.
    #[error("cannot read the configuration file {}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// The file is not TOML, has an unknown key, or a value of the wrong type.
    #[error("{}, line {line}: {}{reason}", .path.display(), .key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default())]
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The key, where there is one.
        key: Option<String>,
        /// What is wrong there.
        reason: String,
    },
    /// A value of the file has the right type and cannot be used.
    #[error("{}, line {line}: {fault}", .path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        fault: Box<ConfigError>,
    },
    /// A variable has our prefix but no meaning.
    #[error("the environment variable {name} is not one of purser's: is it a misspelling of {nearest}?")]
    UnknownVariable {
        /// The variable.
        name: String,
        /// The known variable most like it.
        nearest: String,
    },
    /// A variable's value cannot be read.
    #[error("the environment variable {name}: {reason}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong with its value.
        reason: String,
    },
    /// A number is outside of its range.
    #[error("{key} is {value}, allowed is {least} to {most}")]
    OutOfRange {
        /// The setting.
        key: Cow<'static, str>,
        /// Its value.
        value: u32,
        /// The least value allowed.
        least: u32,
        /// The greatest value allowed.
        most: u32,
    },
    /// A value has the right type and still makes no sense.
    #[error("{key}: {reason}")]
    Invalid {
        /// The setting.
        key: Cow<'static, str>,
        /// What is wrong.
        reason: String,
    },
    /// An address of a NATS server, and the order not to use it.
    #[error("nats_url names a server and nats says not to use it: remove one of the two")]
    NatsContradiction,
    /// Two gateways of one name.
    #[error("gateway_url is the gateway sandbox, and the file has a table gateways.sandbox: remove one of the two")]
    GatewayTwice,
}

impl ConfigError {
    pub(super) fn invalid(key: impl Into<Cow<'static, str>>, reason: impl Display) -> Self {
        Self::Invalid { key: key.into(), reason: reason.to_string() }
    }

    /// The setting whose value cannot be used, if it is that.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::OutOfRange { key, .. } | Self::Invalid { key, .. } => Some(key),
            Self::Unreadable { .. }
            | Self::File { .. }
            | Self::InFile { .. }
            | Self::UnknownVariable { .. }
            | Self::Variable { .. }
            | Self::NatsContradiction
            | Self::GatewayTwice => None,
        }
    }
}
