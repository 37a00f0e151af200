//! Refunds: money that is owed back, worked off by the back office.

pub(super) mod done;
pub(super) mod find;
pub(super) mod list;
mod refund;
