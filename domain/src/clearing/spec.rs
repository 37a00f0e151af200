use std::collections::BTreeMap;

use super::{Step, after_report, retry, reversal, submission};
use crate::{
    clearing::{dispute_of, reversal_of},
    exception::ExceptionKind,
    ids::RefundId,
    money::Amount,
    payment::{
        self, GatewayReport, Payment, PaymentCommand, PaymentStatus, ReportSource, ReportedRefund,
        ReportedRefundStatus, ReportedStatus,
    },
    refund::{self, Claim, Refund, RefundCause, RefundCommand, RefundRefusal},
    samples::{amount, at, gbp, order_id, part, payment_id, payment_terms, report, text},
};

/// A payment of 1530 pence with its refunds.
struct Books {
    payment: Payment,
    refunds: BTreeMap<RefundId, Refund>,
    raised: Vec<ExceptionKind>,
}

impl Books {
    fn paid() -> Self {
        let initiate = PaymentCommand::Initiate { payment: payment_id(3), terms: payment_terms(), at: at(0) };
        let pending = PaymentCommand::RecordPending { gateway_reference: text("gp-1"), next_action: None, at: at(0) };
        let mut books = Self { payment: Payment::default(), refunds: BTreeMap::new(), raised: vec![] };
        books.of_payment(initiate);
        books.of_payment(pending);
        books.hears(said(ReportedStatus::Captured, 1));
        books
    }

    fn of_payment(&mut self, command: PaymentCommand) {
        let events = payment::decide(&self.payment, command).unwrap();
        self.payment = events.into_iter().fold(std::mem::take(&mut self.payment), Payment::evolve);
    }

    fn of_refund(&mut self, id: RefundId, command: RefundCommand) {
        let refund = self.refunds.entry(id).or_default();
        let events = refund::decide(refund, command).unwrap();
        *refund = events.into_iter().fold(std::mem::take(refund), Refund::evolve);
    }

    fn take(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Payment(command) => self.of_payment(command),
                Step::Refund(id, command) => self.of_refund(id, command),
                Step::Shift { .. } => panic!("there is one payment"),
                Step::Raise(case) => self.raised.push(case.kind),
            }
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "reports are made where they are heard")]
    fn hears(&mut self, report: GatewayReport) {
        let before = self.payment.clone();
        self.of_payment(PaymentCommand::Report { report: report.clone(), source: ReportSource::Poll, at: at(5) });
        let steps = after_report(&before, self.payment.clone(), self.refunds.clone(), &report, at(5));
        self.take(steps);
    }

    /// So many pence are owed, and the gateway is to be asked for them.
    fn owe(&mut self, number: u32, pence: i64) -> RefundId {
        let claim = Claim {
            amount: Some(gbp(pence)),
            number,
            ..Claim::whole(order_id(1), part("tx-1", 1530), RefundCause::Returned)
        };
        let id = claim.refund();
        self.of_refund(id, RefundCommand::Request { claim, at: at(6) });
        self.submit(id);
        id
    }

    fn submit(&mut self, id: RefundId) {
        self.take(submission(self.payment.clone(), id, self.refunds[&id].clone(), at(6)).unwrap());
    }

    fn retry(&mut self, id: RefundId) -> Result<(), RefundRefusal> {
        let by = (text("back_office:tok_1"), text("try"));
        self.take(retry(self.payment.clone(), id, self.refunds[&id].clone(), by, at(7))?);
        Ok(())
    }

    /// What the gateway is asked for now, if it is asked.
    fn asked(&self, id: RefundId) -> Option<(u32, Amount)> {
        match &self.refunds[&id] {
            Refund::Submitted(in_hand) => Some((in_hand.attempt.unwrap(), in_hand.to_send().amount)),
            _ => None,
        }
    }

    fn is_done(&self, id: RefundId) -> bool {
        matches!(self.refunds[&id], Refund::Succeeded { .. })
    }
}

fn said(status: ReportedStatus, minute: i64) -> GatewayReport {
    GatewayReport { as_of: Some(at(minute)), ..report(status, 1530, &[("tx-1", 1530)]) }
}

fn refunded(reference: &str, name: &str, pence: i64) -> ReportedRefund {
    let status = ReportedRefundStatus::Succeeded;
    ReportedRefund { reference: text(reference), name: text(name), amount: amount(pence), status }
}

fn failed(reference: &str, name: &str, pence: i64) -> ReportedRefund {
    let status = ReportedRefundStatus::Failed { cause: text("account_closed") };
    ReportedRefund { status, ..refunded(reference, name, pence) }
}

fn with(refunds: &[ReportedRefund]) -> GatewayReport {
    GatewayReport { refunds: refunds.to_vec(), ..said(ReportedStatus::Captured, 2) }
}

#[test]
fn nothing_of_a_disputed_payment_goes_back_by_itself_and_it_goes_on_when_the_dispute_is_won() {
    let mut books = Books::paid();
    books.hears(said(ReportedStatus::Disputed, 10));
    assert_eq!(books.raised, [ExceptionKind::PaymentDisputed]);
    let owed = books.owe(1, 500);
    assert!(matches!(books.refunds[&owed], Refund::Requested(_)));
    books.submit(owed);
    books.hears(said(ReportedStatus::Disputed, 11));
    books.hears(said(ReportedStatus::Captured, 9));
    assert_eq!((books.asked(owed), books.raised.len()), (None, 1), "repeated and overtaken reports change nothing");
    books.hears(said(ReportedStatus::Captured, 12));
    assert_eq!(books.payment.status(), Some(PaymentStatus::Captured));
    assert_eq!(books.asked(owed), Some((1, amount(500))));
    books.hears(said(ReportedStatus::Disputed, 11));
    assert_eq!(books.payment.status(), Some(PaymentStatus::Captured), "it was disputed before it was won");
    books.hears(said(ReportedStatus::Disputed, 13));
    assert_eq!(books.raised.len(), 2, "and is disputed once more");
}

#[test]
fn what_the_bank_gave_back_settles_what_is_owed_and_what_will_be() {
    let mut books = Books::paid();
    books.hears(said(ReportedStatus::Disputed, 10));
    let waits = books.owe(1, 500);
    books.hears(said(ReportedStatus::ChargedBack, 12));
    assert_eq!(books.payment.status(), Some(PaymentStatus::ChargedBack));
    assert!(books.is_done(waits));
    assert_eq!(books.payment.money_back(), amount(1030));
    let later = books.owe(2, 1030);
    assert!(books.is_done(later));
    for late in [ReportedStatus::Captured, ReportedStatus::Disputed, ReportedStatus::ChargedBack] {
        books.hears(said(late, 20));
    }
    assert_eq!(books.payment.status(), Some(PaymentStatus::ChargedBack));
    assert_eq!(books.payment.money_back(), Amount::ZERO);
    assert_eq!(books.raised.len(), 2, "when it was disputed, and when it was lost");
}

/// The bank takes what is left there.
#[test]
fn what_went_back_before_a_chargeback_does_not_count_twice() {
    let mut books = Books::paid();
    let first = books.owe(1, 500);
    let back = [refunded("re-1", &format!("{first}-1"), 500)];
    books.hears(with(&back));
    assert!(books.is_done(first));
    let lost = GatewayReport { refunds: back.to_vec(), ..said(ReportedStatus::ChargedBack, 12) };
    books.hears(lost);
    assert_eq!(books.payment.money_back(), amount(1030));
}

#[test]
fn what_the_gateway_gave_back_by_itself_counts_for_what_is_owed_next() {
    let mut books = Books::paid();
    books.hears(with(&[refunded("re-9", "desk", 300)]));
    books.hears(with(&[refunded("re-9", "desk", 300)]));
    let owed = books.owe(1, 1530);
    assert_eq!(books.asked(owed), Some((1, amount(1230))));
    books.hears(with(&[refunded("re-9", "desk", 300), refunded("re-1", &format!("{owed}-1"), 1230)]));
    assert!(books.is_done(owed));
    assert_eq!(books.payment.money_back(), Amount::ZERO);
}

/// The gateway refuses all of it, as a part has gone back; a person has it under review when that becomes known.
#[test]
fn what_the_gateway_gave_back_by_itself_counts_for_what_is_under_review() {
    let mut books = Books::paid();
    let owed = books.owe(1, 1530);
    let name = |attempt: u32| format!("{owed}-{attempt}");
    books.hears(with(&[failed("re-1", &name(1), 1530)]));
    books.of_refund(owed, RefundCommand::RequestReview { at: at(7) });
    books.hears(with(&[failed("re-1", &name(1), 1530), refunded("re-9", "desk", 530)]));
    books.retry(owed).unwrap();
    assert_eq!(books.asked(owed), Some((2, amount(1000))));
    let all = [failed("re-1", &name(1), 1530), refunded("re-9", "desk", 530), refunded("re-2", &name(2), 1000)];
    books.hears(with(&all));
    assert!(books.is_done(owed));
}

/// Its amount is known to the gateway.
#[test]
fn what_is_on_its_way_is_not_made_less() {
    let mut books = Books::paid();
    let owed = books.owe(1, 1000);
    books.hears(with(&[refunded("re-9", "desk", 300)]));
    assert_eq!(books.asked(owed), Some((1, amount(1000))));
    assert_eq!(books.payment.money_back(), amount(300));
}

#[test]
fn a_refund_that_comes_back_is_owed_again_and_a_person_hears_of_it_once() {
    let mut books = Books::paid();
    let owed = books.owe(1, 500);
    let name = format!("{owed}-1");
    books.hears(with(&[refunded("re-1", &name, 500)]));
    for _ in 0..2 {
        books.hears(with(&[failed("re-1", &name, 500)]));
    }
    assert!(matches!(books.refunds[&owed], Refund::ManualReview(_)));
    assert_eq!(books.raised, [ExceptionKind::RefundReversed]);
    books.hears(with(&[refunded("re-1", &name, 500)]));
    assert!(!books.is_done(owed), "an overtaken report does not make it done again");
    books.retry(owed).unwrap();
    assert_eq!(books.asked(owed), Some((2, amount(500))));
    books.hears(with(&[failed("re-1", &name, 500), refunded("re-2", &format!("{owed}-2"), 500)]));
    books.hears(with(&[failed("re-1", &name, 500)]));
    assert!(books.is_done(owed));
}

#[test]
fn a_person_does_not_have_a_disputed_payment_refunded() {
    let mut books = Books::paid();
    let owed = books.owe(1, 500);
    books.hears(with(&[refunded("re-1", &format!("{owed}-1"), 500)]));
    books.hears(with(&[failed("re-1", &format!("{owed}-1"), 500)]));
    books.hears(said(ReportedStatus::Disputed, 10));
    assert_eq!(books.retry(owed), Err(RefundRefusal::PaymentDisputed));
}

#[test]
fn a_desks_refund_that_comes_back_counts_no_more() {
    let mut books = Books::paid();
    books.hears(with(&[refunded("re-9", "desk", 300)]));
    books.hears(with(&[failed("re-9", "desk", 300)]));
    books.hears(with(&[refunded("re-9", "desk", 300)]));
    assert_eq!(books.payment.money_back(), Amount::ZERO);
    let owed = books.owe(1, 1530);
    assert_eq!(books.asked(owed), Some((1, amount(1530))));
}

#[test]
fn a_report_that_cannot_be_true_changes_no_refund() {
    let mut books = Books::paid();
    let owed = books.owe(1, 500);
    let name = format!("{owed}-1");
    let too_much = with(&[refunded("re-1", &name, 500), refunded("re-9", "desk", 1031)]);
    for _ in 0..2 {
        books.hears(too_much.clone());
    }
    assert_eq!(books.asked(owed), Some((1, amount(500))));
    assert_eq!(books.payment.money_back(), Amount::ZERO);
}

#[test]
fn what_is_raised_is_found_by_its_id() {
    let refund: RefundId = text("rfd_00000000000000000000000000000005");
    let case = reversal(&payment_terms(), refund).unwrap();
    assert_eq!((Some(case.exception()), case.order), (reversal_of(refund), Some(order_id(1))));
    assert!(dispute_of(payment_id(3)).is_some());
}
