//! The engine and the gateway as children, to be killed.

use std::{
    ffi::OsString,
    fs::File,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, sleep_until, timeout},
};

use super::StormError;
use crate::child::without_settings;

const START_MAX: Duration = Duration::from_mins(2);
const STOP_MAX: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

/// The lines of a child's log that an error repeats.
const LAST_WORDS: usize = 5;

/// How a child is started, again and again.
#[derive(Debug)]
pub(super) struct Program {
    /// What it is called in messages.
    pub(super) what: &'static str,
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(&'static str, String)>,
    /// Where its log lines go.
    pub(super) log: PathBuf,
    /// What it answers when it is ready.
    pub(super) ready: String,
    /// What that answer says.
    pub(super) ready_says: &'static str,
}

/// A moment at which a child is killed, and how long it stays dead, both from the beginning of the storm on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Death {
    pub(super) at: Duration,
    pub(super) rest: Duration,
}

/// A child at work. It is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    program: Program,
    child: Child,
    http: reqwest::Client,
}

impl Server {
    /// Starts a program and waits until it is ready.
    pub(super) async fn start(program: Program) -> Result<Self, StormError> {
        if !program.path.is_file() {
            return Err(StormError::NoProgram { path: program.path });
        }
        let http =
            reqwest::Client::builder().no_proxy().timeout(ATTEMPT_TIMEOUT).build().map_err(StormError::Client)?;
        let child = program.spawn()?;
        let mut server = Self { program, child, http };
        server.ready().await?;
        Ok(server)
    }

    /// Kills it at each of these moments, and starts it again. Tells itself when the last one is over.
    pub(super) async fn survive(mut self, began: Instant, deaths: Vec<Death>) -> Result<Self, StormError> {
        for Death { at, rest } in deaths {
            tokio::select! {
                () = sleep_until(began + at) => {}
                ended = self.child.wait() => {
                    return Err(self.ended(ended.map_err(StormError::io("look after a child"))?));
                }
            }
            eprintln!("{:>6.1} s: the {} is killed", began.elapsed().as_secs_f64(), self.program.what);
            self.child.kill().await.map_err(StormError::io("kill a child"))?;
            sleep(rest).await;
            self.child = self.program.spawn()?;
            self.ready().await?;
            eprintln!("{:>6.1} s: the {} is back", began.elapsed().as_secs_f64(), self.program.what);
        }
        Ok(self)
    }

    /// Stops it as an operator would; what does not end in time is killed.
    pub(super) async fn stop(mut self) -> Result<(), StormError> {
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) {
            kill(Pid::from_raw(pid), Signal::SIGTERM)
                .map_err(|errno| StormError::Io { action: "stop a child", source: errno.into() })?;
        }
        let _ = timeout(STOP_MAX, self.child.wait()).await;
        Ok(())
    }

    async fn ready(&mut self) -> Result<(), StormError> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().map_err(StormError::io("look after a child"))? {
                return Err(self.ended(status));
            }
            if self.answers().await.is_ok_and(|answer| answer.contains(self.program.ready_says)) {
                return Ok(());
            }
            let after = started.elapsed();
            if after > START_MAX {
                return Err(StormError::NotReady { what: self.program.what, after, log: self.last_words() });
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    async fn answers(&self) -> Result<String, reqwest::Error> {
        self.http.get(&self.program.ready).send().await?.error_for_status()?.text().await
    }

    fn ended(&self, status: ExitStatus) -> StormError {
        StormError::Ended { what: self.program.what, status, log: self.last_words() }
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.program.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LAST_WORDS)..].join(" | ")
    }
}

impl Program {
    fn spawn(&self) -> Result<Child, StormError> {
        let log = File::options().create(true).append(true).open(&self.log);
        let log = log.map_err(StormError::io("make a child's log file"))?;
        let mut command = Command::new(&self.path);
        without_settings(&mut command);
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (*name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        command.spawn().map_err(StormError::io("start a child"))
    }
}
