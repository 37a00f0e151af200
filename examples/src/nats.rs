//! Where a subscriber finds the NATS that carries an engine's events.

use std::{fs, io, path::Path};

use purser::config::{InvalidNatsAddress, NatsAddress};
use serde::Deserialize;

/// Why there is no address.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// The engine wrote none, or it cannot be read.
    #[error("cannot read {path}: does an engine with an embedded NATS run on this data directory?")]
    File {
        /// Which file.
        path: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file holds something else. Its content, with the password in it, is left out.
    #[error("{path} does not hold a port and a password")]
    Unreadable {
        /// Which file.
        path: String,
    },
    /// The address has not its form.
    #[error("the address of NATS {0}")]
    Address(#[from] InvalidNatsAddress),
}

#[derive(Deserialize)]
struct Connection {
    port: u16,
    password: String,
}

/// The address of the NATS that the engine with this data directory owns.
pub fn embedded_nats(data_dir: &Path) -> Result<NatsAddress, NatsError> {
    let file = data_dir.join("nats").join("connection.toml");
    let path = || file.display().to_string();
    let text = fs::read_to_string(&file).map_err(|source| NatsError::File { path: path(), source })?;
    let Ok(Connection { port, password }) = toml::from_str(&text) else {
        return Err(NatsError::Unreadable { path: path() });
    };
    Ok(format!("nats://purser:{password}@127.0.0.1:{port}").parse()?)
}
