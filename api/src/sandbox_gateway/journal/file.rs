use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::JournalError;

/// The file, locked for as long as it is open.
#[derive(Debug)]
pub(super) struct JournalFile {
    path: PathBuf,
    file: File,
}

impl JournalFile {
    /// Opens or makes it, cuts off a torn end, and returns the JSON of its lines.
    pub(super) fn open(data_dir: &Path, name: &str) -> Result<(Self, Vec<String>), JournalError> {
        fs::create_dir_all(data_dir).map_err(failed(data_dir))?;
        let path = data_dir.join(name);
        let mut file = File::options().create(true).read(true).append(true).open(&path).map_err(failed(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse { path }),
            Err(TryLockError::Error(error)) => return Err(failed(&path)(error)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed(&path))?;
        let (lines, whole) = whole_lines(&bytes, &path)?;
        if whole < bytes.len() {
            let cut_bytes = bytes.len() - whole;
            tracing::warn!(path = %path.display(), cut_bytes, "the journal's last line was torn and is cut off");
            file.set_len(u64::try_from(whole).unwrap_or(u64::MAX)).map_err(failed(&path))?;
        }
        // The file's name is as much to be kept as its lines.
        file.sync_all().map_err(failed(&path))?;
        File::open(data_dir).and_then(|directory| directory.sync_all()).map_err(failed(data_dir))?;
        Ok((Self { path, file }, lines))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes lines and waits for the disk.
    pub(super) fn append(&self, lines: &[u8]) -> Result<(), JournalError> {
        (&self.file).write_all(lines).and_then(|()| self.file.sync_data()).map_err(failed(&self.path))
    }
}

/// An entry as a line.
pub(super) fn line(entry: &impl Serialize) -> Result<Vec<u8>, JournalError> {
    let json = serde_json::to_string(entry).map_err(|error| JournalError::Entry { reason: error.to_string() })?;
    Ok(format!("{} {json}\n", digest(&json)).into_bytes())
}

/// The JSON of the lines that are as they were written, and how many bytes they take. Only what follows the last of them may
/// be torn.
fn whole_lines(bytes: &[u8], path: &Path) -> Result<(Vec<String>, usize), JournalError> {
    let mut lines = Vec::new();
    let mut whole = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match read(line) {
            Some(json) => lines.push(json),
            None if whole + line.len() == bytes.len() => break,
            None => return Err(JournalError::Damaged { path: path.to_owned(), line: lines.len() + 1 }),
        }
        whole += line.len();
    }
    Ok((lines, whole))
}

fn read(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (digits, json) = line.split_once(' ')?;
    (digits == digest(json)).then(|| json.to_owned())
}

/// 16 hexadecimal digits.
fn digest(json: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(json).into();
    format!("{:016x}", digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first)))
}

fn failed(path: &Path) -> impl Fn(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Io { path: path.clone(), source: Arc::new(source) }
}
