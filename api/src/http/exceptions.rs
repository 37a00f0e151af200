//! Order exceptions: what did not come to an end as it should have, and the reconciliation that finds it.

mod exception;
pub(super) mod find;
pub(super) mod list;
pub(super) mod reconcile;
pub(super) mod settle;
