//! Sagas: how far they have come, and what they were refused.

pub(super) mod dead_letters;
mod decided;
pub(super) mod retry;
pub(super) mod skip;
pub(super) mod status;
