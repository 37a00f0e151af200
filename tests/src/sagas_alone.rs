//! The sagas alone: on a database, with the ports of a story, in a life that can end at any moment.

use std::{sync::Arc, time::Duration};

use purser_domain::upcast::Upcasters;
use purser_projections::{
    feed::Feed,
    sagas::{CommandPort, EffectPort, SagaSettings, SagaStatus, Sagas, status},
};
use sqlx::PgPool;
use tokio::runtime::Runtime;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{HandClock, TestDatabase};

/// Sagas at work. They die when this is dropped, wherever they are.
pub struct SagasAlone {
    pool: PgPool,
    /// Its tasks die with it.
    runtime: Option<Runtime>,
}

impl SagasAlone {
    /// Starts them from where they stood. They look often, and do not wait long for a port that is silent.
    pub async fn start(
        database: &TestDatabase,
        clock: &Arc<HandClock>,
        commands: Arc<dyn CommandPort>,
        effects: Arc<dyn EffectPort>,
    ) -> Self {
        Self::on(database.pool(), clock, commands, effects).await
    }

    /// Starts them over connections that somebody else uses as well.
    pub async fn on(
        pool: PgPool,
        clock: &Arc<HandClock>,
        commands: Arc<dyn CommandPort>,
        effects: Arc<dyn EffectPort>,
    ) -> Self {
        let settings = SagaSettings { poll: Duration::from_millis(10), ..SagaSettings::default() };
        let runtime = Runtime::new().expect("a runtime");
        let (of_the_sagas, clock) = (pool.clone(), Arc::clone(clock));
        let started = runtime.spawn(async move {
            let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
            let pool = of_the_sagas;
            let feed = Feed::start(pool.clone(), None, Upcasters::current(), &tracker, stop.clone());
            Sagas { pool, feed, commands, effects, clock, settings }.start(&tracker, stop);
        });
        started.await.expect("sagas");
        Self { pool, runtime: Some(runtime) }
    }

    /// How they are doing.
    pub async fn status(&self) -> SagaStatus {
        status(&self.pool).await.expect("a status")
    }

    /// The database under the engine's own role.
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }
}

impl Drop for SagasAlone {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
