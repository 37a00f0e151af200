//! The sandbox's memory: one file that only grows, one line for each thing that happened.
//!
//! A line is 16 hexadecimal digits of a digest, a space, and JSON. A process that is killed in the middle of a write leaves a
//! last line that is not whole; it is cut off at the next start, and the log says so. Nobody was answered on the strength of it.
//! A broken line anywhere else is no accident of that kind, and the gateway does not start.

mod error;
mod file;

pub use error::JournalError;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{Notify, watch};
use tokio_util::task::TaskTracker;

use file::JournalFile;

/// The file's name in the data directory.
const FILE: &str = "journal";

/// Appends lines, many callers' with one fsync.
#[derive(Debug)]
pub(super) struct Journal {
    queue: Mutex<Queue>,
    wake: Notify,
    progress: watch::Receiver<Progress>,
    writing: TaskTracker,
}

/// What waits to be written.
#[derive(Debug, Default)]
struct Queue {
    bytes: Vec<u8>,
    /// The number of the last line in `bytes`, or before it.
    last: u64,
    closed: bool,
}

/// How far the disk is.
#[derive(Debug, Clone)]
enum Progress {
    Durable(u64),
    Failed(JournalError),
}

/// The number of a line. It is on the disk when [`Journal::durable`] has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticket(u64);

impl Journal {
    /// Opens or makes the journal of a directory, and returns all that is in it.
    pub(super) fn open<T: DeserializeOwned>(data_dir: &Path) -> Result<(Arc<Self>, Vec<T>), JournalError> {
        let (file, lines) = JournalFile::open(data_dir, FILE)?;
        let entries = lines
            .iter()
            .enumerate()
            .map(|(line, text)| {
                serde_json::from_str(text).map_err(|error| JournalError::Foreign {
                    path: file.path().to_owned(),
                    line: line + 1,
                    reason: error.to_string(),
                })
            })
            .collect::<Result<_, _>>()?;
        let (tell, progress) = watch::channel(Progress::Durable(0));
        let journal = Arc::new(Self {
            queue: Mutex::new(Queue::default()),
            wake: Notify::new(),
            progress,
            writing: TaskTracker::new(),
        });
        journal.writing.spawn(write(Arc::clone(&journal), file, tell));
        journal.writing.close();
        Ok((journal, entries))
    }

    /// Adds a line. Lines are written in the order of these calls.
    pub(super) fn append(&self, entry: &impl Serialize) -> Result<Ticket, JournalError> {
        let line = file::line(entry)?;
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.bytes.extend_from_slice(&line);
        queue.last += 1;
        let ticket = Ticket(queue.last);
        drop(queue);
        self.wake.notify_one();
        Ok(ticket)
    }

    /// The line that was added last.
    pub(super) fn latest(&self) -> Ticket {
        Ticket(self.queue.lock().unwrap_or_else(PoisonError::into_inner).last)
    }

    /// Waits until a line, and all before it, are on the disk.
    pub(super) async fn durable(&self, ticket: Ticket) -> Result<(), JournalError> {
        let mut progress = self.progress.clone();
        let reached = progress
            .wait_for(|progress| match progress {
                Progress::Durable(last) => *last >= ticket.0,
                Progress::Failed(_) => true,
            })
            .await;
        match reached.as_deref() {
            Ok(Progress::Durable(_)) => Ok(()),
            Ok(Progress::Failed(error)) => Err(error.clone()),
            Err(_) => Err(JournalError::Closed),
        }
    }

    /// Waits until the disk fails.
    pub(super) async fn failed(&self) -> JournalError {
        let mut progress = self.progress.clone();
        match progress.wait_for(|progress| matches!(progress, Progress::Failed(_))).await.as_deref() {
            Ok(Progress::Failed(error)) => error.clone(),
            Ok(Progress::Durable(_)) | Err(_) => JournalError::Closed,
        }
    }

    /// Writes what is left and ends.
    pub(super) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.wake.notify_one();
        self.writing.wait().await;
    }
}

/// Writes whatever waits, and then whatever came meanwhile.
async fn write(journal: Arc<Journal>, file: JournalFile, tell: watch::Sender<Progress>) {
    let file = Arc::new(file);
    loop {
        journal.wake.notified().await;
        let (bytes, last, closed) = {
            let mut queue = journal.queue.lock().unwrap_or_else(PoisonError::into_inner);
            (std::mem::take(&mut queue.bytes), queue.last, queue.closed)
        };
        if !bytes.is_empty() {
            let file = Arc::clone(&file);
            let written = tokio::task::spawn_blocking(move || file.append(&bytes)).await;
            let written = written.unwrap_or(Err(JournalError::Closed));
            if let Err(error) = written {
                tracing::error!(error = &error as &dyn std::error::Error, "the sandbox gateway's journal failed");
                tell.send_replace(Progress::Failed(error));
                return;
            }
            tell.send_replace(Progress::Durable(last));
        }
        if closed {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
