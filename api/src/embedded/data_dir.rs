use super::EmbeddedError;
use nix::fcntl::{Flock, FlockArg};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Root's data directory. Not below its home: that is closed to others, and a service's state belongs here.
const ROOT_DATA_DIR: &str = "/var/lib/purser";

/// Where the engine keeps its data unless it is told otherwise: `/var/lib/purser` for root, `./purser-data` for
/// anybody else.
pub fn default_data_dir() -> PathBuf {
    if nix::unistd::geteuid().is_root() { ROOT_DATA_DIR.into() } else { "purser-data".into() }
}

/// A data directory that belongs to this process alone, for as long as one clone of this lives.
///
/// The lock is the kernel's (`flock`), so it ends with the process however that ends, and a file left behind by a
/// crash locks nobody out.
#[derive(Debug, Clone)]
pub struct DataDir {
    held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    path: PathBuf,
    _lock: Flock<File>,
}

impl DataDir {
    /// Makes the directory if it is absent (mode 0700) and locks it, or names the process that holds it.
    pub fn acquire(path: &Path) -> Result<Self, EmbeddedError> {
        DirBuilder::new()
            .recursive(true)
            .mode(private_mode())
            .create(path)
            .map_err(EmbeddedError::io("create the data directory", path))?;
        let path = fs::canonicalize(path).map_err(EmbeddedError::io("resolve", path))?;
        let lock_path = lock_path(&path);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_path)
            .map_err(EmbeddedError::io("open", &lock_path))?;
        let mut lock = Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(mut file, errno)| {
            if errno == nix::errno::Errno::EWOULDBLOCK {
                let mut holder = String::new();
                // A holder that has not written its number yet is reported without one.
                let _ = file.read_to_string(&mut holder);
                EmbeddedError::Locked { path: path.clone(), pid: holder.trim().parse().ok() }
            } else {
                EmbeddedError::io("lock", &lock_path)(errno.into())
            }
        })?;
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| writeln!(lock, "{}", std::process::id()))
            .map_err(EmbeddedError::io("write", &lock_path))?;
        Ok(Self { held: Arc::new(Held { path, _lock: lock }) })
    }

    /// Looks at the directory of an engine without locking it, for readers beside a running engine.
    pub fn inspect(path: &Path) -> Result<InspectedDataDir, EmbeddedError> {
        let resolved = fs::canonicalize(path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => EmbeddedError::NotADataDir { path: path.to_owned() },
            _ => EmbeddedError::io("resolve", path)(source),
        })?;
        if lock_path(&resolved).exists() {
            Ok(InspectedDataDir { path: resolved })
        } else {
            Err(EmbeddedError::NotADataDir { path: resolved })
        }
    }

    /// The directory, absolute and free of symbolic links.
    pub fn path(&self) -> &Path {
        &self.held.path
    }
}

/// A data directory that is looked at, not owned: see [`DataDir::inspect`].
#[derive(Debug)]
pub struct InspectedDataDir {
    path: PathBuf,
}

impl InspectedDataDir {
    /// The directory, absolute and free of symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn lock_path(data_dir: &Path) -> PathBuf {
    data_dir.join("lock")
}

/// Where there is no `/proc`, root's unprivileged servers must walk to their directory by name, through this one.
fn private_mode() -> u32 {
    if cfg!(target_os = "linux") || !nix::unistd::geteuid().is_root() { 0o700 } else { 0o711 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_refused_and_told_who_holds_it() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        let first = DataDir::acquire(&path).unwrap();

        let refusal = DataDir::acquire(&path).unwrap_err();

        assert!(matches!(&refusal, EmbeddedError::Locked { pid: Some(pid), .. } if *pid == std::process::id()));
        assert!(refusal.to_string().contains(&format!("in use by process {}", std::process::id())), "{refusal}");
        drop(first);
        DataDir::acquire(&path).unwrap();
    }

    #[test]
    fn a_lock_file_left_by_a_crash_locks_nobody_out() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("lock"), "1\n").unwrap();

        let held = DataDir::acquire(directory.path()).unwrap();

        let written = fs::read_to_string(held.path().join("lock")).unwrap();
        assert_eq!(written.trim(), std::process::id().to_string());
    }

    #[test]
    fn looking_needs_a_data_directory_and_no_lock() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(DataDir::inspect(directory.path()), Err(EmbeddedError::NotADataDir { .. })));
        assert!(matches!(DataDir::inspect(&directory.path().join("no")), Err(EmbeddedError::NotADataDir { .. })));

        let _held = DataDir::acquire(directory.path()).unwrap();

        DataDir::inspect(directory.path()).unwrap();
    }
}
