//! Commands to a refund.

use purser_domain::{
    clearing,
    ids::{OrderId, PaymentId, RefundId},
    money::Money,
    order::{OrderCommand, OrderRefusal, Settled},
    payment::Payment,
    principal::Principal,
    refund::{Claim, Refund, RefundChannel, RefundCommand, RefundFailure, RefundRefusal},
    text::{PaymentReference, Reason},
};

use super::{Answer, Asked, Decision, Stopped};

impl Decision<'_> {
    /// What is given is the platform's staff's to say.
    pub(super) fn grant_goodwill(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        amount: Money,
        reason: &Reason,
    ) -> Result<Answer, Stopped> {
        match asked.request.principal {
            Principal::BackOffice => {
                let grant = OrderCommand::GrantGoodwill { amount, reason: reason.clone(), at: self.now };
                self.change_order(asked, order, grant, None)
            }
            Principal::Saga | Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator => {
                Err(Stopped::refused(OrderRefusal::Unknown))
            }
        }
    }

    pub(super) fn request_refund(&mut self, asked: &Asked<'_>, claim: &Claim) -> Result<Answer, Stopped> {
        let id = claim.refund();
        let answer = self.drive_refund(asked, id, RefundCommand::Request { claim: claim.clone(), at: self.now })?;
        if claim.capture.payment.is_none() {
            self.count_money_back(asked, claim.order, id)?;
        }
        Ok(answer)
    }

    /// Before a person is asked to send money, what a gateway's desk or a bank gave back of the order without being asked counts.
    fn count_money_back(&mut self, asked: &Asked<'_>, order: OrderId, id: RefundId) -> Result<(), Stopped> {
        let settled = self.working.orders.get(&order).and_then(|order| order.state.settled());
        for payment in settled.map(Settled::kept_by_payment).unwrap_or_default().into_keys() {
            self.count_elsewhere(asked, order, payment, &[id])?;
        }
        Ok(())
    }

    /// What people have in hand already, they would send a second time.
    pub(super) fn count_by_hand(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        payment: PaymentId,
    ) -> Result<(), Stopped> {
        let settled = self.working.orders.get(&order).and_then(|order| order.state.settled());
        let by_hand = settled.map(|settled| settled.refunds_by_hand(order)).unwrap_or_default();
        self.count_elsewhere(asked, order, payment, &by_hand)
    }

    fn count_elsewhere(
        &mut self,
        asked: &Asked<'_>,
        order: OrderId,
        payment: PaymentId,
        refunds: &[RefundId],
    ) -> Result<(), Stopped> {
        // So it is with nearly every report.
        if refunds.is_empty() {
            return Ok(());
        }
        let settled = self.working.orders.get(&order).and_then(|order| order.state.settled());
        let state = self.working.payments.get(&payment).map(|payment| payment.state.clone());
        let (Some(settled), Some(state)) = (settled, state) else { return Ok(()) };
        let refunds = refunds.iter().filter_map(|id| Some((*id, self.working.refunds.get(id)?.state.clone())));
        let steps = clearing::elsewhere(state, settled, refunds, self.now);
        self.take(asked, payment, steps)
    }

    pub(super) fn record_refund_submitted(
        &mut self,
        asked: &Asked<'_>,
        id: RefundId,
        channel: RefundChannel,
    ) -> Result<Answer, Stopped> {
        if channel == RefundChannel::Gateway
            && let Some((payment, state, refund)) = self.at_gateway(asked, id)
        {
            let steps = clearing::submission(state, id, refund, self.now).map_err(Stopped::refused)?;
            self.take(asked, payment, steps)?;
            return Ok(Answer::Done);
        }
        self.drive_refund(asked, id, RefundCommand::RecordSubmitted { channel, at: self.now })
    }

    /// A refund with the payment that a gateway took, where the log has it.
    fn at_gateway(&self, asked: &Asked<'_>, id: RefundId) -> Option<(PaymentId, Payment, Refund)> {
        match asked.request.principal {
            Principal::BackOffice | Principal::Saga => {}
            Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator => return None,
        }
        let refund = &self.working.refunds.get(&id)?.state;
        let payment = refund.claim()?.capture.payment?;
        let state = &self.working.payments.get(&payment)?.state;
        state.attempt()?;
        Some((payment, state.clone(), refund.clone()))
    }

    /// People report what they perform. What a gateway performs, and what the engine could not bring back, they settle only
    /// by a decision of their own, under their name and for a reason.
    pub(super) fn record_refund_succeeded(
        &mut self,
        asked: &Asked<'_>,
        id: RefundId,
        attempt: Option<u32>,
        reference: &PaymentReference,
        [note, reason]: [Option<&Reason>; 2],
    ) -> Result<Answer, Stopped> {
        let (reference, at) = (reference.clone(), self.now);
        match (&asked.request.principal, self.working.refunds.get(&id).map(|refund| &refund.state)) {
            (Principal::BackOffice, Some(Refund::ManualReview(_))) => {
                let reason = reason.or(note).cloned();
                let reason = reason.ok_or_else(|| Stopped::refused(RefundRefusal::ReasonNeeded))?;
                let actor = asked.actor()?;
                self.settle_refund(asked, id, RefundCommand::MarkDone { reference, actor, reason, at })
            }
            (Principal::BackOffice, Some(refund)) if refund.at_gateway().is_some() => {
                Err(Stopped::refused(RefundRefusal::NotInReview))
            }
            (principal, refund) => {
                // It is about to be put into people's hands.
                if let (Principal::BackOffice, Some(Refund::Requested(_))) = (principal, refund) {
                    self.record_refund_submitted(asked, id, RefundChannel::BackOffice)?;
                }
                let note = note.or(reason).cloned();
                self.drive_refund(asked, id, RefundCommand::RecordSucceeded { attempt, reference, note, at })
            }
        }
    }

    pub(super) fn record_refund_failed(
        &mut self,
        asked: &Asked<'_>,
        id: RefundId,
        attempt: u32,
        (failure, cause): (RefundFailure, &Reason),
    ) -> Result<Answer, Stopped> {
        let (attempt, cause, at) = (Some(attempt), cause.clone(), self.now);
        self.note_refund(asked, id, RefundCommand::RecordFailed { attempt, failure, cause, at })
    }

    pub(super) fn request_refund_review(&mut self, asked: &Asked<'_>, id: RefundId) -> Result<Answer, Stopped> {
        self.note_refund(asked, id, RefundCommand::RequestReview { at: self.now })
    }

    pub(super) fn retry_refund(&mut self, asked: &Asked<'_>, id: RefundId, reason: &Reason) -> Result<Answer, Stopped> {
        let (actor, reason) = (asked.actor()?, reason.clone());
        if asked.request.principal == Principal::BackOffice
            && let Some((payment, state, refund)) = self.at_gateway(asked, id)
        {
            let steps = clearing::retry(state, id, refund, (actor, reason), self.now).map_err(Stopped::refused)?;
            self.take(asked, payment, steps)?;
            return Ok(Answer::Done);
        }
        self.settle_refund(asked, id, RefundCommand::Retry { actor, reason, at: self.now })
    }

    pub(super) fn write_off_refund(
        &mut self,
        asked: &Asked<'_>,
        id: RefundId,
        reason: &Reason,
    ) -> Result<Answer, Stopped> {
        let (actor, reason) = (asked.actor()?, reason.clone());
        self.settle_refund(asked, id, RefundCommand::WriteOff { actor, reason, at: self.now })
    }

    /// What the engine itself finds out.
    fn note_refund(&mut self, asked: &Asked<'_>, id: RefundId, command: RefundCommand) -> Result<Answer, Stopped> {
        match asked.request.principal {
            Principal::Saga => self.drive_refund(asked, id, command),
            Principal::BackOffice | Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator => {
                Err(Stopped::refused(RefundRefusal::Unknown))
            }
        }
    }

    /// What a person decides.
    fn settle_refund(&mut self, asked: &Asked<'_>, id: RefundId, command: RefundCommand) -> Result<Answer, Stopped> {
        match asked.request.principal {
            Principal::BackOffice => self.drive_refund(asked, id, command),
            Principal::Saga | Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator => {
                Err(Stopped::refused(RefundRefusal::Unknown))
            }
        }
    }

    /// Money goes back by the engine's and the back office's hands only.
    pub(super) fn drive_refund(
        &mut self,
        asked: &Asked<'_>,
        id: RefundId,
        command: RefundCommand,
    ) -> Result<Answer, Stopped> {
        match asked.request.principal {
            Principal::BackOffice | Principal::Saga => {}
            Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator => {
                return Err(Stopped::refused(RefundRefusal::Unknown));
            }
        }
        let refund = self.working.refunds.entry(id).or_default();
        self.draft.drive(refund.target(&id), command, &asked.metadata)?;
        Ok(Answer::Done)
    }
}
