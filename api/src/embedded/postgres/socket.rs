//! Where the unix socket is: in the cluster's own directory, or, where that path is too long for the kernel, in a
//! private directory below the system's temporary one.

use super::super::EmbeddedError;
use super::super::account::Account;
use super::super::random::random_token;
use super::CLUSTER;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Only a part of the socket's file name: nothing listens on the network.
pub(super) const PORT: u16 = 5432;
/// What Postgres calls the socket of that port.
pub(super) const FILE: &str = ".s.PGSQL.5432";
/// The kernel's limit without the terminating zero, on macOS; Linux allows 107.
const PATH_BYTES_MAX: usize = 103;
/// Holds the path of a socket directory that is elsewhere.
const ELSEWHERE: &str = "socket-directory";

/// The directory of the socket, made if need be.
pub(super) fn prepare(data_dir: &Path, account: Account) -> Result<PathBuf, EmbeddedError> {
    let home = data_dir.join(CLUSTER);
    if fits(&home) {
        return Ok(home);
    }
    let known = elsewhere(data_dir)?;
    if let Some(directory) = known.filter(|directory| is_private(directory, &home)) {
        return Ok(directory);
    }
    let name = format!("purser-{}", random_token()?);
    let temporary = std::env::temp_dir().join(&name);
    let directory = if fits(&temporary) { temporary } else { Path::new("/tmp").join(&name) };
    account.create_dir(&directory)?;
    if !is_private(&directory, &home) {
        return Err(EmbeddedError::io("make a private socket directory", &directory)(ErrorKind::AlreadyExists.into()));
    }
    Account::Own.write_private(&data_dir.join(ELSEWHERE), &format!("{}\n", directory.display()))?;
    Ok(directory)
}

/// The directory of the socket of a data directory that was used before.
pub(super) fn directory_of(data_dir: &Path) -> Result<PathBuf, EmbeddedError> {
    let home = data_dir.join(CLUSTER);
    if fits(&home) { Ok(home) } else { Ok(elsewhere(data_dir)?.unwrap_or(home)) }
}

fn fits(directory: &Path) -> bool {
    directory.join(FILE).as_os_str().as_bytes().len() <= PATH_BYTES_MAX
}

fn elsewhere(data_dir: &Path) -> Result<Option<PathBuf>, EmbeddedError> {
    let note = data_dir.join(ELSEWHERE);
    match fs::read_to_string(&note) {
        Ok(content) => Ok(Some(content.trim_end_matches('\n').into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::io("read", &note)(error)),
    }
}

/// Whether the directory is there, is no link, belongs to the cluster's owner and is closed to everybody else. Places
/// for temporary files are swept, and anybody may put something in the place of what was swept.
fn is_private(directory: &Path, home: &Path) -> bool {
    let (Ok(found), Ok(home)) = (fs::symlink_metadata(directory), fs::metadata(home)) else { return false };
    found.is_dir() && found.uid() == home.uid() && found.mode() & 0o777 == 0o700
}
