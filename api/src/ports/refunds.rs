//! The effects of the refund saga, at the gateways.

use purser_domain::{
    ids::RefundId,
    refund::{InHand, Refund, RefundFailure},
    saga::{Effect, EffectError, SagaCommand},
    text::ExternalReference,
};
use purser_projections::history::refund_as_recorded;
use uuid::Uuid;

use super::gateways::{Acknowledged, AtGateways, failed, key, ours};
use crate::gateway::{GatewayError, GatewayRefund, RefundRequest, RefundStatus};

/// What a gateway answers when it knows no refund of a name.
const NOT_FOUND: &str = "not-found";

/// A refund that a gateway is asked for, or about.
struct Asked {
    refund: RefundId,
    attempt: u32,
    claim: InHand,
    /// The attempt's name at the gateway.
    name: ExternalReference,
    payment: Acknowledged,
    /// The gateway has said that the money is back.
    has_arrived: bool,
}

impl AtGateways {
    /// Asks the gateway to pay, if the log still says that it is to pay under this number. A refusal may mean no more than
    /// that the gateway has forgotten our key and knows the name: what it says of the name counts then.
    pub(super) async fn refund(
        &self,
        refund: RefundId,
        attempt: u32,
        idempotency: Uuid,
    ) -> Result<Option<SagaCommand>, EffectError> {
        let is_open = |state: &Refund| match state {
            Refund::Submitted(in_hand) => in_hand.attempt == Some(attempt),
            Refund::Unrequested
            | Refund::Requested(_)
            | Refund::Failed { .. }
            | Refund::ManualReview(_)
            | Refund::Succeeded { .. }
            | Refund::WrittenOff(_) => false,
        };
        let Some(asked) = self.asked(refund, |state| state.at_gateway().filter(|_| is_open(state))).await? else {
            return Ok(None);
        };
        if asked.payment.state.is_disputed() {
            return self.waits(asked).await;
        }
        let Acknowledged { gateway, reference, .. } = &asked.payment;
        let gateway = self.gateways.named(gateway)?;
        let request = RefundRequest { refund: asked.name.clone(), amount: asked.claim.to_send().amount };
        let answer = match gateway.refund(&key(idempotency)?, reference, &request).await {
            Ok(answer) => answer,
            Err(refused @ GatewayError::Refused { .. }) => match gateway.refund_status(reference, &asked.name).await {
                Ok(answer) => answer,
                Err(GatewayError::Refused { code, .. }) if code == NOT_FOUND => return Err(failed(&refused)),
                Err(error) => return Err(not_told(&error)),
            },
            Err(error) => return Err(failed(&error)),
        };
        asked.outcome(answer)
    }

    /// While a payment is disputed nothing of it is sent. What may have been sent before is asked after; what the gateway does
    /// not know has failed under this number, and goes on when the dispute has ended.
    async fn waits(&self, asked: Asked) -> Result<Option<SagaCommand>, EffectError> {
        let Acknowledged { gateway, reference, .. } = &asked.payment;
        match self.gateways.named(gateway)?.refund_status(reference, &asked.name).await {
            Ok(answer) => asked.outcome(answer),
            Err(GatewayError::Refused { code, .. }) if code == NOT_FOUND => {
                let words = "the payment is disputed";
                Ok(Effect::not_refunded(asked.refund, asked.attempt, RefundFailure::Refused, words))
            }
            Err(error) => Err(not_told(&error)),
        }
    }

    /// What came of a refund. No answer is no news: the timer that asks comes again, and what is to be done about the
    /// refund meanwhile does not wait for a silent gateway.
    pub(super) async fn ask_refund(&self, refund: RefundId) -> Result<Option<SagaCommand>, EffectError> {
        let Some(asked) = self.asked(refund, |state| state.at_gateway().or_else(|| state.sent_by_gateway())).await?
        else {
            return Ok(None);
        };
        Ok(self.told(asked).await.unwrap_or_else(|error| {
            tracing::debug!(%refund, %error, "a gateway did not tell about {refund}");
            None
        }))
    }

    /// Of money that arrived it is news only that it came back: that is for what the gateway says of the whole payment.
    async fn told(&self, asked: Asked) -> Result<Option<SagaCommand>, EffectError> {
        let Acknowledged { gateway, reference, .. } = &asked.payment;
        let answer = self.gateways.named(gateway)?.refund_status(reference, &asked.name).await;
        let answer = answer.map_err(|error| failed(&error))?;
        match (asked.has_arrived, &answer.status) {
            (false, _) => asked.outcome(answer),
            (true, RefundStatus::Failed { .. }) => self.ask(asked.payment.payment).await,
            (true, RefundStatus::Pending | RefundStatus::Succeeded) => Ok(None),
        }
    }

    /// Read from the log itself, as a payment is.
    async fn asked(
        &self,
        refund: RefundId,
        wanted: impl Fn(&Refund) -> Option<(&InHand, u32)>,
    ) -> Result<Option<Asked>, EffectError> {
        let state = refund_as_recorded(&self.pool, &self.upcasters, refund).await;
        let state = state.map_err(|error| EffectError::Unavailable(format!("the log could not be read: {error}")))?;
        let Some((claim, attempt)) = wanted(&state) else { return Ok(None) };
        let unknown = || EffectError::Refused("no gateway has taken this money".to_owned());
        let payment = claim.claim.capture.payment.ok_or_else(unknown)?;
        let payment = self.acknowledged(payment).await?.ok_or_else(unknown)?;
        let has_arrived = state.sent_by_gateway().is_some();
        let name = ours(&format!("{refund}-{attempt}"))?;
        Ok(Some(Asked { refund, attempt, claim: claim.clone(), name, payment, has_arrived }))
    }
}

impl Asked {
    /// An answer about another name or another sum is about something else: nothing is known of ours.
    fn outcome(self, answer: GatewayRefund) -> Result<Option<SagaCommand>, EffectError> {
        let Self { refund, attempt, claim, name, .. } = self;
        if answer.refund != name || answer.amount != claim.to_send().amount {
            let said =
                format!("the gateway speaks of {} minor units as {}", answer.amount.minor_units(), answer.refund);
            return Err(EffectError::Unknown(said));
        }
        match answer.status {
            RefundStatus::Pending => Ok(None),
            RefundStatus::Succeeded => {
                Ok(Some(SagaCommand::RecordRefundSucceeded { refund, attempt, reference: answer.reference }))
            }
            RefundStatus::Failed { code } => Effect::not_refunded(refund, attempt, RefundFailure::Refused, &code)
                .map(Some)
                .ok_or(EffectError::Refused("the gateway says no, for no readable reason".to_owned())),
        }
    }
}

/// Whoever refuses to tell what became of a refund leaves it unknown.
fn not_told(error: &GatewayError) -> EffectError {
    match error {
        GatewayError::Refused { .. } => EffectError::Unknown(error.to_string()),
        GatewayError::Unknown { .. } | GatewayError::Unavailable { .. } | GatewayError::Open { .. } => failed(error),
    }
}
