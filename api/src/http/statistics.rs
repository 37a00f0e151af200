//! Statistics: what happened in each minute and on each day.

pub(super) mod days;
mod figures;
pub(super) mod minutes;
