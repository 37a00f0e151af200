//! Waiting for a state, bounded.

use std::{future::Future, time::Duration};

/// How long a state may take to come. Generous: a loaded machine must not turn a test red.
pub const LONGEST: Duration = Duration::from_mins(1);

const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Looks until there is something, and returns it. Panics with `what` when it does not come.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let waited = tokio::time::timeout(LONGEST, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("{what}: not within {LONGEST:?}"))
}
