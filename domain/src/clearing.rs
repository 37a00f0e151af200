//! Clearing: what a gateway says of the money that went back, held against the refunds that are owed.
//!
//! Three rules hold over a payment and its refunds together. Nothing of a payment goes back by itself while its customer's bank
//! decides about it. Money that went back without being asked for, at the gateway's own desk or by the bank's decision, counts
//! for the refunds that are owed, and for those that will be, before the gateway is asked for the rest; and after that for those
//! that people send for the same order. And a refund that comes back after it was said to be done is owed again.
//!
//! Each function says what has to be asked of the payment and its refunds, in order. All of it has agreed by then, and goes into
//! one append.

use std::collections::BTreeMap;

use crate::{
    Timestamp,
    exception::{Case, ExceptionKind},
    ids::{ExceptionId, OrderId, PaymentId, RefundId},
    money::Amount,
    order::Settled,
    payment::{self, Attempt, GatewayReport, Payment, PaymentCommand, PaymentTerms, ReportedRefundStatus},
    refund::{self, Refund, RefundChannel, RefundCommand, RefundFailure, RefundRefusal},
    text::{Actor, PaymentReference, Reason},
};

/// Something to be asked of one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Of the payment.
    Payment(PaymentCommand),
    /// Of one of its refunds, or of one that people send for the same order.
    Refund(RefundId, RefundCommand),
    /// Of the order: so much that is owed of another capture is owed of the payment.
    Shift {
        /// Which order.
        order: OrderId,
        /// The other capture.
        from: PaymentReference,
        /// How much.
        amount: Amount,
    },
    /// Something for a person.
    Raise(Case),
}

/// A payment and those refunds that take part.
#[derive(Debug, Clone)]
pub struct Clearing {
    payment: Payment,
    refunds: BTreeMap<RefundId, Refund>,
    at: Timestamp,
    steps: Vec<Step>,
}

/// What follows from a report, after the payment has taken it: `before` is the payment as it stood until then. Nothing follows
/// from one that cannot be true.
pub fn after_report(
    before: &Payment,
    payment: Payment,
    refunds: BTreeMap<RefundId, Refund>,
    report: &GatewayReport,
    at: Timestamp,
) -> Vec<Step> {
    if payment::contradicts(before, report) {
        return vec![];
    }
    let mut clearing = Clearing { payment, refunds, at, steps: Vec::new() };
    clearing.follow(report);
    clearing.offset_all();
    // What is left of a refund may be what the gateway gave back under its name.
    clearing.follow(report);
    match (before, &clearing.payment) {
        (Payment::Disputed { .. }, Payment::Disputed { .. })
        | (Payment::ChargedBack { .. }, Payment::ChargedBack { .. }) => {}
        (_, Payment::Disputed { .. }) => {
            clearing.raise(DISPUTED);
        }
        (_, Payment::ChargedBack { .. }) => {
            clearing.resume();
            clearing.raise(CHARGED_BACK);
        }
        (Payment::Disputed { .. }, _) => clearing.resume(),
        (_, _) => {}
    }
    clearing.steps
}

/// What follows when a gateway is to be asked for a refund: it waits while the payment is disputed, and what has gone back
/// without being asked for is not sent again.
pub fn submission(payment: Payment, id: RefundId, refund: Refund, at: Timestamp) -> Result<Vec<Step>, RefundRefusal> {
    let submit = RefundCommand::RecordSubmitted { channel: RefundChannel::Gateway, at };
    if refund::decide(&refund, submit.clone())?.is_empty() {
        return Ok(vec![]);
    }
    let mut clearing = Clearing { payment, refunds: BTreeMap::from([(id, refund)]), at, steps: Vec::new() };
    clearing.of_payment(PaymentCommand::BeginRefund { refund: id, at });
    clearing.offset(id);
    clearing.submit(id);
    Ok(clearing.steps)
}

/// What follows for refunds that people send for the same order, be they new or in hand already: money of this payment that went back
/// without being asked for counts for them as well, as far as the order keeps any of it. What the order owes of this payment comes
/// first. The order is told that it keeps what is not sent by hand in place of it: it would ask for more of this payment than a
/// gateway has left.
pub fn elsewhere(
    payment: Payment,
    order: &Settled,
    by_hand: impl IntoIterator<Item = (RefundId, Refund)>,
    at: Timestamp,
) -> Vec<Step> {
    let Some((id, of)) = payment.attempt().map(|attempt| (attempt.payment, attempt.terms.order)) else {
        return vec![];
    };
    let mut keeps = order.kept_of(id);
    let mut clearing = Clearing { payment, refunds: BTreeMap::new(), at, steps: Vec::new() };
    for (refund, state) in by_hand {
        let Some(from) = state.claim().map(|claim| claim.capture.reference.clone()) else { continue };
        clearing.refunds.insert(refund, state);
        let amount = clearing.offset_at_most(refund, keeps.min(order.owed_of(&from)));
        if amount > Amount::ZERO {
            keeps = keeps.saturating_sub(amount);
            clearing.steps.push(Step::Shift { order: of, from, amount });
        }
    }
    clearing.steps
}

/// What follows when a person wants a refund tried once more.
pub fn retry(
    payment: Payment,
    id: RefundId,
    refund: Refund,
    (actor, reason): (Actor, Reason),
    at: Timestamp,
) -> Result<Vec<Step>, RefundRefusal> {
    let retry = RefundCommand::Retry { actor, reason, at };
    if refund::decide(&refund, retry.clone())?.is_empty() {
        return Ok(vec![]);
    }
    if payment.is_disputed() {
        return Err(RefundRefusal::PaymentDisputed);
    }
    let mut clearing = Clearing { payment, refunds: BTreeMap::from([(id, refund)]), at, steps: Vec::new() };
    clearing.of_payment(PaymentCommand::BeginRefund { refund: id, at });
    clearing.offset(id);
    if !clearing.is_done(id) {
        clearing.of_refund(id, retry);
    }
    Ok(clearing.steps)
}

/// The exception that a payment's dispute is, whose id follows from it.
pub fn dispute_of(payment: PaymentId) -> Option<ExceptionId> {
    Some(ExceptionId::of(ExceptionKind::PaymentDisputed, &payment.to_string().parse().ok()?))
}

/// The exception that a refund which came back is.
pub fn reversal_of(refund: RefundId) -> Option<ExceptionId> {
    Some(ExceptionId::of(ExceptionKind::RefundReversed, &refund.to_string().parse().ok()?))
}

/// What is to be said of a refund of a payment on these terms that came back after it was said to be done.
pub fn reversal(terms: &PaymentTerms, refund: RefundId) -> Option<Case> {
    Case::of_payment(ExceptionKind::RefundReversed, &refund, terms, REVERSED)
}

const DISPUTED: &str =
    "the customer disputes it with their bank: nothing of it is refunded by itself until that has ended";
const CHARGED_BACK: &str = "the bank gave the customer their money back";
const REVERSED: &str = "the gateway said that the money was back, and it did not arrive: it is owed again";

impl Clearing {
    /// What the report says of the refunds that the engine asked for.
    fn follow(&mut self, report: &GatewayReport) {
        let at = self.at;
        for told in &report.refunds {
            let Some((id, attempt)) = told.asked_for().filter(|(id, _)| self.is_of_payment(*id)) else { continue };
            let Some(refund) = self.refunds.get(&id) else { continue };
            let is_this = refund.at_gateway().is_some_and(|(_, number)| number == attempt);
            let reference = told.reference.clone();
            match &told.status {
                ReportedRefundStatus::Pending => {}
                ReportedRefundStatus::Succeeded => {
                    let is_all = refund.at_gateway().is_some_and(|(held, _)| held.to_send().amount == told.amount);
                    if is_this && is_all {
                        self.of_refund(
                            id,
                            RefundCommand::RecordSucceeded { attempt: Some(attempt), reference, note: None, at },
                        );
                    }
                }
                ReportedRefundStatus::Failed { cause } => {
                    let cause = cause.clone();
                    if self.of_refund(id, RefundCommand::Reverse { attempt, reference, cause: cause.clone(), at }) {
                        self.raise_reversal(id);
                    } else if is_this {
                        let (attempt, failure) = (Some(attempt), RefundFailure::Refused);
                        self.of_refund(id, RefundCommand::RecordFailed { attempt, failure, cause, at });
                    }
                }
            }
        }
    }

    fn is_of_payment(&self, id: RefundId) -> bool {
        let of = self.refunds.get(&id).and_then(Refund::claim).and_then(|claim| claim.capture.payment);
        of.is_some() && of == self.payment.attempt().map(|attempt| attempt.payment)
    }

    fn offset_all(&mut self) {
        for id in self.ids() {
            self.offset(id);
        }
    }

    /// Counts what went back unasked for a refund, as far as it goes.
    fn offset(&mut self, id: RefundId) {
        self.offset_at_most(id, self.payment.money_back());
    }

    /// How much it came to.
    fn offset_at_most(&mut self, id: RefundId, most: Amount) -> Amount {
        let open = self.refunds.get(&id).map_or(Amount::ZERO, Refund::may_be_offset);
        let amount = open.min(most).min(self.payment.money_back());
        let Some(reference) = self.payment.attempt().and_then(reference).filter(|_| amount > Amount::ZERO) else {
            return Amount::ZERO;
        };
        let at = self.at;
        self.of_payment(PaymentCommand::ApplyMoneyBack { refund: id, amount, at });
        self.of_refund(id, RefundCommand::Offset { amount, reference, at });
        amount
    }

    /// What waited for the end of a dispute goes on.
    fn resume(&mut self) {
        for id in self.ids() {
            match self.refunds.get(&id) {
                Some(Refund::Requested(_) | Refund::Failed { .. }) => self.submit(id),
                Some(
                    Refund::Unrequested
                    | Refund::Submitted(_)
                    | Refund::ManualReview(_)
                    | Refund::Succeeded { .. }
                    | Refund::WrittenOff(_),
                )
                | None => {}
            }
        }
    }

    fn submit(&mut self, id: RefundId) {
        if !self.payment.is_disputed() && !self.is_done(id) {
            let at = self.at;
            self.of_refund(id, RefundCommand::RecordSubmitted { channel: RefundChannel::Gateway, at });
        }
    }

    /// The refunds that the payment has on its books, in their order.
    fn ids(&self) -> Vec<RefundId> {
        self.payment.attempt().map_or_else(Vec::new, |attempt| attempt.refunds.iter().copied().collect())
    }

    fn is_done(&self, id: RefundId) -> bool {
        matches!(self.refunds.get(&id), Some(Refund::Succeeded { .. }))
    }

    fn raise(&mut self, words: &str) {
        let attempt = self.payment.attempt();
        let found =
            attempt.and_then(|of| Case::of_payment(ExceptionKind::PaymentDisputed, &of.payment, &of.terms, words));
        self.steps.extend(found.map(Step::Raise));
    }

    fn raise_reversal(&mut self, refund: RefundId) {
        let found = self.payment.attempt().and_then(|attempt| reversal(&attempt.terms, refund));
        self.steps.extend(found.map(Step::Raise));
    }

    fn of_payment(&mut self, command: PaymentCommand) {
        if let Ok(events) = payment::decide(&self.payment, command.clone())
            && !events.is_empty()
        {
            self.payment = events.into_iter().fold(std::mem::take(&mut self.payment), Payment::evolve);
            self.steps.push(Step::Payment(command));
        }
    }

    /// Whether anything came of it. What a refund refuses is not asked of it.
    fn of_refund(&mut self, id: RefundId, command: RefundCommand) -> bool {
        let Some(refund) = self.refunds.get_mut(&id) else { return false };
        match refund::decide(refund, command.clone()) {
            Ok(events) if !events.is_empty() => {
                *refund = events.into_iter().fold(std::mem::take(refund), Refund::evolve);
                self.steps.push(Step::Refund(id, command));
                true
            }
            Ok(_) | Err(_) => false,
        }
    }
}

/// The name of the movement by which money went back unasked: the gateway's for the payment, where the bank took it.
fn reference(attempt: &Attempt) -> Option<PaymentReference> {
    attempt.back.reference().or(attempt.gateway_reference.as_ref()).cloned()
}

#[cfg(test)]
mod spec;
