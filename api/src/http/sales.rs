//! Sales: what was sold, by day and by SKU.

mod asked;
pub(super) mod day_skus;
pub(super) mod days;
pub(super) mod skus;
