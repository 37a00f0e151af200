//! The log: one table, one head, one statement that appends.

mod append;
mod head;
mod load;
mod snapshots;

pub(crate) use append::{Append, NewKey, Outcome, append};
pub use head::Head;
pub(crate) use head::{Recovery, recover, take_over};
pub(crate) use load::{Loaded, Wanted, load, load_one};
pub(crate) use snapshots::{SnapshotRequest, Snapshotter};
