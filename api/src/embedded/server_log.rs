use super::EmbeddedError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Two files of this size at most: the current one and the one before it.
const SIZE_BYTES_MAX: u64 = 16 * 1024 * 1024;
const CHECK_EVERY: Duration = Duration::from_secs(30);
const LAST_WORDS_BYTES_MAX: u64 = 2048;

/// The file that a server writes its messages to, bounded in size.
#[derive(Debug, Clone)]
pub(super) struct ServerLog {
    path: PathBuf,
}

impl ServerLog {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A handle to append by, for the server's standard error.
    pub(super) fn open(&self) -> Result<File, EmbeddedError> {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(EmbeddedError::io("open", &self.path))
    }

    /// The current end, to read what follows with [`Self::since`].
    pub(super) fn end(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// The last words written after `offset`, at most 2 KiB; nothing if the file cannot be read.
    pub(super) fn since(&self, offset: u64) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.path)?;
            let end = file.metadata()?.len();
            file.seek(SeekFrom::Start(offset.max(end.saturating_sub(LAST_WORDS_BYTES_MAX))))?;
            let mut bytes = Vec::new();
            file.take(LAST_WORDS_BYTES_MAX).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default()
    }

    /// Keeps the file below its limit for as long as this is polled; never ends.
    pub(super) async fn keep_bounded(&self) {
        loop {
            self.bound(SIZE_BYTES_MAX);
            tokio::time::sleep(CHECK_EVERY).await;
        }
    }

    /// Copies a log that has grown too large aside and empties it. The server goes on writing to the same open file,
    /// which is in append mode and so continues at the start; a line written between copy and cut is lost, which is
    /// the price of needing no cooperation from the server.
    fn bound(&self, bytes_max: u64) {
        if self.end() <= bytes_max {
            return;
        }
        let cut = || -> io::Result<()> {
            fs::copy(&self.path, self.path.with_extension("log.1"))?;
            OpenOptions::new().write(true).open(&self.path)?.set_len(0)
        };
        if let Err(error) = cut() {
            tracing::warn!(log = %self.path.display(), %error, "cannot cut the server's log, it keeps growing");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_log_past_its_limit_is_moved_aside_and_its_writer_goes_on_at_the_start() {
        let directory = tempfile::tempdir().unwrap();
        let log = ServerLog::new(directory.path().join("server.log"));
        let mut writer = log.open().unwrap();
        writer.write_all(b"first words\n").unwrap();

        log.bound(4);
        writer.write_all(b"later words\n").unwrap();

        assert_eq!(fs::read_to_string(directory.path().join("server.log.1")).unwrap(), "first words\n");
        assert_eq!(fs::read_to_string(log.path()).unwrap(), "later words\n");
        log.bound(100);
        assert_eq!(log.since(0), "later words");
    }
}
