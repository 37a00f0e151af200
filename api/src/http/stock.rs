//! Stock: receive, adjust; look at.

pub(super) mod adjust;
mod count;
pub(super) mod find;
mod level;
pub(super) mod list;
pub(super) mod receive;
