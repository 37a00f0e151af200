use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use crate::feed::{Outage, Shared};

/// How often the database is asked how far the log has come. Bounds how late an event is seen whose announcement, or
/// whose message, was lost.
pub(super) const HEARTBEAT: Duration = Duration::from_millis(250);

/// Asks for the head of the log, for ever.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut outage = Outage::of("asking for the head of the log");
    let mut beat = interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        match shared.log.head().await {
            Ok(head) => {
                outage.over();
                shared.raise_head(head.position);
                #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
                metrics::gauge!("purser_log_head_position").set(*shared.head.borrow() as f64);
            }
            Err(error) => {
                let delay = outage.strike(&error);
                tokio::time::sleep(delay).await;
            }
        }
    }
}
