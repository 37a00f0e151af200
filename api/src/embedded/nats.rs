//! A private NATS with `JetStream`, where `nats-server` is installed.

use super::account::Account;
use super::data_dir::DataDir;
use super::random::{random_bytes, random_token};
use super::server::{Readiness, ServerSpec};
use super::server_log::ServerLog;
use super::supervisor::Supervisor;
use super::{EmbeddedError, guard, leftover};
use crate::config::NatsAddress;
use serde::{Deserialize, Serialize};
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

const SERVER: &str = "nats";
const USER: &str = "purser";
const OVERRIDE: &str = "PURSER_NATS_SERVER";
/// Beside PATH, which often lacks the system administrator's directories.
const PLACES: [&str; 5] =
    ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin"];
const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// A free port may be taken by somebody else before the server has it.
const PORT_ATTEMPTS: usize = 5;

/// A NATS server that belongs to this engine, on a loopback port and behind a random password.
///
/// It is started again, at the same address, when it dies, and ends with the engine, however that ends. It only
/// carries what the log holds already, so losing its files loses nothing.
#[derive(Debug)]
pub struct EmbeddedNats {
    address: NatsAddress,
    supervisor: Supervisor,
}

impl EmbeddedNats {
    /// Starts the server, or returns `None` if `nats-server` is not installed.
    pub async fn start(data_dir: &DataDir) -> Result<Option<Self>, EmbeddedError> {
        let Some(program) = find()? else { return Ok(None) };
        let mut attempt = 1;
        loop {
            let (owner, program) = (data_dir.clone(), program.clone());
            let (spec, address) = tokio::task::spawn_blocking(move || prepare(&owner, program))
                .await
                .map_err(|_| EmbeddedError::SupervisorGone { server: SERVER })??;
            match Supervisor::start(spec, data_dir.clone()).await {
                Ok(supervisor) => return Ok(Some(Self { address, supervisor })),
                Err(EmbeddedError::EndedEarly { last_words, .. })
                    if attempt < PORT_ATTEMPTS && last_words.contains("address already in use") =>
                {
                    tracing::info!("the port chosen for nats was taken meanwhile, choosing another");
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Where it listens and how to be let in. Stays the same for as long as this engine runs.
    pub fn address(&self) -> &NatsAddress {
        &self.address
    }

    /// Stops the server in bounded time.
    pub async fn stop(self) {
        self.supervisor.stop().await;
    }
}

/// What makes up the address, kept from one start to the next so that subscribers outside the engine find it again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Connection {
    port: u16,
    password: String,
}

fn prepare(data_dir: &DataDir, program: PathBuf) -> Result<(ServerSpec, NatsAddress), EmbeddedError> {
    let home = data_dir.path().join("nats");
    let account = Account::for_home(&home)?;
    account.create_dir(&home)?;
    let connection = connection(&home, account)?;
    let seen = guard::home_as_seen_by(account, &home);
    account.write_private(&home.join("nats-server.conf"), &configuration(&seen, &connection))?;
    let url = format!("nats://{USER}:{}@127.0.0.1:{}", connection.password, connection.port);
    let address = url.parse().map_err(|reason: crate::config::InvalidNatsAddress| EmbeddedError::DamagedState {
        path: connection_path(&home),
        reason: reason.to_string(),
    })?;
    let mark = mark(connection.port);
    let spec = ServerSpec {
        name: SERVER,
        program,
        arguments: vec!["-c".into(), seen.join("nats-server.conf").into(), mark.clone().into()],
        mark,
        account,
        log: ServerLog::new(data_dir.path().join("nats.log")),
        pid_file: pid_file(&home),
        litter: Vec::new(),
        readiness: Readiness::Greeting(SocketAddr::from((Ipv4Addr::LOCALHOST, connection.port))),
        stop_patience: STOP_PATIENCE,
        home,
    };
    Ok((spec, address))
}

/// The stored connection, with another port if a stranger has taken the stored one meanwhile.
fn connection(home: &Path, account: Account) -> Result<Connection, EmbeddedError> {
    let path = connection_path(home);
    let stored: Option<Connection> =
        match fs::read_to_string(&path) {
            Ok(content) => Some(toml::from_str(&content).map_err(|error| EmbeddedError::DamagedState {
                path: path.clone(),
                reason: error.message().to_owned(),
            })?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(EmbeddedError::io("read", &path)(error)),
        };
    let connection = match stored {
        Some(stored) if is_free(stored.port) || leftover::lives(&pid_file(home), &mark(stored.port)) => {
            return Ok(stored);
        }
        Some(stored) => Connection { port: free_port()?, password: stored.password },
        None => Connection { port: free_port()?, password: random_token()? },
    };
    let content = format!("port = {}\npassword = \"{}\"\n", connection.port, connection.password);
    account.write_private(&path, &content)?;
    Ok(connection)
}

/// The argument by which the server is recognised: one port serves one server.
fn mark(port: u16) -> String {
    format!("--port={port}")
}

fn pid_file(home: &Path) -> PathBuf {
    home.join("nats.pid")
}

fn connection_path(home: &Path) -> PathBuf {
    home.join("connection.toml")
}

fn configuration(home: &Path, connection: &Connection) -> String {
    let home = quoted(home);
    let Connection { port, password } = connection;
    format!(
        "# Written by purser at every start.
server_name: purser
listen: \"127.0.0.1:{port}\"
authorization {{ user: \"{USER}\", password: \"{password}\" }}
jetstream {{ store_dir: \"{home}/jetstream\" }}
pid_file: \"{home}/nats.pid\"
"
    )
}

/// A path inside a quoted string of the configuration.
fn quoted(path: &Path) -> String {
    path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"")
}

fn find() -> Result<Option<PathBuf>, EmbeddedError> {
    if let Some(named) = env::var_os(OVERRIDE) {
        let path = PathBuf::from(named);
        return if path.is_file() { Ok(Some(path)) } else { Err(EmbeddedError::NoSuchNatsServer { path }) };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let places = env::split_paths(&path).chain(PLACES.map(PathBuf::from));
    Ok(places.map(|place| place.join("nats-server")).find(|program| program.is_file()))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Below the range from which systems take the ports of outgoing connections, so that after a crash the server finds
/// its port still free.
fn free_port() -> Result<u16, EmbeddedError> {
    for bytes in random_bytes::<128>()?.as_chunks::<2>().0 {
        let port = 20_000 + u16::from_be_bytes(*bytes) % 12_000;
        if is_free(port) {
            return Ok(port);
        }
    }
    let any = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    any.map(|address| address.port()).map_err(EmbeddedError::io("find a free port on", "127.0.0.1".as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_with_quotes_stays_one_string_of_the_configuration() {
        let connection = Connection { port: 20_000, password: "secret".into() };

        let written = configuration(Path::new("/a \"b\\c"), &connection);

        assert!(written.contains(r#"store_dir: "/a \"b\\c/jetstream""#), "{written}");
    }

    #[test]
    fn the_port_of_a_stranger_is_given_up_and_the_password_kept() {
        let home = tempfile::tempdir().unwrap();
        let first = connection(home.path(), Account::Own).unwrap();
        assert_eq!(connection(home.path(), Account::Own).unwrap().port, first.port);

        let _stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, first.port)).unwrap();
        let second = connection(home.path(), Account::Own).unwrap();

        assert_ne!(second.port, first.port);
        assert_eq!(second.password, first.password);
        assert_eq!(connection(home.path(), Account::Own).unwrap().port, second.port);
    }
}
