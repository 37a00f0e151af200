//! What is new in a report.

use crate::{
    Timestamp,
    money::{Amount, Money},
    order::Capture,
    payment::{
        Attempt, Ending, GatewayReport, Mismatch, Payment, PaymentEvent, PaymentRefusal, ReportSource, ReportedStatus,
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

/// The money of a report that was not known before.
struct News {
    /// Each with the sum up to it.
    captures: Vec<(Capture, Money)>,
    in_full: bool,
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
                };
                captures.push((taken, attempt.money(sum)));
            }
        }
        Ok(Self { captures, in_full: known.sum() == total })
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
        let disputed = report.status == ReportedStatus::Disputed;
        let ending = ending(report, source(), at);
        let stays_open = !self.in_full && !disputed && ending.is_none();
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
        if disputed && !matches!(payment, Payment::Disputed { .. }) {
            events.push(PaymentEvent::PaymentDisputed { source: source(), at });
        }
        events
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
        ReportedStatus::Pending | ReportedStatus::Authorized | ReportedStatus::Captured | ReportedStatus::Disputed => {
            None
        }
    }
}
