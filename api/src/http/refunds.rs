//! Refunds: money that is owed back, by way of its gateway or of the back office.

pub(super) mod done;
pub(super) mod find;
pub(super) mod list;
mod refund;
pub(super) mod retry;
pub(super) mod write_off;
