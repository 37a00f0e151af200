//! Commands to a payment. Money that a gateway took goes onto the order's books in the same append as onto the payment's.

use std::collections::BTreeSet;

use purser_domain::{
    Timestamp,
    clearing::{self, Step},
    exception::ExceptionCommand,
    ids::{OrderId, PaymentId, RefundId},
    money::Money,
    order::{Capture, OrderAction, OrderStatus},
    payment::{
        self, CaptureMethod, GatewayReport, NextAction, Payment, PaymentCommand, PaymentEvent, PaymentRefusal,
        PaymentTerms, ReportSource, ReportedRefund, new_captures,
    },
    principal::Principal,
    text::{GatewayName, PaymentReference, Reason},
    used_reference::{self, ReferenceCommand, ReferenceId, ReferenceRefusal, UsedReference},
};

use super::{Answer, Asked, Decision, Order, OrderCommand, OrderRefusal, Stopped, order};
use crate::sequencer::cache::Versioned;

impl Decision<'_> {
    /// The amount is what is open of the order's total beside what was taken by hand, whatever other attempts have brought in:
    /// of gateways' payments one settles an order, and the parts of others go back.
    pub(super) fn initiate_payment(
        &mut self,
        asked: &Asked<'_>,
        id: PaymentId,
        order: OrderId,
        gateway: &GatewayName,
        capture: CaptureMethod,
    ) -> Result<Answer, Stopped> {
        let known = self.working.orders.get(&order).map(|order| &order.state);
        let agreed = known.and_then(Order::terms).filter(|terms| asked.request.principal.owns_order(terms));
        let (Some(known), Some(agreed)) = (known, agreed) else {
            return Err(Stopped::refused(OrderRefusal::Unknown));
        };
        let rest = match (known, known.status()) {
            (Order::PendingPayment(open), _) => open.rest(),
            (_, Some(status)) => {
                return Err(Stopped::refused(OrderRefusal::WrongStatus { action: OrderAction::Pay, status }));
            }
            (_, None) => return Err(Stopped::refused(OrderRefusal::Unknown)),
        };
        let terms = PaymentTerms {
            order,
            customer: agreed.customer.clone(),
            merchant: agreed.merchant.clone(),
            gateway: gateway.clone(),
            amount: Money { amount: rest, ..agreed.total },
            capture,
            expires_at: agreed.pay_by,
        };
        let mut payment = Versioned::<Payment>::default();
        let initiate = PaymentCommand::Initiate { payment: id, terms, at: self.now };
        self.draft.drive(payment.target(&id), initiate, &asked.metadata)?;
        let answer = standing(&payment.state)?;
        self.working.payments.insert(id, payment);
        Ok(answer)
    }

    /// Money that somebody says was taken. The order knows a repeat; of what is new to it, another order of the same merchant
    /// must not have been paid by the same.
    pub(super) fn record_payment(
        &mut self,
        asked: &Asked<'_>,
        id: OrderId,
        capture: Capture,
        at: Timestamp,
    ) -> Result<Answer, Stopped> {
        let known = self.order_of(asked, id)?;
        let Capture { reference, amount, payment: _, tender } = capture;
        let command = OrderCommand::RecordPayment { reference: reference.clone(), amount, tender, at };
        let news = order::decide(known, command.clone()).map_err(Stopped::refused)?;
        if !news.is_empty() {
            let used = self.reference_id(id, &reference).map(|reference| self.reference_is_free(&reference, id));
            used.unwrap_or(Ok(())).map_err(Stopped::refused)?;
        }
        self.drive_order(asked, id, command)?;
        if !news.is_empty() {
            self.note_reference(asked, id, &reference)?;
        }
        self.order_is(id)
    }

    fn reference_is_free(&self, id: &ReferenceId, order: OrderId) -> Result<(), ReferenceRefusal> {
        let unused = UsedReference::default();
        let reference = self.working.references.get(id).map_or(&unused, |reference| &reference.state);
        let usage = ReferenceCommand::Use { order, at: self.now };
        used_reference::decide(reference, usage).map(drop)
    }

    /// A gateway's captures are taken under whatever name: the money is there. Where the name is used already, it stays with
    /// the order that has it, which is returned.
    fn note_reference(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        reference: &PaymentReference,
    ) -> Result<Option<OrderId>, Stopped> {
        let Some(id) = self.reference_id(order, reference) else { return Ok(None) };
        if let Err(ReferenceRefusal::PaysAnother { order }) = self.reference_is_free(&id, order) {
            return Ok(Some(order));
        }
        let used = self.working.references.entry(id.clone()).or_default();
        self.draft.drive(used.target(&id), ReferenceCommand::Use { order, at: self.now }, &asked.metadata)?;
        Ok(None)
    }

    /// Of two orders that one reference pays, one may have been paid by a slip: somebody has to look.
    fn raise_reuse(
        &mut self,
        asked: &Asked<'_>,
        id: PaymentId,
        reference: &PaymentReference,
        pays: OrderId,
    ) -> Result<(), Stopped> {
        let attempt = self.working.payments.get(&id).and_then(|payment| payment.state.attempt());
        let case = attempt.and_then(|attempt| used_reference::reuse(id, &attempt.terms, reference, pays));
        let case =
            case.ok_or_else(|| Stopped::Contradiction(format!("{id} cannot be said to be under {reference}")))?;
        self.drive_exception(asked, case.exception(), ExceptionCommand::Raise { case, at: self.now }).map(drop)
    }

    fn reference_id(&self, order: OrderId, reference: &PaymentReference) -> Option<ReferenceId> {
        let terms = self.working.orders.get(&order)?.state.terms()?;
        Some(ReferenceId::of(&terms.merchant, reference))
    }

    pub(super) fn record_payment_pending(
        &mut self,
        asked: &Asked<'_>,
        id: PaymentId,
        gateway_reference: &PaymentReference,
        next_action: Option<&NextAction>,
    ) -> Result<Answer, Stopped> {
        engine_only(asked)?;
        let (gateway_reference, next_action) = (gateway_reference.clone(), next_action.cloned());
        self.drive_payment(asked, id, PaymentCommand::RecordPending { gateway_reference, next_action, at: self.now })
    }

    /// The payment decides what of the report is new; the order, what becomes of the money.
    pub(super) fn report_payment(
        &mut self,
        asked: &Asked<'_>,
        id: PaymentId,
        gateway: &GatewayName,
        report: &GatewayReport,
        source: &ReportSource,
    ) -> Result<Answer, Stopped> {
        engine_only(asked)?;
        let known = self.working.payments.get(&id).map(|payment| &payment.state);
        let attempt = known.and_then(Payment::attempt).filter(|attempt| attempt.terms.gateway == *gateway);
        let (Some(known), Some(attempt)) = (known, attempt) else {
            return Err(Stopped::refused(PaymentRefusal::Unknown));
        };
        let order = attempt.terms.order;
        let command = PaymentCommand::Report { report: report.clone(), source: source.clone(), at: self.now };
        let news = payment::decide(known, command.clone()).map_err(Stopped::refused)?;
        let (before, captures) = (known.clone(), self.agreed_captures(order, &news)?);
        let answer = self.drive_payment(asked, id, command)?;
        for capture in captures {
            let reference = capture.reference.clone();
            // It is the same money, which staff have booked by hand: it goes back by hand as well, and not through the gateway.
            let known = self.working.orders.get(&order).and_then(|order| order.state.known(&reference));
            let by_hand = known.is_some_and(|known| known.payment.is_none()).then_some(order);
            self.drive_order(asked, order, OrderCommand::RecordCapture { capture, at: self.now })?;
            if let Some(pays) = self.note_reference(asked, order, &reference)?.or(by_hand) {
                self.raise_reuse(asked, id, &reference, pays)?;
            }
        }
        self.mind_authorization(asked, id)?;
        self.mind_refunds(asked, id, &before, report)?;
        self.count_by_hand(asked, order, id)?;
        Ok(answer)
    }

    /// What the report means for the refunds of the payment.
    fn mind_refunds(
        &mut self,
        asked: &Asked<'_>,
        id: PaymentId,
        before: &Payment,
        report: &GatewayReport,
    ) -> Result<(), Stopped> {
        let Some(payment) = self.working.payments.get(&id).map(|payment| payment.state.clone()) else { return Ok(()) };
        let known = payment.attempt().into_iter().flat_map(|attempt| attempt.refunds.iter().copied());
        let told = report.refunds.iter().filter_map(ReportedRefund::asked_for).map(|(refund, _)| refund);
        let ids: BTreeSet<RefundId> = known.chain(told).collect();
        let refunds = ids.into_iter().filter_map(|id| Some((id, self.working.refunds.get(&id)?.state.clone())));
        let steps = clearing::after_report(before, payment, refunds.collect(), report, self.now);
        self.take(asked, id, steps)
    }

    /// All of these have agreed.
    pub(super) fn take(&mut self, asked: &Asked<'_>, payment: PaymentId, steps: Vec<Step>) -> Result<(), Stopped> {
        for step in steps {
            match step {
                Step::Payment(command) => self.drive_payment(asked, payment, command).map(drop)?,
                Step::Refund(refund, command) => self.drive_refund(asked, refund, command).map(drop)?,
                Step::Shift { order, from, amount } => {
                    let shift = OrderCommand::ShiftRefund { from, to: payment, amount, at: self.now };
                    self.drive_order(asked, order, shift)?;
                }
                Step::Raise(case) => {
                    self.drive_exception(asked, case.exception(), ExceptionCommand::Raise { case, at: self.now })?;
                }
            }
        }
        Ok(())
    }

    /// Money that is set aside for an order that waits for it is on the order's books, and for any other it is released.
    fn mind_authorization(&mut self, asked: &Asked<'_>, id: PaymentId) -> Result<(), Stopped> {
        let payment = self.working.payments.get(&id).map(|payment| &payment.state);
        let Some(attempt) = payment.filter(|payment| payment.holds_authorization()).and_then(Payment::attempt) else {
            return Ok(());
        };
        let order = attempt.terms.order;
        if self.status(order) == Some(OrderStatus::PendingPayment) {
            self.drive_order(asked, order, OrderCommand::NoteAuthorization { payment: id, at: self.now })
        } else {
            self.drive_payment(asked, id, PaymentCommand::RequestVoid { at: self.now }).map(drop)
        }
    }

    /// When an order stops waiting for money, the gateways release what they have set aside for it, in the same append. Of
    /// payments that it does not hold any more nothing is asked.
    pub(super) fn release_authorized(&mut self, asked: &Asked<'_>, payments: &[PaymentId]) -> Result<(), Stopped> {
        for id in payments {
            if self.working.payments.contains_key(id) {
                self.mind_authorization(asked, *id)?;
            }
        }
        Ok(())
    }

    /// The same, of a payment of which it should have happened.
    pub(super) fn release_payment(&mut self, asked: &Asked<'_>, id: PaymentId) -> Result<Answer, Stopped> {
        engine_only(asked)?;
        self.mind_authorization(asked, id)?;
        let payment = self.working.payments.get(&id).map(|payment| &payment.state);
        standing(payment.ok_or_else(|| Stopped::refused(PaymentRefusal::Unknown))?)
    }

    /// A capture, which the order must still be waiting for: no money is taken to be given back.
    pub(super) fn request_capture(
        &mut self,
        asked: &Asked<'_>,
        id: PaymentId,
        capture: PaymentCommand,
    ) -> Result<Answer, Stopped> {
        let known = self.sold(asked, id)?;
        let order = known.attempt().map(|attempt| attempt.terms.order);
        let is_asked_already = payment::decide(known, capture.clone()).is_ok_and(|news| news.is_empty());
        match order.and_then(|order| self.status(order)) {
            Some(OrderStatus::PendingPayment) => {}
            Some(status) if !is_asked_already => {
                return Err(Stopped::refused(OrderRefusal::WrongStatus { action: OrderAction::Pay, status }));
            }
            Some(_) | None => {}
        }
        self.drive_payment(asked, id, capture)
    }

    /// The new captures, each of which the order has agreed to take after those before it: a refusal must not come when
    /// the payment has taken them.
    fn agreed_captures(&self, id: OrderId, news: &[PaymentEvent]) -> Result<Vec<Capture>, Stopped> {
        let captures: Vec<Capture> = new_captures(news).cloned().collect();
        if captures.is_empty() {
            return Ok(captures);
        }
        let order = self.working.orders.get(&id).map(|order| order.state.clone());
        let mut order = order.ok_or_else(|| Stopped::Contradiction(format!("{id} has a payment and is not there")))?;
        for capture in &captures {
            let record = OrderCommand::RecordCapture { capture: capture.clone(), at: self.now };
            for event in order::decide(&order, record).map_err(Stopped::refused)? {
                order = order.evolve(event);
            }
        }
        Ok(captures)
    }

    /// A gateway does not know that the engine has given a payment up: it is asked to close it, or to say that the money
    /// came.
    pub(super) fn expire_payment(&mut self, asked: &Asked<'_>, id: PaymentId) -> Result<Answer, Stopped> {
        engine_only(asked)?;
        self.drive_payment(asked, id, PaymentCommand::Expire { at: self.now })?;
        self.drive_payment(asked, id, PaymentCommand::RequestVoid { at: self.now })
    }

    pub(super) fn change_payment(
        &mut self,
        asked: &Asked<'_>,
        id: PaymentId,
        command: PaymentCommand,
    ) -> Result<Answer, Stopped> {
        self.sold(asked, id)?;
        self.drive_payment(asked, id, command)
    }

    /// The payment, if the caller sells what it is for: captures and voids are the seller's to ask for.
    fn sold(&self, asked: &Asked<'_>, id: PaymentId) -> Result<&Payment, Stopped> {
        let known = self.working.payments.get(&id).map(|payment| &payment.state);
        let is_theirs = |payment: &&Payment| {
            payment.attempt().is_some_and(|attempt| asked.request.principal.sells_for_payment(&attempt.terms))
        };
        known.filter(is_theirs).ok_or_else(|| Stopped::refused(PaymentRefusal::Unknown))
    }

    pub(super) fn resolve_mismatch(
        &mut self,
        asked: &Asked<'_>,
        id: PaymentId,
        reason: &Reason,
    ) -> Result<Answer, Stopped> {
        match asked.request.principal {
            Principal::BackOffice => {}
            Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator | Principal::Saga => {
                return Err(Stopped::refused(PaymentRefusal::Unknown));
            }
        }
        let actor = asked.actor()?;
        self.drive_payment(asked, id, PaymentCommand::ResolveMismatch { actor, reason: reason.clone(), at: self.now })
    }

    fn drive_payment(&mut self, asked: &Asked<'_>, id: PaymentId, command: PaymentCommand) -> Result<Answer, Stopped> {
        let payment = self.working.payments.entry(id).or_default();
        self.draft.drive(payment.target(&id), command, &asked.metadata)?;
        standing(&payment.state)
    }
}

/// What a gateway says comes in through the engine's own hands only.
fn engine_only(asked: &Asked<'_>) -> Result<(), Stopped> {
    match asked.request.principal {
        Principal::Saga => Ok(()),
        Principal::Customer(_) | Principal::Merchant(_) | Principal::BackOffice | Principal::Operator => {
            Err(Stopped::refused(PaymentRefusal::Unknown))
        }
    }
}

fn standing(payment: &Payment) -> Result<Answer, Stopped> {
    match (payment.attempt(), payment.status()) {
        (Some(attempt), Some(status)) => Ok(Answer::PaymentIs {
            payment: attempt.payment,
            order: attempt.terms.order,
            status,
            amount: attempt.terms.amount,
            expires_at: attempt.terms.expires_at,
        }),
        (_, _) => Err(Stopped::refused(PaymentRefusal::Unknown)),
    }
}
