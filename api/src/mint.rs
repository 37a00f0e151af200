//! New ids and secrets.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use purser_domain::{
    clock::Clock,
    ids::{OrderId, PaymentId, ReturnId},
};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Where new ids come from. Clones share the clock.
#[derive(Debug, Clone)]
pub struct Mint {
    clock: Arc<dyn Clock>,
}

/// One request, as it is named in answers, log lines and metadata: `req_` and 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl Mint {
    /// A mint whose ids grow with this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }

    /// An id for an order. Later orders have greater ids, to the resolution of a quarter of a microsecond: what is sorted
    /// by id is sorted by time, and trees over ids grow at their edge.
    pub fn order_id(&self) -> OrderId {
        OrderId::from_uuid(self.in_time_order())
    }

    /// An id for a payment; later ones are greater here as well.
    pub fn payment_id(&self) -> PaymentId {
        PaymentId::from_uuid(self.in_time_order())
    }

    /// An id for a return, which grows with time as those of orders do.
    pub fn return_id(&self) -> ReturnId {
        ReturnId::from_uuid(self.in_time_order())
    }

    /// A number for this process among all that work on the same log.
    pub fn node_id(&self) -> Uuid {
        self.in_time_order()
    }

    /// An id for a request.
    pub fn request_id(&self) -> RequestId {
        RequestId(self.in_time_order())
    }

    /// An id for a token: `tok_` and 32 hexadecimal digits. It is no secret.
    pub fn token_id(&self) -> String {
        format!("tok_{}", self.in_time_order().as_simple())
    }

    /// A secret of 43 base64url characters: 256 bits, distilled from 366 random ones.
    pub fn secret(&self) -> String {
        let mut hasher = Sha256::new();
        for _ in 0..3 {
            hasher.update(random().as_bytes());
        }
        URL_SAFE_NO_PAD.encode(hasher.finalize())
    }

    /// RFC 9562 version 7 with the microseconds in the twelve bits after the version (its section 6.2, method 3).
    fn in_time_order(&self) -> Uuid {
        let now = self.clock.now();
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
        let fraction = u16::try_from(now.timestamp_subsec_micros() % 1_000 * 4_096 / 1_000).unwrap_or_default();
        let mut rest = [0; 10];
        rest[..2].copy_from_slice(&fraction.to_be_bytes());
        rest[2..].copy_from_slice(&random().as_bytes()[8..]);
        Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
    }
}

/// An idempotency key for one request, of no meaning and nobody else's.
pub(crate) fn one_time_key() -> String {
    random().to_string()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place where randomness comes from")]
fn random() -> Uuid {
    Uuid::new_v4()
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "req_{}", self.0.as_simple())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use purser_domain::Timestamp;

    #[derive(Debug, Default)]
    struct Ticking(AtomicI64);

    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            let micros = 1_291_190_400_000_000 + self.0.fetch_add(1, Ordering::Relaxed);
            Timestamp::from_timestamp_micros(micros).unwrap()
        }
    }

    #[test]
    fn ids_of_successive_microseconds_grow() {
        let mint = Mint::new(Arc::new(Ticking::default()));
        let ids: Vec<OrderId> = (0..3_000).map(|_| mint.order_id()).collect();
        assert!(ids.is_sorted());
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(ids.iter().all(|id| id.as_uuid().get_version_num() == 7));
    }

    #[test]
    fn secrets_have_43_characters_and_differ() {
        let mint = Mint::new(Arc::new(Ticking::default()));
        let (one, other) = (mint.secret(), mint.secret());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
    }
}
