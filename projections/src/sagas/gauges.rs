use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{feed::Outage, sagas::Shared};

/// How often the gauges are set where nothing happens on this node: an operator may have decided on another one.
const PERIOD: Duration = Duration::from_secs(10);

/// The task that shows how long the outbox is.
pub(super) struct Gauges {
    shared: Arc<Shared>,
    wake: watch::Receiver<()>,
}

impl Gauges {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let wake = shared.wake.subscribe();
        Self { shared, wake }
    }

    /// Sets the gauges until it is stopped.
    pub(super) async fn run(mut self) {
        let stop = self.shared.stop.clone();
        let mut outage = Outage::of("counting the sagas' dead letters");
        while let Some(counted) = stop.run_until_cancelled(self.count()).await {
            match counted {
                Ok(()) => outage.over(),
                Err(error) => self.shared.sit_out(&mut outage, &error).await,
            }
            if stop.run_until_cancelled(self.pause()).await.is_none() {
                return;
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge is a double; it is exact up to 2^53")]
    async fn count(&self) -> Result<(), sqlx::Error> {
        let (pending, dead): (i64, i64) = sqlx::query_as(
            "select count(*) filter (where state = 'pending'), count(*) filter (where state = 'dead')
             from saga_commands",
        )
        .fetch_one(&self.shared.pool)
        .await?;
        metrics::gauge!("purser_saga_pending_commands").set(pending as f64);
        metrics::gauge!("purser_saga_dead_letters").set(dead as f64);
        Ok(())
    }

    /// Soon when something happens, but not each time that it does.
    async fn pause(&mut self) {
        tokio::time::sleep(self.shared.settings.poll).await;
        tokio::select! {
            // The sender lives in `shared`.
            _ = self.wake.changed() => {}
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}
