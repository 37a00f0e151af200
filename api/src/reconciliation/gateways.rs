//! The gateways' own lists, held against the log.

use purser_commands::Command;
use purser_domain::{
    Timestamp,
    exception::{Case, ExceptionKind},
    ids::{PaymentId, RefundId},
    money::Amount,
    payment::{self, GatewayReport, Payment, PaymentCommand, PaymentEvent, ReportSource, new_captures},
    refund::{Claim, Refund},
    text::GatewayName,
};
use purser_projections::{
    history::{HistoryError, payment_as_recorded, refund_since},
    reconciliation::{ReconcileReadError, Reconciled},
};

use super::{Found, LookedAt, Outcome, ReconcileError, Reconciler, Report};
use crate::{
    gateway::{GatewayPayment, GatewayRefund, RefundStatus},
    ports::report as reported,
};

impl Reconciler {
    /// Reads what has changed at each gateway since the last time. One that is away is asked again the next time, from where
    /// it was.
    pub(super) async fn gateways_lists(
        &self,
        reconciled: &mut Reconciled,
        report: &mut Report,
    ) -> Result<(), ReconcileError> {
        for (name, gateway) in self.gateways.iter() {
            let mut looked = LookedAt { gateway: name.clone(), payments: 0, reported: 0, error: None };
            loop {
                let after = reconciled.gateways.get(name);
                let page = match gateway.list(after.map(String::as_str)).await {
                    Ok(page) => page,
                    Err(error) => {
                        looked.error = Some(error.to_string());
                        break;
                    }
                };
                for payment in &page.payments {
                    looked.payments += 1;
                    self.look_at(name, payment, reconciled, &mut looked, report).await?;
                }
                // Kept page by page: what comes after a failure is read again, and nothing of it twice into the log.
                match page.next {
                    Some(next) => reconciled.gateways.insert(name.clone(), next),
                    None => break,
                };
            }
            report.gateways.push(looked);
        }
        Ok(())
    }

    async fn look_at(
        &self,
        gateway: &GatewayName,
        listed: &GatewayPayment,
        reconciled: &Reconciled,
        looked: &mut LookedAt,
        report: &mut Report,
    ) -> Result<(), ReconcileError> {
        let position = reconciled.position;
        let Some((id, state)) = self.known(gateway, listed).await? else {
            if is_kept(listed) {
                let words = "the gateway took money for a payment that is not known here";
                let found = about(ExceptionKind::CaptureWithoutOrder, gateway, listed, None, words);
                self.queue(found, reconciled, report).await?;
            }
            return Ok(());
        };
        let Ok(told) = reported(listed) else {
            let words = "the gateway speaks of it in names that are none of ours";
            let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(&state), words);
            return self.queue(found, reconciled, report).await;
        };
        self.look_at_refunds(gateway, listed, &state, reconciled, report).await?;
        let news = PaymentCommand::Report { report: told.clone(), source: ReportSource::Poll, at: self.clock.now() };
        let events = match payment::decide(&state, news) {
            Ok(events) if events.is_empty() => return Ok(()),
            Ok(events) => events,
            Err(refusal) => {
                let words = refusal.to_string();
                let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(&state), &words);
                return self.queue(found, reconciled, report).await;
            }
        };
        looked.reported += 1;
        let command = report_payment(id, gateway, told);
        if new_captures(&events).next().is_some() && self.should_be_known(listed) {
            let words = "the gateway took money that the log does not have";
            if let Some(case) = about(ExceptionKind::CaptureNotRecorded, gateway, listed, Some(&state), words) {
                self.raise(&case, position).await?;
                let outcome = self.repair(&case, command, "what the gateway says was recorded", position).await?;
                report.found.push(Found::of(&case, outcome));
            }
        } else {
            // On its way to us, or no more than that it failed: the list was faster.
            self.execute(command, position).await?;
        }
        if events.iter().any(|event| matches!(event, PaymentEvent::PaymentMismatchReported { .. })) {
            let words = "what the gateway says contradicts what was agreed, and is in quarantine";
            let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(&state), words);
            self.queue(found, reconciled, report).await?;
        }
        Ok(())
    }

    /// What the gateway gave back, and the log does not know to be back. A movement that bears no name of ours, or of which
    /// another sum is owed, is for a person.
    async fn look_at_refunds(
        &self,
        gateway: &GatewayName,
        listed: &GatewayPayment,
        state: &Payment,
        reconciled: &Reconciled,
        report: &mut Report,
    ) -> Result<(), ReconcileError> {
        let mut unasked = false;
        for back in listed.refunds.iter().filter(|refund| refund.status == RefundStatus::Succeeded) {
            let mut known = None;
            if let Some((id, attempt)) = ours(back) {
                let recorded = refund_since(&self.pool, &self.upcasters, id).await.map_err(unread)?;
                known = Some((id, attempt, recorded));
            }
            match known {
                Some((_, _, (Refund::Succeeded { reference, .. }, _))) if reference == back.reference => {}
                Some((id, attempt, (refund, last)))
                    if refund.at_gateway().is_some_and(|(claim, number)| {
                        number == attempt && claim.owed().amount == back.amount && is_of(claim, listed)
                    }) =>
                {
                    let reference = back.reference.clone();
                    let command = Command::RecordRefundSucceeded { refund: id, reference, note: None, reason: None };
                    let words = "the gateway gave money back that the log still owes";
                    match about(ExceptionKind::RefundNotRecorded, gateway, listed, Some(state), words) {
                        Some(case) if last.is_some_and(|last| self.had_its_time(last)) => {
                            self.raise(&case, reconciled.position).await?;
                            let words = "that it is back was recorded";
                            let outcome = self.repair(&case, command, words, reconciled.position).await?;
                            report.found.push(Found::of(&case, outcome));
                        }
                        // On its way to us: the list was faster.
                        Some(_) | None => self.execute(command, reconciled.position).await?,
                    }
                }
                Some(_) | None => unasked = true,
            }
        }
        if unasked {
            let words = "the gateway gave money back that it was not asked for";
            let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(state), words);
            self.queue(found, reconciled, report).await?;
        }
        Ok(())
    }

    /// The payment as the log has it, where it is one of ours and goes through this gateway.
    async fn known(
        &self,
        gateway: &GatewayName,
        listed: &GatewayPayment,
    ) -> Result<Option<(PaymentId, Payment)>, ReconcileError> {
        let Ok(id) = listed.payment.as_str().parse::<PaymentId>() else { return Ok(None) };
        let state = match payment_as_recorded(&self.pool, &self.upcasters, id).await {
            Ok(state) => state,
            Err(error) => return Err(unread(error)),
        };
        let is_theirs = state.attempt().is_some_and(|attempt| attempt.terms.gateway == *gateway);
        Ok(is_theirs.then_some((id, state)))
    }

    async fn queue(
        &self,
        case: Option<Case>,
        reconciled: &Reconciled,
        report: &mut Report,
    ) -> Result<(), ReconcileError> {
        let Some(case) = case.filter(|case| !reconciled.watch.is_settled(case)) else { return Ok(()) };
        self.raise(&case, reconciled.position).await?;
        report.found.push(Found::of(&case, Outcome::Queued));
        Ok(())
    }

    /// Whether its callback and a poll have had their time.
    fn should_be_known(&self, listed: &GatewayPayment) -> bool {
        let last: Option<Timestamp> = listed.captures.iter().map(|capture| capture.at).max();
        last.is_some_and(|last| self.had_its_time(last))
    }

    fn had_its_time(&self, since: Timestamp) -> bool {
        self.clock.now().signed_duration_since(since) >= self.patience.engine
    }
}

fn unread(error: HistoryError) -> ReconcileError {
    match error {
        HistoryError::Database(error) => error.into(),
        error @ HistoryError::Unreadable { .. } => {
            ReconcileReadError::Database(sqlx::Error::Decode(error.into())).into()
        }
    }
}

/// The refund and the attempt that a name at a gateway stands for.
fn ours(back: &GatewayRefund) -> Option<(RefundId, u32)> {
    let (refund, attempt) = back.refund.as_str().rsplit_once('-')?;
    Some((refund.parse().ok()?, attempt.parse().ok()?))
}

fn is_of(claim: &Claim, listed: &GatewayPayment) -> bool {
    claim.capture.payment.is_some_and(|payment| payment.to_string() == listed.payment.as_str())
}

fn report_payment(payment: PaymentId, gateway: &GatewayName, report: GatewayReport) -> Command {
    Command::ReportPayment { payment, gateway: gateway.clone(), report, source: ReportSource::Poll }
}

/// Whether more was taken than was given back.
fn is_kept(listed: &GatewayPayment) -> bool {
    let units = |amount: Amount| i128::from(amount.minor_units());
    let taken: i128 = listed.captures.iter().map(|capture| units(capture.amount)).sum();
    let given_back = listed.refunds.iter().filter(|refund| match &refund.status {
        RefundStatus::Pending | RefundStatus::Succeeded => true,
        RefundStatus::Failed { .. } => false,
    });
    taken > given_back.map(|refund| units(refund.amount)).sum()
}

/// None where the gateway's name for the payment, or what is said of it, is out of bounds: both come from outside.
fn about(
    kind: ExceptionKind,
    gateway: &GatewayName,
    listed: &GatewayPayment,
    state: Option<&Payment>,
    words: &str,
) -> Option<Case> {
    let terms = state.and_then(Payment::attempt).map(|attempt| &attempt.terms);
    Some(Case {
        kind,
        subject: format!("{gateway}:{}", listed.id).parse().ok()?,
        order: terms.map(|terms| terms.order),
        merchant: terms.map(|terms| terms.merchant.clone()),
        detail: words.parse().ok()?,
    })
}
