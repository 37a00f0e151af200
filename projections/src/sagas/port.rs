//! What the sagas need from outside: a way to issue commands, and somebody who performs refunds.

use futures_util::future::BoxFuture;
use purser_domain::{
    Timestamp,
    ids::RefundId,
    metadata::Metadata,
    refund::{Claim, RefundChannel},
    saga::{Saga, SagaCommand},
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
    /// cause `event:POSITION` or `timer:SAGA:ORDER`.
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

/// Why a refund was not taken in hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefundPortError {
    /// Whoever performs refunds says no, and somebody should know.
    #[error("refused: {0}")]
    Refused(String),
    /// No answer, or none that settles it. It may have been taken in hand.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// Whoever performs refunds.
pub trait RefundPort: Send + Sync + 'static {
    /// Puts a refund into their hands and says whose these are. Submitting twice under one `idempotency` must not refund
    /// twice: a crash between this answer and its record in the log makes it come again.
    fn submit<'a>(
        &'a self,
        refund: RefundId,
        claim: &'a Claim,
        idempotency: Uuid,
    ) -> BoxFuture<'a, Result<RefundChannel, RefundPortError>>;
}

/// Refunds that people work off a list: the view of the refunds due. Being on record is all that it takes to stand there.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackOfficeList;

impl RefundPort for BackOfficeList {
    fn submit<'a>(
        &'a self,
        _refund: RefundId,
        _claim: &'a Claim,
        _idempotency: Uuid,
    ) -> BoxFuture<'a, Result<RefundChannel, RefundPortError>> {
        Box::pin(std::future::ready(Ok(RefundChannel::BackOffice)))
    }
}
