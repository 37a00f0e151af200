//! Programs that are started as children.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use tokio::process::Command;

/// Variables that would give the child other servers or settings than it is started with.
const SETTINGS_PREFIX: &str = "PURSER_";
const SETTINGS: [&str; 2] = ["DATABASE_URL", "NATS_URL"];
/// Where to find installed programs is no setting of the engine.
const KEPT: [&str; 2] = ["PURSER_POSTGRES_BIN", "PURSER_NATS_SERVER"];

/// Leaves out what would be settings of the child's.
pub(crate) fn without_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let ours = name.starts_with(SETTINGS_PREFIX) && !KEPT.contains(&name.as_str());
        if ours || SETTINGS.contains(&name.as_str()) {
            command.env_remove(name);
        }
    }
}

/// An address on loopback that nobody listens on. Another process may take the port before the child does; the child then
/// ends, and says why.
pub(crate) fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
