use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::payment::Mismatch;

/// The most mismatches that are kept of one payment, open and settled.
pub const MISMATCHES_MAX: usize = 100;

/// What reports said that cannot be true.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quarantine {
    /// Nobody has looked into these yet.
    pub open: BTreeSet<Mismatch>,
    /// A person has settled these. They are kept, so that a repeated report does not open them again.
    pub settled: BTreeSet<Mismatch>,
}

impl Quarantine {
    /// Whether a mismatch is on record, open or settled.
    pub fn knows(&self, mismatch: &Mismatch) -> bool {
        self.open.contains(mismatch) || self.settled.contains(mismatch)
    }

    pub(super) fn is_full(&self) -> bool {
        self.open.len() + self.settled.len() >= MISMATCHES_MAX
    }

    pub(super) fn settle(&mut self) {
        self.settled.append(&mut self.open);
    }
}
