//! Signatures of callbacks, as in Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp` and `webhook-signature`, the last
//! with one `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body` for each secret in use.
//!
//! The text is github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`. Asymmetric signatures (`v1a`) are
//! not read: a header that has only such ones is refused.

mod error;
mod secret;

pub use error::WebhookError;
pub use secret::{InvalidWebhookSecret, WebhookSecret};

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta};
use purser_domain::Timestamp;

/// The message's id, the same however often it is sent.
pub const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");

/// When this attempt was made, in seconds since 1970.
pub const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");

/// The signatures, with spaces between them.
pub const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// How far sender's and receiver's clocks may be apart, by default: the five minutes that the reference libraries use.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// The scheme that this module signs and reads.
const SCHEME: &str = "v1";

/// The longest id, in bytes. Receivers keep ids, and a stranger must not choose how much they keep.
const ID_MAX_BYTES: usize = 256;

/// One end of a webhook: the secrets that both ends know. While one secret replaces another there are two of them; the
/// sender signs with each, and the receiver is content with any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhooks {
    first: WebhookSecret,
    others: Vec<WebhookSecret>,
    tolerance: TimeDelta,
}

/// A message that came from somebody who knows a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The message's id. The same id is the same message, sent again.
    pub id: String,
    /// When this attempt was made, to the second.
    pub sent_at: Timestamp,
}

impl Webhooks {
    /// An end that knows one secret.
    pub fn new(secret: WebhookSecret) -> Self {
        Self { first: secret, others: Vec::new(), tolerance: TimeDelta::zero() }.within(TOLERANCE)
    }

    /// The same, knowing a further secret.
    #[must_use]
    pub fn and(mut self, secret: WebhookSecret) -> Self {
        self.others.push(secret);
        self
    }

    /// The same, with clocks that may be apart by so much; past some three hundred million years it is no bound any more.
    #[must_use]
    pub fn within(mut self, tolerance: Duration) -> Self {
        self.tolerance = TimeDelta::from_std(tolerance).unwrap_or(TimeDelta::MAX);
        self
    }

    /// The value of `webhook-signature`. The id must hold no full stop: it would leave open where the id ends.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let at = at.timestamp().to_string();
        let signatures: Vec<String> = self
            .secrets()
            .map(|secret| format!("{SCHEME},{}", STANDARD.encode(secret.mac(id, &at, body).finish())))
            .collect();
        signatures.join(" ")
    }

    /// Who sent it, if it is one of us. The body is the one that came, byte for byte: reading and writing its JSON again
    /// changes it.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Verified, WebhookError> {
        let id = header(headers, &WEBHOOK_ID)?;
        if id.is_empty() || id.len() > ID_MAX_BYTES || id.contains('.') {
            return Err(WebhookError::MalformedHeader(WEBHOOK_ID));
        }
        let timestamp = header(headers, &WEBHOOK_TIMESTAMP)?;
        let sent_at = moment(timestamp).ok_or(WebhookError::MalformedHeader(WEBHOOK_TIMESTAMP))?;
        let signatures = header(headers, &WEBHOOK_SIGNATURE)?;
        // Whole seconds on both sides: the sender cuts its clock to them.
        let age = TimeDelta::seconds(now.timestamp().saturating_sub(sent_at.timestamp()));
        if age > self.tolerance {
            return Err(WebhookError::TooOld { seconds: age.num_seconds() });
        }
        if -age > self.tolerance {
            return Err(WebhookError::TooNew { seconds: -age.num_seconds() });
        }
        let mut known_scheme = false;
        for encoded in signatures.split(' ').filter_map(|signature| signature.split_once(',')).filter_map(of_our_scheme)
        {
            known_scheme = true;
            let Ok(signature) = STANDARD.decode(encoded) else { continue };
            if self.secrets().any(|secret| secret.mac(id, timestamp, body).is(&signature)) {
                return Ok(Verified { id: id.to_owned(), sent_at });
            }
        }
        Err(if known_scheme { WebhookError::WrongSignature } else { WebhookError::UnknownScheme })
    }

    fn secrets(&self) -> impl Iterator<Item = &WebhookSecret> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

fn of_our_scheme<'a>((scheme, signature): (&str, &'a str)) -> Option<&'a str> {
    (scheme == SCHEME).then_some(signature)
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, WebhookError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| WebhookError::MalformedHeader(name.clone())),
        // Of two values one could be checked here and the other be read elsewhere.
        (Some(_), Some(_)) => Err(WebhookError::MalformedHeader(name.clone())),
        (None, _) => Err(WebhookError::MissingHeader(name.clone())),
    }
}

/// Digits only, so that a timestamp has one spelling that a human sees.
fn moment(seconds: &str) -> Option<Timestamp> {
    if !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    seconds.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

#[cfg(test)]
mod spec;
