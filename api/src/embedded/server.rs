use super::account::Account;
use super::server_log::ServerLog;
use super::{EmbeddedError, guard, leftover};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin};
use tokio::time::{Instant, sleep, timeout};

/// Generous, because recovery after a crash replays the write-ahead log first. A server that fails ends earlier.
const READY_PATIENCE: Duration = Duration::from_mins(10);
const READY_POLL: Duration = Duration::from_millis(2);

/// All that is needed to start one server, again and again.
#[derive(Debug)]
pub(super) struct ServerSpec {
    /// Its name in log lines and metrics.
    pub(super) name: &'static str,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    /// The argument by which a process is recognised as this server of this data directory.
    pub(super) mark: String,
    pub(super) home: PathBuf,
    pub(super) account: Account,
    pub(super) log: ServerLog,
    /// The file into which the server writes its process id, on the first line.
    pub(super) pid_file: PathBuf,
    /// Files that a killed server leaves behind and that would hinder the next one.
    pub(super) litter: Vec<PathBuf>,
    pub(super) readiness: Readiness,
    /// How long an orderly stop may take.
    pub(super) stop_patience: Duration,
}

impl ServerSpec {
    /// The signals that end the server, from polite to final, each with the time to wait for it. Both servers take
    /// SIGINT for an orderly and quick stop.
    pub(super) fn stop_steps(&self) -> [(Signal, Duration); 3] {
        [
            (Signal::SIGINT, self.stop_patience),
            (Signal::SIGQUIT, Duration::from_secs(5)),
            (Signal::SIGKILL, Duration::from_secs(5)),
        ]
    }
}

/// How a server says that it takes connections.
#[derive(Debug, Clone)]
pub(super) enum Readiness {
    /// Postgres writes `ready` into the eighth line of its pid file.
    PidFileSaysReady,
    /// NATS greets every connection with a line `INFO`.
    Greeting(SocketAddr),
}

/// A server that was started by this process and was ready at least once.
#[derive(Debug)]
pub(super) struct RunningServer {
    child: Child,
    leash: ChildStdin,
}

impl RunningServer {
    /// Starts the server and waits until it is ready. Whatever an earlier run left is cleared away first.
    pub(super) async fn launch(spec: &ServerSpec) -> Result<Self, EmbeddedError> {
        leftover::settle(spec).await?;
        for path in &spec.litter {
            // Usually there is none.
            let _ = fs::remove_file(path);
        }
        let log_start = spec.log.end();
        let mut command = guard::command(&spec.program, &spec.home, spec.account)
            .map_err(EmbeddedError::io("open the directory", &spec.home))?;
        command.args(&spec.arguments).stderr(Stdio::from(spec.log.open()?));
        let mut child = tokio::process::Command::from(command)
            .spawn()
            .map_err(EmbeddedError::io("run, as the server's user,", &spec.program))?;
        let leash = child.stdin.take().ok_or(EmbeddedError::SupervisorGone { server: spec.name })?;
        let mut server = Self { child, leash };
        match server.wait_until_ready(spec, log_start).await {
            Ok(()) => Ok(server),
            Err(error) => {
                server.stop(spec).await;
                Err(error)
            }
        }
    }

    /// Completes when the server has ended.
    pub(super) async fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.wait().await.ok();
        self.release().await;
        status
    }

    /// Stops the server, orderly if it lets itself be stopped so.
    pub(super) async fn stop(mut self, spec: &ServerSpec) {
        for (signal, patience) in spec.stop_steps() {
            let Some(pid) = self.pid() else { break };
            // It may have ended by itself in this moment.
            let _ = kill(pid, signal);
            if timeout(patience, self.child.wait()).await.is_ok() {
                break;
            }
            tracing::warn!(server = spec.name, %signal, ?patience, "the server does not stop");
        }
        self.release().await;
    }

    /// Sends the watcher away. Failing to is harmless: it then finds nothing to stop.
    async fn release(&mut self) {
        let _ = self.leash.write_all(b"released\n").await;
    }

    /// The process id, for as long as the server has not been seen to have ended.
    fn pid(&self) -> Option<Pid> {
        self.child.id().and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw)
    }

    async fn wait_until_ready(&mut self, spec: &ServerSpec, log_start: u64) -> Result<(), EmbeddedError> {
        let deadline = Instant::now() + READY_PATIENCE;
        let mut next_notice = Instant::now() + Duration::from_secs(10);
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(EmbeddedError::EndedEarly {
                    server: spec.name,
                    status,
                    log: spec.log.path().to_owned(),
                    last_words: spec.log.since(log_start),
                });
            }
            if self.is_ready(spec).await {
                return Ok(());
            }
            if Instant::now() > deadline {
                let waited_seconds = READY_PATIENCE.as_secs();
                return Err(EmbeddedError::NotReady {
                    server: spec.name,
                    waited_seconds,
                    log: spec.log.path().to_owned(),
                });
            }
            if Instant::now() > next_notice {
                tracing::info!(server = spec.name, "the server is still starting, perhaps recovering from a crash");
                next_notice += Duration::from_secs(10);
            }
            sleep(READY_POLL).await;
        }
    }

    async fn is_ready(&self, spec: &ServerSpec) -> bool {
        match &spec.readiness {
            Readiness::PidFileSaysReady => {
                let content = fs::read_to_string(&spec.pid_file).unwrap_or_default();
                let own = content.lines().next().and_then(|pid| pid.trim().parse().ok()).map(Pid::from_raw);
                own.is_some()
                    && own == self.pid()
                    && content.lines().nth(7).is_some_and(|state| state.trim() == "ready")
            }
            Readiness::Greeting(address) => greets(*address).await,
        }
    }
}

async fn greets(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else { return false };
    let mut greeting = [0; 5];
    matches!(timeout(Duration::from_secs(1), stream.read_exact(&mut greeting)).await, Ok(Ok(_)))
        && &greeting == b"INFO "
}
