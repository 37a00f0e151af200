//! The idempotency keys that were used last, so that the ordinary repeat costs no look-up.

use std::num::NonZeroUsize;

use lru::LruCache;
use uuid::Uuid;

use crate::request::{Accepted, IdempotencyKey};

/// How many keys are remembered. Older ones are found by the append itself, which refuses them.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(65_536).expect("a literal above zero");

/// What a key was used for.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) accepted: Accepted,
}

/// A repeat, seen from its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The same request: it hears the same answer.
    Same(Accepted),
    /// Another request under the same key.
    Other,
}

#[derive(Debug)]
pub(crate) struct RecentKeys(LruCache<Uuid, Used>);

impl RecentKeys {
    pub(crate) fn new() -> Self {
        Self(LruCache::new(CAPACITY))
    }

    pub(crate) fn find(&mut self, key: &IdempotencyKey) -> Option<Repeat> {
        let used = self.0.get(&key.key)?;
        Some(if key.fingerprint == used.fingerprint { Repeat::Same(used.accepted.again()) } else { Repeat::Other })
    }

    pub(crate) fn has(&self, key: &Uuid) -> bool {
        self.0.contains(key)
    }

    pub(crate) fn remember(&mut self, key: Uuid, used: Used) {
        self.0.push(key, used);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
