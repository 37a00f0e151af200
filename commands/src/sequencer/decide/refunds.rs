//! Commands to a refund.

use purser_domain::{
    ids::RefundId,
    principal::Principal,
    refund::{Claim, RefundChannel, RefundCommand, RefundRefusal},
    text::{PaymentReference, Reason},
};

use super::{Answer, Asked, Decision, Stopped};

impl Decision<'_> {
    pub(super) fn request_refund(&mut self, asked: &Asked<'_>, claim: &Claim) -> Result<Answer, Stopped> {
        self.drive_refund(asked, claim.refund(), RefundCommand::Request { claim: claim.clone(), at: self.now })
    }

    pub(super) fn record_refund_submitted(
        &mut self,
        asked: &Asked<'_>,
        id: RefundId,
        channel: RefundChannel,
    ) -> Result<Answer, Stopped> {
        self.drive_refund(asked, id, RefundCommand::RecordSubmitted { channel, at: self.now })
    }

    pub(super) fn record_refund_succeeded(
        &mut self,
        asked: &Asked<'_>,
        id: RefundId,
        reference: &PaymentReference,
        note: Option<&Reason>,
    ) -> Result<Answer, Stopped> {
        let (reference, note) = (reference.clone(), note.cloned());
        self.drive_refund(asked, id, RefundCommand::RecordSucceeded { reference, note, at: self.now })
    }

    /// Money goes back by the engine's and the back office's hands only.
    fn drive_refund(&mut self, asked: &Asked<'_>, id: RefundId, command: RefundCommand) -> Result<Answer, Stopped> {
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
