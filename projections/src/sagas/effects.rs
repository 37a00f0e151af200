//! The worker for effects: a slow one holds up nothing but what comes after it for the same subject.

use std::{collections::HashSet, sync::Arc};

use purser_domain::saga::{Action, Trace};
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
};
use uuid::Uuid;

use crate::{
    feed::Outage,
    sagas::{
        Shared,
        outbox::{Outbox, SETTLED_MAX},
        step::{Kind, Step},
        verdict::Fate,
    },
};

/// The task that works off effects. Each goes when there is room, whatever the others do meanwhile.
pub(super) struct EffectWorker {
    outbox: Outbox,
    wake: watch::Receiver<()>,
}

/// The effects that somebody is at, each in a task of its own: a call goes on while this worker waits for a connection. Were it
/// to wait with the worker, calls that hold connections would stand still until the worker had one, and the worker for ever.
#[derive(Default)]
struct UnderWay {
    calls: JoinSet<(Step, Fate)>,
    ids: HashSet<Uuid>,
}

impl EffectWorker {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let wake = shared.wake.subscribe();
        Self { outbox: Outbox::new(shared, Kind::Effect), wake }
    }

    /// Works off what is due, until it is stopped. What is under way then is dropped, and comes again under its id.
    pub(super) async fn run(mut self) {
        let shared = Arc::clone(&self.outbox.shared);
        let mut outage = Outage::of("working off the sagas' effects");
        let mut under_way = UnderWay::default();
        while let Some(turned) = shared.stop.run_until_cancelled(self.turn(&mut under_way)).await {
            match turned {
                Ok(()) => outage.over(),
                Err(error) => shared.sit_out(&mut outage, &error).await,
            }
        }
        under_way.calls.shutdown().await;
    }

    /// Waits until something has ended or may be due, writes what has ended, and fills the room.
    async fn turn(&mut self, under_way: &mut UnderWay) -> Result<(), sqlx::Error> {
        let shared = Arc::clone(&self.outbox.shared);
        tokio::select! {
            ended = under_way.next_ended() => {
                self.outbox.settle(ended).await?;
            }
            () = shared.pause(&mut self.wake) => {}
        }
        self.fill(under_way).await
    }

    async fn fill(&self, under_way: &mut UnderWay) -> Result<(), sqlx::Error> {
        let Shared { issuer, settings, .. } = &*self.outbox.shared;
        loop {
            let room = settings.concurrency.max(1).saturating_sub(under_way.ids.len());
            if room == 0 {
                return Ok(());
            }
            let ids: Vec<Uuid> = under_way.ids.iter().copied().collect();
            let page = self.outbox.take(i64::try_from(room).unwrap_or(i64::MAX), &ids).await?;
            let (done, fresh) = self.part_done(page).await?;
            for step in fresh {
                let (issuer, each) = (issuer.clone(), settings.call_timeout);
                under_way.ids.insert(step.id);
                under_way.calls.spawn(async move { issuer.issue_one(step, each).await });
            }
            if !self.outbox.settle(done).await? {
                return Ok(());
            }
        }
    }

    /// The log says which effects were done already.
    async fn part_done(&self, page: Vec<Step>) -> Result<(Vec<(Step, Fate)>, Vec<Step>), sqlx::Error> {
        let traced: Vec<(Uuid, Trace)> =
            page.iter().filter_map(|step| trace(step).map(|trace| (step.id, trace))).collect();
        if traced.is_empty() {
            return Ok((vec![], page));
        }
        let events: Vec<(Uuid, &Trace, &str)> = traced
            .iter()
            .flat_map(|(id, trace)| trace.event_types.iter().map(move |event_type| (*id, trace, *event_type)))
            .collect();
        let done: HashSet<Uuid> = sqlx::query_scalar(
            "select traced.id from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
                 as traced (id, aggregate_type, aggregate_id, event_type)
             where exists (select from events
                           where events.aggregate_type = traced.aggregate_type
                             and events.aggregate_id = traced.aggregate_id
                             and events.event_type = traced.event_type)",
        )
        .bind(events.iter().map(|(id, _, _)| *id).collect::<Vec<_>>())
        .bind(events.iter().map(|(_, trace, _)| trace.aggregate_type).collect::<Vec<_>>())
        .bind(events.iter().map(|(_, trace, _)| trace.aggregate_id.as_str()).collect::<Vec<_>>())
        .bind(events.iter().map(|(_, _, event_type)| *event_type).collect::<Vec<_>>())
        .fetch_all(&self.outbox.shared.pool)
        .await?
        .into_iter()
        .collect();
        let (done, fresh): (Vec<Step>, Vec<Step>) = page.into_iter().partition(|step| done.contains(&step.id));
        Ok((done.into_iter().map(|step| (step, Fate::Superseded)).collect(), fresh))
    }
}

impl UnderWay {
    /// Waits for some to end; for ever where there are none. Nothing is lost where the wait is given up.
    async fn next_ended(&mut self) -> Vec<(Step, Fate)> {
        let Some(first) = self.calls.join_next().await else { return std::future::pending().await };
        let mut ended = vec![outcome(first)];
        while ended.len() < SETTLED_MAX
            && let Some(next) = self.calls.try_join_next()
        {
            ended.push(outcome(next));
        }
        for (step, _) in &ended {
            self.ids.remove(&step.id);
        }
        ended
    }
}

/// A call that panics is its step's bad luck and ends as a refusal; what gets here is a bug of this worker's own.
fn outcome(ended: Result<(Step, Fate), JoinError>) -> (Step, Fate) {
    match ended {
        Ok(outcome) => outcome,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

fn trace(step: &Step) -> Option<Trace> {
    match &step.action {
        Action::Effect(effect) => effect.trace(),
        Action::Command(_) => None,
    }
}
