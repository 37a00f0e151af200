use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use purser_domain::money::{Amount, Currency};
use serde::Serialize;

/// What the gateway did since its journal began: it is counted from the journal, so that a kill does not change it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) payments: u64,
    pub(super) authorized: u64,
    pub(super) captures: u64,
    pub(super) failed: u64,
    pub(super) expired: u64,
    pub(super) voided: u64,
    pub(super) disputed: u64,
    pub(super) disputes_won: u64,
    pub(super) charged_back: u64,
    pub(super) refunds: u64,
    pub(super) refunds_failed: u64,
    /// Refunds that had arrived and came back.
    pub(super) refunds_bounced: u64,
    /// Minor units by currency.
    pub(super) captured: BTreeMap<&'static str, i64>,
    /// Minor units by currency, less those that came back.
    pub(super) refunded: BTreeMap<&'static str, i64>,
    pub(super) callbacks: CallbackCounts,
}

/// What became of callbacks. One that is not dropped is made, and ends as delivered or given up; forged ones count apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct CallbackCounts {
    pub(super) made: u64,
    pub(super) dropped: u64,
    pub(super) delayed: u64,
    pub(super) reordered: u64,
    pub(super) delivered: u64,
    /// Deliveries beyond the first of a callback that was to be repeated.
    pub(super) repeated: u64,
    pub(super) given_up: u64,
    pub(super) forged: ForgedCounts,
}

/// Forged callbacks that somebody answered, whatever the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct ForgedCounts {
    pub(super) signature: u64,
    pub(super) amount: u64,
    pub(super) order: u64,
}

/// What happened to calls since the process began.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) unavailable: AtomicU64,
    pub(super) lost_answers: AtomicU64,
    pub(super) repeats: AtomicU64,
    /// Attempts to deliver a callback, forged ones included.
    pub(super) callback_attempts: AtomicU64,
}

/// The answer of GET /admin/stats.
#[derive(Debug, Serialize)]
pub(super) struct Stats {
    #[serde(flatten)]
    pub(super) counts: Counts,
    /// Callbacks that are still to be delivered, forged ones included.
    pub(super) callbacks_pending: usize,
    /// Since the process began.
    pub(super) calls: CallStats,
}

#[derive(Debug, Serialize)]
pub(super) struct CallStats {
    unavailable: u64,
    lost_answers: u64,
    repeats: u64,
    callback_attempts: u64,
}

impl Calls {
    pub(super) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> CallStats {
        CallStats {
            unavailable: self.unavailable.load(Ordering::Relaxed),
            lost_answers: self.lost_answers.load(Ordering::Relaxed),
            repeats: self.repeats.load(Ordering::Relaxed),
            callback_attempts: self.callback_attempts.load(Ordering::Relaxed),
        }
    }
}

/// Adds money to a sum by currency. Whoever moves nine quadrillion pence reads the end of the scale.
pub(super) fn add(sums: &mut BTreeMap<&'static str, i64>, currency: Currency, amount: Amount) {
    let sum = sums.entry(currency.code()).or_default();
    *sum = sum.saturating_add(amount.minor_units());
}
