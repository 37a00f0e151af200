//! Stock: receive, adjust; look at.

pub(super) mod adjust;
pub(super) mod count;
pub(super) mod receive;
