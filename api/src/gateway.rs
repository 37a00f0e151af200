//! Payment gateways: those who take customers' money and give it back.
//!
//! [`PaymentGateway`] is the port. [`HttpGateway`] speaks to a gateway over HTTP, [`Guarded`] stands in front of it and stops
//! calling while the gateway is down, and [`webhook`] tells what the gateway sends from what a stranger sends. A gateway to try
//! all of it with is [`crate::sandbox_gateway`].
//!
//! Two promises are asked of every implementation. A request that moves money carries an idempotency key, and the gateway
//! does the work at most once for each key. And an error says whether the work can have been done, because only then does
//! the caller know whether to ask again under the same key or to ask what became of it.

pub mod breaker;
mod guarded;
mod http_gateway;
mod shapes;
pub mod webhook;

pub use guarded::Guarded;
pub use http_gateway::{GatewaySetupError, HttpGateway, HttpGatewaySettings};
pub use shapes::{
    Capture, CaptureMode, CaptureRequest, GatewayEvent, GatewayPayment, GatewayRefund, IdempotencyKey, PaymentPage,
    PaymentRequest, PaymentStatus, RefundRequest, RefundStatus,
};

use futures_util::future::BoxFuture;
use purser_domain::{
    Timestamp,
    text::{ExternalReference, PaymentReference},
};

/// Why a gateway did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It said no, and says so again whenever it is asked the same. Nothing was done.
    #[error("the gateway refused ({code}): {detail}")]
    Refused {
        /// Why, in the gateway's own code.
        code: String,
        /// Why, in its words.
        detail: String,
    },
    /// No answer, or none that can be read. The work may have been done: ask what became of it, or again under the same key.
    #[error("the outcome at the gateway is unknown: {reason}")]
    Unknown {
        /// What went wrong.
        reason: String,
    },
    /// The gateway could not be reached, or said that it does nothing at the moment. Nothing was done.
    #[error("the gateway is unavailable: {reason}")]
    Unavailable {
        /// What went wrong.
        reason: String,
    },
    /// The gateway was not asked, because it failed too often a moment ago. Nothing was done.
    #[error("the gateway is not called before {until}")]
    Open {
        /// When it is worth coming back.
        until: Timestamp,
    },
}

/// Somebody who takes payments. A future may be dropped at any time; the outcome of its call is unknown then.
pub trait PaymentGateway: std::fmt::Debug + Send + Sync + 'static {
    /// Opens a payment, which the customer then pays at the address in the answer.
    fn create_payment<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        request: &'a PaymentRequest,
    ) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>>;

    /// How a payment stands.
    fn payment<'a>(&'a self, id: &'a PaymentReference) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>>;

    /// Takes money that was authorized, all of it or a part.
    fn capture<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a PaymentReference,
        request: &'a CaptureRequest,
    ) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>>;

    /// Closes a payment that was not captured in full: nobody can pay it any more, and what was authorized and not captured is
    /// free again. What was captured stays captured.
    fn void<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a PaymentReference,
    ) -> BoxFuture<'a, Result<GatewayPayment, GatewayError>>;

    /// Gives captured money back, all of it or a part.
    fn refund<'a>(
        &'a self,
        key: &'a IdempotencyKey,
        id: &'a PaymentReference,
        request: &'a RefundRequest,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>>;

    /// How a refund stands, by the name that we gave it. It is refused with the code `not-found` if the gateway knows none.
    fn refund_status<'a>(
        &'a self,
        id: &'a PaymentReference,
        refund: &'a ExternalReference,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>>;

    /// Payments in the order of their latest change, those that changed after the cursor. Whoever comes back with the last
    /// cursor sees every payment that changed in between, as it stands now.
    fn list<'a>(&'a self, after: Option<&'a str>) -> BoxFuture<'a, Result<PaymentPage, GatewayError>>;
}
