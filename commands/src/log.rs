//! The log: one table, one head, one way to append.

mod append;
mod head;
mod load;
mod snapshots;

pub(crate) use append::{Append, NewKey, Sealed, Staged, seal, stage, unstage};
pub use head::Head;
pub(crate) use head::{Recovery, recover, take_over};
pub(crate) use load::{Loaded, Wanted, load, load_one, repository};
pub use snapshots::SNAPSHOT_FORM;
pub(crate) use snapshots::{SnapshotRequest, Snapshotter};
