//! The gateway's books: what is decided on them, and what a record changes in them. Nothing here reads a clock or a socket.

mod callbacks;
mod decide;
mod record;
#[cfg(test)]
mod spec;

use std::collections::{BTreeMap, HashMap, HashSet};

use purser_domain::{
    Timestamp,
    money::Amount,
    text::{ExternalReference, MerchantId, PaymentReference},
};

use super::{counts, counts::Counts, dice::Dice, faults::Faults};
use crate::gateway::{CaptureMode, GatewayPayment, GatewayRefund, IdempotencyKey, PaymentPage, RefundStatus};

pub(super) use decide::{CustomerDoes, Decision, Outcome, Refusal};
pub(super) use record::{Callback, Change, Ending, Forgery, Keyed, Opened, Record};

/// Payments on a page of the list.
const PAGE_PAYMENTS: usize = 100;

/// What decisions depend on beside the books.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) dice: Dice,
    pub(super) faults: Faults,
    /// Milliseconds after which a payment pays itself.
    pub(super) auto_pay_ms: Option<u64>,
    /// Where customers find the gateway.
    pub(super) url: String,
}

/// All payments, and whatever is still to be told about them.
#[derive(Debug, Default)]
pub(super) struct Book {
    payments: HashMap<PaymentReference, Entry>,
    by_name: HashMap<ExternalReference, PaymentReference>,
    /// Each payment once, under the number of its latest change.
    by_revision: BTreeMap<u64, PaymentReference>,
    answers: HashMap<IdempotencyKey, Keyed>,
    pending: BTreeMap<String, Callback>,
    /// Payments of which a callback waits for the next one.
    held: HashSet<PaymentReference>,
    revision: u64,
    pub(super) counts: Counts,
}

/// A payment and what its shop need not know.
#[derive(Debug)]
struct Entry {
    payment: GatewayPayment,
    capture: CaptureMode,
    merchant: MerchantId,
    auto_pay_at: Option<Timestamp>,
    revision: u64,
    /// How often it changed, its opening included. Names of movements and callbacks are made of it.
    changes: u64,
}

impl Book {
    /// How a payment stands.
    pub(super) fn payment(&self, id: &str) -> Result<&GatewayPayment, Refusal> {
        self.entry(id).map(|entry| &entry.payment)
    }

    /// How a refund stands, by our own name for it.
    pub(super) fn refund(&self, id: &str, refund: &str) -> Result<&GatewayRefund, Refusal> {
        let known = self.payment(id)?.refunds.iter().find(|known| known.refund.as_str() == refund);
        known.ok_or(Refusal::NotFound("refund"))
    }

    /// Who the money is for.
    pub(super) fn merchant(&self, id: &str) -> Result<&MerchantId, Refusal> {
        self.entry(id).map(|entry| &entry.merchant)
    }

    /// Payments that changed after the cursor, in the order of their latest change.
    pub(super) fn page(&self, after: Option<&str>) -> Result<PaymentPage, Refusal> {
        let after: u64 = match after {
            Some(cursor) => cursor.parse().map_err(|_| Refusal::MalformedCursor)?,
            None => 0,
        };
        let from = after.checked_add(1).ok_or(Refusal::MalformedCursor)?;
        let listed: Vec<_> = self.by_revision.range(from..).take(PAGE_PAYMENTS).collect();
        let next = listed.last().map(|(revision, _)| revision.to_string());
        let payments = listed.iter().filter_map(|(_, id)| self.payments.get(*id)).map(|entry| entry.payment.clone());
        Ok(PaymentPage { payments: payments.collect(), next })
    }

    /// Callbacks that are still to be delivered, forged ones included.
    pub(super) fn pending(&self) -> impl ExactSizeIterator<Item = &Callback> {
        self.pending.values()
    }

    /// Payments that are to pay themselves, and when.
    pub(super) fn self_paying(&self) -> impl Iterator<Item = (&PaymentReference, Timestamp)> {
        self.payments.iter().filter_map(|(id, entry)| Some((id, entry.auto_pay_at?)))
    }

    /// What was answered under a key.
    pub(super) fn answered(&self, key: &IdempotencyKey) -> Option<&Keyed> {
        self.answers.get(key)
    }

    fn entry(&self, id: &str) -> Result<&Entry, Refusal> {
        let id = id.parse::<PaymentReference>().map_err(|_| Refusal::NotFound("payment"))?;
        self.payments.get(&id).ok_or(Refusal::NotFound("payment"))
    }

    /// Takes note of what happened.
    pub(super) fn evolve(&mut self, record: Record) {
        match record {
            Record::Opened(opened) => {
                let Opened { payment, capture, merchant, auto_pay_at } = *opened;
                self.counts.payments += 1;
                self.revision += 1;
                self.by_name.insert(payment.payment.clone(), payment.id.clone());
                self.by_revision.insert(self.revision, payment.id.clone());
                let id = payment.id.clone();
                let entry = Entry { payment, capture, merchant, auto_pay_at, revision: self.revision, changes: 1 };
                self.payments.insert(id, entry);
            }
            Record::Changed { change, payment } => self.changed(change, *payment),
            Record::Answered(keyed) => {
                self.answers.insert(keyed.key.clone(), keyed);
            }
            Record::CallbackMade(callback) => {
                if callback.forgery.is_none() {
                    self.counts.callbacks.made += 1;
                    self.counts.callbacks.delayed += u64::from(callback.delayed);
                    self.counts.callbacks.reordered += u64::from(callback.held);
                }
                if callback.held {
                    self.held.insert(callback.payment.clone());
                }
                self.pending.insert(callback.id.clone(), *callback);
            }
            Record::CallbackDropped { .. } => self.counts.callbacks.dropped += 1,
            Record::CallbackEnded { id, ending } => self.told(&id, ending),
        }
    }

    fn changed(&mut self, change: Change, payment: GatewayPayment) {
        let counts = &mut self.counts;
        match change {
            Change::Authorized => counts.authorized += 1,
            Change::Captured => {
                counts.captures += 1;
                if let Some(capture) = payment.captures.last() {
                    counts::add(&mut counts.captured, payment.currency, capture.amount);
                }
            }
            Change::Failed => counts.failed += 1,
            Change::Expired => counts.expired += 1,
            Change::Voided => counts.voided += 1,
            Change::Disputed => counts.disputed += 1,
            Change::DisputeWon => counts.disputes_won += 1,
            Change::ChargedBack => counts.charged_back += 1,
            Change::RefundBounced { amount } => {
                counts.refunds_bounced += 1;
                let sum = counts.refunded.entry(payment.currency.code()).or_default();
                *sum = sum.saturating_sub(amount.minor_units());
            }
            Change::Refunded => {
                counts.refunds += 1;
                if let Some(refund) = payment.refunds.last() {
                    counts::add(&mut counts.refunded, payment.currency, refund.amount);
                }
            }
            Change::RefundFailed => counts.refunds_failed += 1,
        }
        self.revision += 1;
        // What was opened is never taken off the books.
        if let Some(entry) = self.payments.get_mut(&payment.id) {
            self.by_revision.remove(&entry.revision);
            self.by_revision.insert(self.revision, payment.id.clone());
            entry.revision = self.revision;
            entry.changes += 1;
            // A payment that was paid, voided or failed does not pay itself any more.
            entry.auto_pay_at = None;
            entry.payment = payment;
        }
    }

    fn told(&mut self, id: &str, ending: Ending) {
        let Some(callback) = self.pending.remove(id) else { return };
        if callback.held {
            self.held.remove(&callback.payment);
        }
        let counts = &mut self.counts.callbacks;
        match (callback.forgery, ending) {
            (None, Ending::Taken { times }) => {
                counts.delivered += 1;
                counts.repeated += u64::from(times.saturating_sub(1));
            }
            (None, Ending::GivenUp) => counts.given_up += 1,
            (Some(Forgery::Signature), Ending::Taken { .. }) => counts.forged.signature += 1,
            (Some(Forgery::Amount), Ending::Taken { .. }) => counts.forged.amount += 1,
            (Some(Forgery::Order), Ending::Taken { .. }) => counts.forged.order += 1,
            // Nobody was there to be deceived.
            (Some(_), Ending::GivenUp) => {}
        }
    }
}

/// Minor units that were taken.
fn taken(payment: &GatewayPayment) -> i64 {
    payment.captures.iter().map(|capture| capture.amount.minor_units()).sum()
}

/// Minor units that were given back or are on their way.
fn given_back(payment: &GatewayPayment) -> i64 {
    let moved = payment.refunds.iter().filter(|refund| !matches!(refund.status, RefundStatus::Failed { .. }));
    moved.map(|refund| refund.amount.minor_units()).sum()
}

/// Whether so much fits below a limit, beside what is there already.
const fn fits(amount: Amount, beside: i64, limit: i64) -> bool {
    // Captures stay below the authorized amount and refunds below the captures: neither sum can overflow.
    amount.minor_units() <= limit - beside
}
