use std::time::Duration;

/// How long a state may take to come. Generous: a loaded machine must not turn a test red.
const LONGEST: Duration = Duration::from_mins(1);

const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Looks until there is something, and returns it.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
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
