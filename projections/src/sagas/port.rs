//! What the sagas need from outside: a way to issue commands, and somebody who performs effects.

use futures_util::future::BoxFuture;
use purser_domain::{
    Timestamp,
    metadata::Metadata,
    refund::RefundChannel,
    saga::{Effect, EffectError, Saga, SagaCommand},
};
use uuid::Uuid;

/// A command that a saga asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaRequest {
    /// The idempotency key: the same cause always asks under the same id.
    pub id: Uuid,
    /// Who asks.
    pub saga: Saga,
    /// For what.
    pub command: SagaCommand,
    /// What is to be stored beside the events. The actor is `saga:NAME`, the correlation that of the cause, and the
    /// cause `event:POSITION`, `timer:SAGA:SUBJECT`, or `timer:SAGA:NAME:SUBJECT` where a saga has several timers.
    pub metadata: Metadata,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// Others were faster and nothing is left to do.
    #[error("superseded: {0}")]
    Superseded(String),
    /// Its time has not come.
    #[error("too early, not before {until}")]
    TooEarly {
        /// When to come back.
        until: Timestamp,
    },
    /// The rules say no, and somebody should know.
    #[error("refused: {0}")]
    Refused(String),
    /// No answer, or none that settles it. It may have been carried out.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// Carries commands to the write side.
pub trait CommandPort: Send + Sync + 'static {
    /// Issues a command and waits until it is committed. Two requests of one id must have one effect. The future may be
    /// dropped at any time, and the request then comes again.
    fn issue(&self, request: SagaRequest) -> BoxFuture<'_, Result<(), PortError>>;
}

/// Performs what is to be done outside the engine.
pub trait EffectPort: Send + Sync + 'static {
    /// Does it, and says by which command its outcome goes into the log, if by any. Twice under one `idempotency` must have
    /// the effect of once: a crash between this answer and its record makes it come again, and so does
    /// [`EffectError::Unknown`]. The future may be dropped at any time, which leaves the outcome unknown.
    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        idempotency: Uuid,
    ) -> BoxFuture<'a, Result<Option<SagaCommand>, EffectError>>;
}

/// Refunds that people work off a list: the view of the refunds due. Being on record is all that it takes to stand there.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackOfficeList;

impl EffectPort for BackOfficeList {
    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        _idempotency: Uuid,
    ) -> BoxFuture<'a, Result<Option<SagaCommand>, EffectError>> {
        let outcome = match effect {
            Effect::SubmitRefund { refund, claim: _ } => {
                Ok(Some(SagaCommand::RecordRefundSubmitted { refund: *refund, channel: RefundChannel::BackOffice }))
            }
            Effect::RefundAtGateway { .. }
            | Effect::AskRefund { .. }
            | Effect::CreatePayment { .. }
            | Effect::AskPayment { .. }
            | Effect::CapturePayment { .. }
            | Effect::VoidPayment { .. } => Err(EffectError::Unavailable("people are no gateway".to_owned())),
        };
        Box::pin(std::future::ready(outcome))
    }
}
