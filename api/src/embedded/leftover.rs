//! Servers that an earlier engine left behind. The watcher of [`super::guard`] normally sees to them; this is for the
//! moment in which it is still at work, and for the accident that took the watcher too.

use super::EmbeddedError;
use super::server::ServerSpec;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const POLL: Duration = Duration::from_millis(10);

/// Returns when no server of an earlier run is alive, having stopped it if need be.
pub(super) async fn settle(spec: &ServerSpec) -> Result<(), EmbeddedError> {
    let Some(pid) = written_pid(&spec.pid_file) else { return Ok(()) };
    if is_ours(pid, &spec.mark) {
        tracing::warn!(server = spec.name, pid = pid.as_raw(), "stopping the server that an earlier run left behind");
        stop(pid, spec).await?;
    }
    if exists(pid) {
        disown(pid, spec)?;
    }
    Ok(())
}

/// Whether the process of a pid file is alive and carries the server's mark.
pub(super) fn lives(pid_file: &Path, mark: &str) -> bool {
    written_pid(pid_file).is_some_and(|pid| is_ours(pid, mark))
}

fn written_pid(pid_file: &Path) -> Option<Pid> {
    let content = fs::read_to_string(pid_file).ok()?;
    content.lines().next()?.trim().parse().ok().filter(|pid| *pid > 1).map(Pid::from_raw)
}

async fn stop(pid: Pid, spec: &ServerSpec) -> Result<(), EmbeddedError> {
    for (signal, patience) in spec.stop_steps() {
        // It may end by itself between any two of these lines.
        let _ = kill(pid, signal);
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if !is_ours(pid, &spec.mark) {
                return Ok(());
            }
            sleep(POLL).await;
        }
    }
    Err(EmbeddedError::Undead { server: spec.name, pid: pid.as_raw() })
}

/// The number in the pid file now belongs to a stranger or to a dead process that nobody buries, as happens in
/// containers. Postgres would take it for a rival and refuse to start. Deleting the file would also delete the key by
/// which Postgres notices surviving backends, so only the number is replaced, by the one that Postgres knows to be no
/// rival: its parent's.
fn disown(pid: Pid, spec: &ServerSpec) -> Result<(), EmbeddedError> {
    let content = match fs::read_to_string(&spec.pid_file) {
        Ok(content) => content,
        // An orderly end takes the file along.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(EmbeddedError::io("read", &spec.pid_file)(error)),
    };
    let rest = content.split_once('\n').map_or("", |(_, rest)| rest);
    tracing::info!(server = spec.name, pid = pid.as_raw(), "the pid file names a process that is not the server");
    spec.account.write_private(&spec.pid_file, &format!("{}\n{rest}", std::process::id()))
}

fn exists(pid: Pid) -> bool {
    kill(pid, None::<Signal>) != Err(nix::errno::Errno::ESRCH)
}

/// Whether the process runs with the argument that only this server of this data directory has. A dead process that
/// nobody has buried has no arguments any more.
fn is_ours(pid: Pid, mark: &str) -> bool {
    let mark = mark.as_bytes();
    if cfg!(target_os = "linux") {
        fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.split(|byte| *byte == 0).any(|argument| argument == mark))
    } else {
        std::process::Command::new("ps")
            .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
            .output()
            .is_ok_and(|listed| listed.stdout.windows(mark.len()).any(|window| window == mark))
    }
}
