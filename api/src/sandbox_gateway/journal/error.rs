use std::{io, path::PathBuf, sync::Arc};

/// Why the journal cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// The system says no.
    #[error("the journal {} cannot be used", .path.display())]
    Io {
        /// The file or its directory.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: Arc<io::Error>,
    },
    /// Another sandbox gateway works with it.
    #[error("the journal {} is in use by another process", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// A line before the last one is not as it was written.
    #[error("line {line} of the journal {} is damaged", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A line is whole and says nothing that this version knows.
    #[error("line {line} of the journal {} is not of this version: {reason}", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// An entry cannot be written as JSON.
    #[error("an entry of the journal cannot be written: {reason}")]
    Entry {
        /// Why.
        reason: String,
    },
    /// The gateway has ended.
    #[error("the journal is closed")]
    Closed,
}
