//! The gateways' own lists, held against the log.

use purser_commands::{Command, Failure};
use purser_domain::{
    Timestamp, clearing,
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
                let asked_at = self.clock.now();
                let page = match gateway.list(after.map(String::as_str)).await {
                    Ok(page) => page,
                    Err(error) => {
                        looked.error = Some(error.to_string());
                        break;
                    }
                };
                for payment in &page.payments {
                    looked.payments += 1;
                    self.look_at((name, asked_at), payment, reconciled, &mut looked, report).await?;
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
        (gateway, asked_at): (&GatewayName, Timestamp),
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
        let Ok(told) = reported(listed, asked_at) else {
            let words = "the gateway speaks of it in names that are none of ours";
            let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(&state), words);
            return self.queue(found, reconciled, report).await;
        };
        self.look_at_refunds(gateway, listed, &state, reconciled, report).await?;
        let reversed = self.reversed(listed, &state).await?;
        let news = PaymentCommand::Report { report: told.clone(), source: ReportSource::Poll, at: self.clock.now() };
        let events = match payment::decide(&state, news) {
            Ok(events) => events,
            Err(refusal) => {
                let words = refusal.to_string();
                let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(&state), &words);
                return self.queue(found, reconciled, report).await;
            }
        };
        if !events.is_empty() || !reversed.is_empty() {
            looked.reported += 1;
            let command = report_payment(id, gateway, told);
            match self.unrecorded(gateway, listed, &state, &events) {
                Some((case, words)) => {
                    self.raise(&case, position).await?;
                    let outcome = self.repair(&case, command, words, position).await?;
                    report.found.push(Found::of(&case, outcome));
                }
                // On its way to us, or no more than that it failed: the list was faster.
                None => self.tell(command, (gateway, listed, &state), reconciled, report).await?,
            }
        }
        report.found.extend(reversed.iter().map(|case| Found::of(case, Outcome::Queued)));
        if events.iter().any(|event| matches!(event, PaymentEvent::PaymentMismatchReported { .. })) {
            let words = "what the gateway says contradicts what was agreed, and is in quarantine";
            let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(&state), words);
            self.queue(found, reconciled, report).await?;
        }
        self.look_for_contradictions(gateway, listed, &state, reconciled, report).await
    }

    /// What should have been told before, and what is done about it.
    fn unrecorded(
        &self,
        gateway: &GatewayName,
        listed: &GatewayPayment,
        state: &Payment,
        events: &[PaymentEvent],
    ) -> Option<(Case, &'static str)> {
        if new_captures(events).next().is_some() && self.should_be_known(listed) {
            let words = "the gateway took money that the log does not have";
            let case = about(ExceptionKind::CaptureNotRecorded, gateway, listed, Some(state), words)?;
            return Some((case, "what the gateway says was recorded"));
        }
        let is_unasked = |event: &PaymentEvent| matches!(event, PaymentEvent::PaymentRefundedOutside { .. });
        if events.iter().any(is_unasked) {
            let words = "the gateway gave money back that it was not asked for";
            let case = about(ExceptionKind::RefundNotRecorded, gateway, listed, Some(state), words)?;
            return Some((case, "it counts for what is owed"));
        }
        None
    }

    /// The refunds that the log has as done, and that came back.
    async fn reversed(&self, listed: &GatewayPayment, state: &Payment) -> Result<Vec<Case>, ReconcileError> {
        let mut reversed = Vec::new();
        let failed = listed.refunds.iter().filter(|refund| matches!(refund.status, RefundStatus::Failed { .. }));
        for back in failed {
            let Some((id, attempt)) = ours(back) else { continue };
            let (refund, _) = refund_since(&self.pool, &self.upcasters, id).await.map_err(unread)?;
            if let (Refund::Succeeded { claim, reference }, Some(payment)) = (&refund, state.attempt())
                && claim.attempt == Some(attempt)
                && *reference == back.reference
            {
                reversed.extend(clearing::reversal(&payment.terms, id));
            }
        }
        Ok(reversed)
    }

    /// A movement under a name of ours that is another sum than is owed, or of a refund that is done in another way, is for a
    /// person. So is money that was counted for refunds and came back.
    async fn look_for_contradictions(
        &self,
        gateway: &GatewayName,
        listed: &GatewayPayment,
        state: &Payment,
        reconciled: &Reconciled,
        report: &mut Report,
    ) -> Result<(), ReconcileError> {
        let mut contradicts = false;
        for back in listed.refunds.iter().filter(|refund| refund.status == RefundStatus::Succeeded) {
            let Some((id, _)) = ours(back) else { continue };
            let (refund, _) = refund_since(&self.pool, &self.upcasters, id).await.map_err(unread)?;
            contradicts |= !matches!(&refund, Refund::Succeeded { reference, .. } if *reference == back.reference);
        }
        if contradicts {
            let words = "the gateway gave money back otherwise than the log has it";
            let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(state), words);
            self.queue(found, reconciled, report).await?;
        }
        let now = self.known(gateway, listed).await?;
        let is_short = now.and_then(|(_, state)| state.attempt().map(|attempt| attempt.back.is_short()));
        if is_short == Some(true) {
            let words = "money that counted for refunds did not arrive";
            let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(state), words);
            self.queue(found, reconciled, report).await?;
        }
        Ok(())
    }

    /// What the gateway gave back as it was asked to, and the log does not know to be back.
    async fn look_at_refunds(
        &self,
        gateway: &GatewayName,
        listed: &GatewayPayment,
        state: &Payment,
        reconciled: &Reconciled,
        report: &mut Report,
    ) -> Result<(), ReconcileError> {
        for back in listed.refunds.iter().filter(|refund| refund.status == RefundStatus::Succeeded) {
            let Some((id, attempt)) = ours(back) else { continue };
            let (refund, last) = refund_since(&self.pool, &self.upcasters, id).await.map_err(unread)?;
            let is_it = refund.at_gateway().is_some_and(|(held, number)| {
                number == attempt && held.to_send().amount == back.amount && is_of(&held.claim, listed)
            });
            if !is_it {
                continue;
            }
            let reference = back.reference.clone();
            let attempt = Some(attempt);
            let command = Command::RecordRefundSucceeded { refund: id, attempt, reference, note: None, reason: None };
            let words = "the gateway gave money back that the log still owes";
            match about(ExceptionKind::RefundNotRecorded, gateway, listed, Some(state), words) {
                Some(case) if last.is_some_and(|last| self.had_its_time(last)) => {
                    self.raise(&case, reconciled.position).await?;
                    let words = "that it is back was recorded";
                    let outcome = self.repair(&case, command, words, reconciled.position).await?;
                    report.found.push(Found::of(&case, outcome));
                }
                // On its way to us: the list was faster.
                Some(_) | None => self.tell(command, (gateway, listed, state), reconciled, report).await?,
            }
        }
        Ok(())
    }

    /// Has the log say what the gateway says. What is refused is a matter of this payment: the others are looked at all the same.
    async fn tell(
        &self,
        command: Command,
        (gateway, listed, state): (&GatewayName, &GatewayPayment, &Payment),
        reconciled: &Reconciled,
        report: &mut Report,
    ) -> Result<(), ReconcileError> {
        match self.execute(command, reconciled.position).await {
            Ok(()) => Ok(()),
            Err(failure @ (Failure::Refused(_) | Failure::Internal)) => {
                tracing::warn!(%gateway, payment = %listed.id, %failure, "what a gateway lists cannot be recorded");
                let words = failure.to_string();
                let found = about(ExceptionKind::PaymentMismatch, gateway, listed, Some(state), &words);
                self.queue(found, reconciled, report).await
            }
            Err(failure) => Err(failure.into()),
        }
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
