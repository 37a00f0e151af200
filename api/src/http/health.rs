//! Whether the engine lives, whether it can serve, and how it is doing.

pub(super) mod live;
pub(super) mod metrics;
pub(super) mod ready;
