use futures_util::future::BoxFuture;
use purser_domain::clock::Clock;
use sqlx::PgConnection;
use std::sync::Arc;

use crate::{
    feed::FeedEvent,
    parked::ParkedStreams,
    sagas::{
        FOLLOWER, SagaSettings,
        commit::{Commit, Durability, Standing},
        kept::to_keep,
        reactions::{Reactions, react},
        verdict::Fate,
    },
    view::{FoldError, View},
};

/// The sagas as [`crate::parked`] takes them, so that an operator can retry and skip their parked events like a view's.
///
/// What follows from such an event goes into the outbox, in the transaction of the retry. There are no rows to rebuild.
#[derive(Debug, Clone)]
pub struct ParkedSagas {
    /// What the stored commands are dated by.
    pub clock: Arc<dyn Clock>,
}

impl View for ParkedSagas {
    fn name(&self) -> &'static str {
        FOLLOWER
    }

    fn tables(&self) -> &'static [&'static str] {
        &[]
    }

    fn fold<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [&'a FeedEvent],
    ) -> BoxFuture<'a, Result<(), FoldError>> {
        Box::pin(async move {
            let Reactions { steps, timers, parkings } = react(events, &mut ParkedStreams::default());
            if let Some(poison) = parkings.into_iter().next() {
                let position = poison.event.recorded.position;
                return Err(FoldError::Poison { position, cause: poison.error.unwrap_or_default() });
            }
            let now = self.clock.now();
            let waiting = steps.into_iter().map(|step| (step, Fate::Waiting)).collect();
            let kept = to_keep(waiting, now, &SagaSettings::default());
            let from = Standing::without_parked(db).await?;
            let to = from.position;
            let commit = Commit { from: &from, to, timers: &timers, kept: &kept, now, durability: Durability::Awaited };
            commit.execute(db).await?;
            Ok(())
        })
    }
}
