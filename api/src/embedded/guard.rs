//! The pact by which a server dies with its engine, however the engine dies.
//!
//! Every server is started through a few lines of POSIX shell. The shell leaves a watcher behind and then becomes the
//! server itself, so the engine sees the server's own process id and exit status. The watcher reads from a pipe whose
//! other end, the leash, only the engine holds: when the engine dies, by whatever signal, the kernel closes the pipe
//! and the watcher stops the server, politely first. A line on the pipe means that the server has ended and that its
//! process id may belong to somebody else by now, so the watcher leaves. The watcher is detached from the server, since
//! Postgres takes the death of an unknown child for a crash of one of its own.
//!
//! This needs neither `unsafe` nor Linux. The kernel's parent-death signal was not used: it fires when the spawning
//! thread ends, it kills without a word, and macOS lacks it. A watcher killed together with its engine leaves a server
//! behind; the next start finds and stops that one (see [`super::leftover`]).

use super::account::Account;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Descriptor 3 is the leash. `$$` is the server: a subshell keeps its parent's number, and `exec` does too.
const WATCH_AND_BECOME: &str = r#"exec 3<&0
(
  {
    trap '' HUP INT QUIT TERM
    read -r released <&3 && exit 0
    for step in INT:20 QUIT:5 KILL:1; do
      kill -s "${step%:*}" $$ || exit 0
      seconds=${step#*:}
      while [ "$seconds" -gt 0 ]; do
        sleep 1
        kill -0 $$ || exit 0
        seconds=$((seconds - 1))
      done
    done
  } >/dev/null 2>&1 9<&- &
)
exec "$@" </dev/null 3<&-
"#;

/// Makes the server's home, which arrives as standard output, its descriptor 9.
const TAKE_HOME_BY_DESCRIPTOR: &str = "exec 9<&1 1>&2\ncd /\n";
const HOME_BY_DESCRIPTOR: &str = "/proc/self/fd/9";

/// The name under which a server of `account` reaches its own home directory.
///
/// An unprivileged server of root may be unable to walk to its home by name, for instance below root's own home
/// directory of mode 0700, and opening those directories to others is not ours to do. On Linux it is therefore handed
/// an open descriptor of its home and reaches it through `/proc`.
pub(super) fn home_as_seen_by(account: Account, home: &Path) -> PathBuf {
    match account {
        Account::Unprivileged { .. } if cfg!(target_os = "linux") => HOME_BY_DESCRIPTOR.into(),
        Account::Unprivileged { .. } | Account::Own => home.to_owned(),
    }
}

/// A command that runs `program` in `home` as `account`, on a leash: the caller takes the child's standard input and
/// keeps it as long as the server may run. Both outputs of the server go to the child's standard error.
pub(super) fn command(program: &Path, home: &Path, account: Account) -> io::Result<Command> {
    let by_descriptor = home_as_seen_by(account, home) != home;
    let mut command = Command::new("/bin/sh");
    command.arg("-c");
    if by_descriptor {
        command.arg(format!("{TAKE_HOME_BY_DESCRIPTOR}{WATCH_AND_BECOME}"));
        command.stdout(Stdio::from(File::open(home)?));
    } else {
        command.arg(format!("exec 1>&2\n{WATCH_AND_BECOME}"));
        command.stdout(Stdio::null()).current_dir(home);
    }
    command.arg("purser-guard").arg(program).stdin(Stdio::piped());
    // The engine's environment may carry secrets, and PG* variables that would change what the servers do.
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
    // Ctrl-C at a terminal goes to the whole foreground group: the engine wants to drain before its servers stop.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    account.apply(&mut command);
    Ok(command)
}
