//! The engine as a process of its own, to be killed.

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{Api, wait::until};

/// `purser serve` on its embedded servers.
#[derive(Debug)]
pub struct EngineProcess {
    child: Child,
    address: SocketAddr,
    data_dir: PathBuf,
}

/// A server that the engine owns.
#[derive(Debug, Clone, Copy)]
pub enum Owned {
    /// Its Postgres.
    Postgres,
    /// Its NATS.
    Nats,
}

impl EngineProcess {
    /// Starts one and waits until it takes commands.
    pub async fn start(program: &Path, data_dir: &Path) -> Self {
        Self::start_at(program, data_dir, free_address()).await
    }

    /// Starts one at a given address and waits until it takes commands. It is ready to be asked a moment before it is the
    /// writer.
    pub async fn start_at(program: &Path, data_dir: &Path, address: SocketAddr) -> Self {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(data_dir.with_extension("log"))
            .expect("a file for log lines");
        let child = Command::new(program)
            .args(["serve", "--listen", &address.to_string(), "--data-dir"])
            .arg(data_dir)
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the purser program");
        let started = Self { child, address, data_dir: data_dir.to_owned() };
        let client = reqwest::Client::new();
        let ready = format!("http://{address}/health/ready");
        until("the engine writes", async || {
            let answered = client.get(&ready).send().await.ok()?.error_for_status().ok()?;
            let readiness: serde_json::Value = answered.json().await.ok()?;
            (readiness["role"] == "writer").then_some(())
        })
        .await;
        started
    }

    /// A caller of its API.
    pub fn api(&self) -> Api {
        Api::new(self.address, &self.data_dir)
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it without any warning, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("its end");
    }

    /// Asks it to stop and returns how it ended.
    pub fn terminate(mut self) -> ExitStatus {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a pid"));
        kill(pid, Signal::SIGTERM).expect("a process to signal");
        self.child.wait().expect("its end")
    }

    /// Ends one of its servers without any warning.
    pub fn kill_owned(&self, owned: Owned) {
        let file = match owned {
            Owned::Postgres => self.data_dir.join("postgres/postmaster.pid"),
            Owned::Nats => self.data_dir.join("nats/nats.pid"),
        };
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        // Between two starts there is no server to kill, which is as good as one that was.
        if let Some(pid) = text.lines().next().and_then(|line| line.trim().parse().ok()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

impl Drop for EngineProcess {
    fn drop(&mut self) {
        // A test that failed leaves nothing running. A process that has ended already is not there to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody listens on at the moment.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

/// The `purser` program of this build, built if it is not there.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("the test program's path");
    let profile = test.parent().and_then(Path::parent).expect("a build directory");
    let built = Command::new(env!("CARGO"))
        // The whole workspace's features, so that nothing is built twice.
        .args(["build", "--workspace", "--bin", "purser", "--locked", "--quiet"])
        .args((profile.ends_with("release")).then_some("--release"))
        .stdin(Stdio::null())
        .status()
        .expect("cargo");
    assert!(built.success(), "the purser program was not built");
    profile.join("purser")
}
