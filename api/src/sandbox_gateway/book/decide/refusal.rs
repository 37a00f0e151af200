use crate::{gateway::PaymentStatus, http::problem::Problem};

/// Why a request does nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub(in crate::sandbox_gateway) enum Refusal {
    /// The body cannot be read; it says where.
    #[error("{}", .0.detail())]
    Body(Box<Problem>),
    #[error("the body did not arrive")]
    NoBody,
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("the header is needed, once, with 1 to 255 printable ASCII characters without spaces")]
    NoKey,
    #[error("the cursor was not given out here")]
    MalformedCursor,
    #[error("amount must be at least 1")]
    NoAmount,
    #[error("the key was used for another request")]
    KeyReused,
    #[error("another payment has this name")]
    PaymentExists,
    #[error("another refund of the payment has this name")]
    RefundExists,
    #[error("the payment's status does not allow this: {}", status(.0))]
    WrongStatus(PaymentStatus),
    #[error("that is more than is authorized and not yet captured")]
    TooMuchCaptured,
    #[error("that is more than was captured and not yet refunded")]
    TooMuchRefunded,
    /// A fault that was asked for.
    #[error("the gateway takes no calls at the moment; nothing was done")]
    Unavailable,
    #[error("internal error: {0}")]
    Internal(String),
}

const fn status(status: &PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::Pending => "pending",
        PaymentStatus::Authorized => "authorized",
        PaymentStatus::Captured => "captured",
        PaymentStatus::PartiallyCaptured => "partially captured",
        PaymentStatus::Failed { .. } => "failed",
        PaymentStatus::Expired => "expired",
        PaymentStatus::Voided => "voided",
        PaymentStatus::Disputed => "disputed",
        PaymentStatus::ChargedBack => "charged back",
    }
}
