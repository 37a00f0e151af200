//! What is new in a report.

use crate::{
    Timestamp,
    money::{Amount, Money},
    order::Capture,
    payment::{
        Attempt, Ending, GatewayReport, Mismatch, Payment, PaymentEvent, PaymentRefusal, ReportSource, ReportedStatus,
        money_back::OutsideNews,
    },
};

pub(super) fn decide(
    payment: &Payment,
    attempt: &Attempt,
    report: GatewayReport,
    source: &ReportSource,
    at: Timestamp,
) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    match News::of(payment, attempt, &report) {
        Ok(news) => Ok(news.events(payment, attempt, &report, source, at)),
        Err(mismatch) if attempt.quarantine.knows(&mismatch) => Ok(vec![]),
        Err(_) if attempt.quarantine.is_full() => Err(PaymentRefusal::QuarantineFull),
        Err(mismatch) => {
            Ok(vec![PaymentEvent::PaymentMismatchReported { report, mismatch, source: source.clone(), at }])
        }
    }
}

/// Whether a report cannot be true of a payment, so that nothing comes of it.
pub fn contradicts(payment: &Payment, report: &GatewayReport) -> bool {
    payment.attempt().is_none_or(|attempt| News::of(payment, attempt, report).is_err())
}

/// The money of a report that was not known before.
struct News {
    /// Each with the sum up to it.
    captures: Vec<(Capture, Money)>,
    in_full: bool,
    /// What was taken in all.
    sum: Amount,
    /// What went back without being asked for.
    outside: Vec<OutsideNews>,
}

impl News {
    fn of(payment: &Payment, attempt: &Attempt, report: &GatewayReport) -> Result<Self, Mismatch> {
        report.check(attempt.payment, &attempt.terms)?;
        let total = attempt.terms.amount.amount;
        let mut known = payment.captures().cloned().unwrap_or_default();
        let mut captures = Vec::new();
        for capture in &report.captures {
            if let Some(sum) = known.take(capture, total)? {
                let taken = Capture {
                    reference: capture.reference.clone(),
                    amount: attempt.money(capture.amount),
                    payment: Some(attempt.payment),
                    tender: None,
                };
                captures.push((taken, attempt.money(sum)));
            }
        }
        let unasked = report.refunds.iter().filter(|refund| refund.asked_for().is_none());
        let outside = attempt.back.news(unasked, known.sum())?;
        Ok(Self { captures, in_full: known.sum() == total, sum: known.sum(), outside })
    }

    /// What the payment would forget at once is not told: an authorisation beside all of the money, or beside an ending.
    fn events(
        self,
        payment: &Payment,
        attempt: &Attempt,
        report: &GatewayReport,
        source: &ReportSource,
        at: Timestamp,
    ) -> Vec<PaymentEvent> {
        let source = || source.clone();
        let by_the_bank = matches!(report.status, ReportedStatus::Disputed | ReportedStatus::ChargedBack);
        let ending = ending(report, source(), at);
        let stays_open = !self.in_full && !by_the_bank && ending.is_none();
        let mut events = Vec::new();
        if stays_open && payment.authorized().is_some_and(|known| known < report.authorized) {
            let amount = attempt.money(report.authorized);
            events.push(PaymentEvent::PaymentAuthorized { amount, source: source(), at });
        }
        for (capture, sum) in self.captures {
            let rest = attempt.terms.amount.amount.saturating_sub(sum.amount);
            events.push(PaymentEvent::PaymentCaptured { capture, sum, rest, source: source(), at });
        }
        if let Some((_, event)) = ending.filter(|(ending, _)| !self.in_full && payment.may_end_by(*ending)) {
            events.push(event);
        }
        events.extend(self.outside.into_iter().map(|news| match news {
            OutsideNews::Made(reference, amount) => {
                let amount = attempt.money(amount);
                PaymentEvent::PaymentRefundedOutside { reference, amount, source: source(), at }
            }
            OutsideNews::Failed(reference, amount) => {
                let amount = attempt.money(amount);
                PaymentEvent::OutsideRefundFailed { reference, amount, source: source(), at }
            }
        }));
        events.extend(dispute(payment, attempt, report, self.sum, source(), at));
        events
    }
}

/// What a report says of a dispute. Whether there is one may change there and back, so that the report says when it was so: one
/// that is older than what is known says nothing. What the bank gave back stays so.
fn dispute(
    payment: &Payment,
    attempt: &Attempt,
    report: &GatewayReport,
    sum: Amount,
    source: ReportSource,
    at: Timestamp,
) -> Option<PaymentEvent> {
    let is_newer = |as_of: Timestamp| attempt.dispute_as_of.is_none_or(|known| as_of > known);
    match (&report.status, payment) {
        (_, Payment::ChargedBack { .. }) | (ReportedStatus::Disputed, Payment::Disputed { .. }) => None,
        (ReportedStatus::ChargedBack, _) => {
            let back = report.refunds.iter().filter(|refund| refund.has_left());
            let left = back.fold(sum, |left, refund| left.saturating_sub(refund.amount));
            Some(PaymentEvent::PaymentChargedBack { amount: attempt.money(left), source, at })
        }
        (ReportedStatus::Disputed, _) => is_newer(report.as_of.unwrap_or(at))
            .then_some(PaymentEvent::PaymentDisputed { as_of: report.as_of, source, at }),
        (ReportedStatus::Captured | ReportedStatus::Voided, Payment::Disputed { .. }) => {
            let as_of = report.as_of.filter(|as_of| is_newer(*as_of))?;
            let rest = attempt.terms.amount.amount.saturating_sub(sum);
            Some(PaymentEvent::PaymentDisputeWon { rest, as_of, source, at })
        }
        (
            ReportedStatus::Pending
            | ReportedStatus::Authorized
            | ReportedStatus::Captured
            | ReportedStatus::Failed { .. }
            | ReportedStatus::Expired
            | ReportedStatus::Voided,
            _,
        ) => None,
    }
}

/// The ending that a report speaks of. The report alone decides which it is, not what is known already, or the order of the
/// reports would matter.
fn ending(report: &GatewayReport, source: ReportSource, at: Timestamp) -> Option<(Ending, PaymentEvent)> {
    match &report.status {
        ReportedStatus::Failed { code } => {
            Some((Ending::Failed, PaymentEvent::PaymentFailed { code: code.clone(), source, at }))
        }
        ReportedStatus::Expired if report.authorized > Amount::ZERO => {
            Some((Ending::AuthorizationExpired, PaymentEvent::AuthorizationExpired { source, at }))
        }
        ReportedStatus::Expired => Some((Ending::Expired, PaymentEvent::PaymentExpired { source: Some(source), at })),
        ReportedStatus::Voided => Some((Ending::Voided, PaymentEvent::PaymentVoided { source, at })),
        ReportedStatus::Pending
        | ReportedStatus::Authorized
        | ReportedStatus::Captured
        | ReportedStatus::Disputed
        | ReportedStatus::ChargedBack => None,
    }
}
