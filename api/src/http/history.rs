//! History, for audits: what happened, by whom and why, and how things stood at any time.

mod entries;
pub(super) mod order;
pub(super) mod order_as_of;
mod point;
pub(super) mod sku;
pub(super) mod sku_as_of;
