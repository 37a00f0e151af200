//! Refunds: money that is owed back, worked off by the back office.

pub(super) mod done;
