use std::str::FromStr;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::config::Secret;

/// What a secret starts with when it is written down.
const PREFIX: &str = "whsec_";

/// The least and the most bytes of a secret, as Standard Webhooks has it.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret that sender and receiver share: `whsec_` and base64 of 24 to 64 random bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSecret(Secret<Vec<u8>>);

/// The text is no secret. What it is instead is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret must be whsec_ and base64 of 24 to 64 bytes")]
pub struct InvalidWebhookSecret;

impl FromStr for WebhookSecret {
    type Err = InvalidWebhookSecret;

    fn from_str(text: &str) -> Result<Self, InvalidWebhookSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(InvalidWebhookSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| InvalidWebhookSecret)?;
        if BYTES.contains(&bytes.len()) { Ok(Self(bytes.into())) } else { Err(InvalidWebhookSecret) }
    }
}

impl WebhookSecret {
    /// The authentication code of one message.
    pub(super) fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> MessageCode {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose()).expect("a key of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        MessageCode(mac)
    }
}

/// An authentication code, not to be compared by `==`.
pub(super) struct MessageCode(Hmac<Sha256>);

impl MessageCode {
    pub(super) fn finish(self) -> Vec<u8> {
        self.0.finalize().into_bytes().to_vec()
    }

    /// Whether this is the code, in a time that does not depend on how much of it is right.
    pub(super) fn is(self, signature: &[u8]) -> bool {
        self.0.verify_slice(signature).is_ok()
    }
}
