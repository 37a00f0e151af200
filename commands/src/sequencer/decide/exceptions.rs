//! Commands to an order exception: the engine finds and repairs, the back office settles.

use purser_domain::{
    exception::{Case, Closing, ExceptionCommand, ExceptionRefusal},
    ids::ExceptionId,
    principal::Principal,
    text::Reason,
};

use super::{Answer, Asked, Decision, Stopped};

impl Decision<'_> {
    pub(super) fn raise_exception(&mut self, asked: &Asked<'_>, case: &Case) -> Result<Answer, Stopped> {
        engine_only(asked)?;
        self.drive_exception(asked, case.exception(), ExceptionCommand::Raise { case: case.clone(), at: self.now })
    }

    pub(super) fn close_exception(
        &mut self,
        asked: &Asked<'_>,
        id: ExceptionId,
        closing: &Closing,
    ) -> Result<Answer, Stopped> {
        engine_only(asked)?;
        self.drive_exception(asked, id, ExceptionCommand::Close { closing: closing.clone(), at: self.now })
    }

    pub(super) fn settle_exception(
        &mut self,
        asked: &Asked<'_>,
        id: ExceptionId,
        reason: &Reason,
    ) -> Result<Answer, Stopped> {
        match asked.request.principal {
            Principal::BackOffice => {}
            Principal::Customer(_) | Principal::Merchant(_) | Principal::Operator | Principal::Saga => {
                return Err(Stopped::refused(ExceptionRefusal::Unknown));
            }
        }
        let closing = Closing::Settled { actor: asked.actor()?, reason: reason.clone() };
        self.drive_exception(asked, id, ExceptionCommand::Close { closing, at: self.now })
    }

    pub(super) fn drive_exception(
        &mut self,
        asked: &Asked<'_>,
        id: ExceptionId,
        command: ExceptionCommand,
    ) -> Result<Answer, Stopped> {
        let exception = self.working.exceptions.entry(id).or_default();
        self.draft.drive(exception.target(&id), command, &asked.metadata)?;
        Ok(Answer::Done)
    }
}

/// What a reconciliation finds comes in through the engine's own hands only.
fn engine_only(asked: &Asked<'_>) -> Result<(), Stopped> {
    match asked.request.principal {
        Principal::Saga => Ok(()),
        Principal::Customer(_) | Principal::Merchant(_) | Principal::BackOffice | Principal::Operator => {
            Err(Stopped::refused(ExceptionRefusal::Unknown))
        }
    }
}
