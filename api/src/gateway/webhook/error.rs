use axum::http::HeaderName;

/// Why a callback is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// A header is not there.
    #[error("the header {0} is missing")]
    MissingHeader(HeaderName),
    /// A header has not its form, or is there twice.
    #[error("the header {0} is malformed")]
    MalformedHeader(HeaderName),
    /// The attempt lies too far back: somebody may be sending again what they overheard.
    #[error("it was sent {seconds} s ago")]
    TooOld {
        /// How far back, in seconds.
        seconds: i64,
    },
    /// The attempt lies in the future.
    #[error("it is sent {seconds} s in the future")]
    TooNew {
        /// How far ahead, in seconds.
        seconds: i64,
    },
    /// Signed in another way than by `v1`.
    #[error("no signature is of the scheme v1")]
    UnknownScheme,
    /// Signed with none of our secrets, or not this message.
    #[error("no signature is right")]
    WrongSignature,
}
