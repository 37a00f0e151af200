//! The outbox: works off what could not be done at once.

use std::{collections::HashSet, pin::pin, sync::Arc};

use futures_util::StreamExt;
use purser_domain::refund::Refund;
use sqlx::{FromRow, PgPool, Row, postgres::PgRow};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    feed::Outage,
    sagas::{
        Shared,
        issue::Patience,
        kept::{announce_dead_letters, column, stored_count},
        step::{Action, Kind, Step, known_sagas, saga_named},
        verdict::{Fate, Kept, State, judge},
    },
};

/// How many outcomes are written together at the most.
const SETTLED_MAX: usize = 256;

/// The task that works off one kind of action.
pub(super) struct Outbox {
    shared: Arc<Shared>,
    wake: watch::Receiver<()>,
    kind: Kind,
}

/// A row that is due.
enum Taken {
    Step(Step),
    /// Its action has not the form that this version of the engine knows.
    Unreadable {
        id: Uuid,
        cause: String,
    },
}

impl Outbox {
    pub(super) fn new(shared: Arc<Shared>, kind: Kind) -> Self {
        let wake = shared.wake.subscribe();
        Self { shared, wake, kind }
    }

    /// Works off what is due, until it is stopped.
    pub(super) async fn run(mut self) {
        let stop = self.shared.stop.clone();
        let mut outage = Outage::of(match self.kind {
            Kind::Command => "working off the sagas' commands",
            Kind::Refund => "working off the sagas' refunds",
        });
        while stop.run_until_cancelled(self.shared.pause(&mut self.wake)).await.is_some() {
            match stop.run_until_cancelled(self.work_off()).await {
                None => return,
                Some(Ok(())) => outage.over(),
                Some(Err(error)) => self.shared.sit_out(&mut outage, &error).await,
            }
        }
    }

    async fn work_off(&self) -> Result<(), sqlx::Error> {
        loop {
            let page = self.take().await?;
            let is_full_page = i64::try_from(page.len()).is_ok_and(|rows| rows >= self.shared.settings.page_rows);
            let freed = self.try_page(page).await?;
            if !is_full_page && !freed {
                return Ok(());
            }
        }
    }

    async fn take(&self) -> Result<Vec<Step>, sqlx::Error> {
        let rows: Vec<Taken> = sqlx::query_as(include_str!("take.sql"))
            // Planned anew: an outbox that was empty may have grown long.
            .persistent(false)
            .bind(self.kind.name())
            .bind(self.shared.clock.now())
            .bind(known_sagas())
            .bind(self.shared.settings.page_rows)
            .fetch_all(&self.shared.pool)
            .await?;
        let mut steps = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Taken::Step(step) => steps.push(step),
                Taken::Unreadable { id, cause } => bury_unreadable(&self.shared.pool, id, &cause).await?,
            }
        }
        Ok(steps)
    }

    /// Tries each step once, and writes the outcomes as they come. Returns whether any of them lets another step go.
    async fn try_page(&self, page: Vec<Step>) -> Result<bool, sqlx::Error> {
        let Shared { issuer, settings, .. } = &*self.shared;
        let (submitted, steps) = self.part_submitted(page).await?;
        let mut freed = self.settle(submitted).await?;
        let patience = Patience { each: settings.call_timeout, altogether: None };
        let mut outcomes = pin!(issuer.issue(steps, patience).ready_chunks(SETTLED_MAX));
        while let Some(ended) = outcomes.next().await {
            freed |= self.settle(ended).await?;
        }
        Ok(freed)
    }

    async fn settle(&self, ended: Vec<(Step, Fate)>) -> Result<bool, sqlx::Error> {
        if ended.is_empty() {
            return Ok(false);
        }
        let now = self.shared.clock.now();
        let mut over: Vec<Uuid> = Vec::new();
        let mut failed: Vec<(u32, Kept)> = Vec::new();
        for (step, fate) in ended {
            let (id, attempts_before) = (step.id, step.attempts);
            match judge(step, fate, now, &self.shared.settings) {
                None => over.push(id),
                Some(kept) => failed.push((attempts_before, kept)),
            }
        }
        sqlx::query(include_str!("settle.sql"))
            .bind(&over)
            .bind(column(&failed, |(_, kept)| kept.step.id))
            .bind(column(&failed, |(_, kept)| kept.state.name()))
            .bind(column(&failed, |(_, kept)| stored_count(kept.step.attempts)))
            .bind(column(&failed, |(_, kept)| stored_count(kept.step.refusals)))
            .bind(column(&failed, |(_, kept)| kept.next_attempt_at))
            .bind(column(&failed, |(_, kept)| kept.last_error.clone()))
            .bind(column(&failed, |(attempts_before, _)| stored_count(*attempts_before)))
            .execute(&self.shared.pool)
            .await?;
        if failed.iter().any(|(_, kept)| kept.state == State::Dead) {
            announce_dead_letters(failed.iter().map(|(_, kept)| kept));
            self.shared.wake.send_replace(());
        }
        Ok(!over.is_empty())
    }

    /// The log says which refunds were taken in hand already. Should the sagas ever start again from the first event,
    /// no refund is submitted a second time, even to somebody who has forgotten its idempotency key.
    async fn part_submitted(&self, page: Vec<Step>) -> Result<(Vec<(Step, Fate)>, Vec<Step>), sqlx::Error> {
        let refunds: Vec<String> = page.iter().filter_map(Step::refund).map(String::from).collect();
        if refunds.is_empty() {
            return Ok((vec![], page));
        }
        let submitted: HashSet<String> = sqlx::query_scalar(
            "select aggregate_id from events
             where aggregate_type = $1 and aggregate_id = any($2) and event_type = 'RefundSubmitted'",
        )
        .bind(<Refund as cqrs_es::Aggregate>::TYPE)
        .bind(refunds)
        .fetch_all(&self.shared.pool)
        .await?
        .into_iter()
        .collect();
        let (submitted, steps): (Vec<Step>, Vec<Step>) = page
            .into_iter()
            .partition(|step| step.refund().is_some_and(|refund| submitted.contains(&String::from(refund))));
        Ok((submitted.into_iter().map(|step| (step, Fate::Superseded)).collect(), steps))
    }
}

async fn bury_unreadable(pool: &PgPool, id: Uuid, cause: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update saga_commands set state = $3, last_error = $2 where id = $1 and state = 'pending'")
        .bind(id)
        .bind(cause)
        .bind(State::Dead.name())
        .execute(pool)
        .await?;
    tracing::error!(%id, cause, "the stored saga command {id} cannot be read: it waits until it is retried or skipped");
    Ok(())
}

impl FromRow<'_, PgRow> for Taken {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let id = row.try_get("id")?;
        let action: Action = match serde_json::from_str(row.try_get("action")?) {
            Ok(action) => action,
            Err(error) => return Ok(Self::Unreadable { id, cause: format!("unreadable action: {error}") }),
        };
        Ok(Self::Step(Step {
            id,
            saga: saga_named(row.try_get("saga")?)?,
            subject: row.try_get("subject")?,
            position: row.try_get("position")?,
            correlation_id: row.try_get("correlation_id")?,
            causation_id: row.try_get("causation_id")?,
            action,
            attempts: read_count(row, "attempts")?,
            refusals: read_count(row, "refusals")?,
        }))
    }
}

fn read_count(row: &PgRow, column: &str) -> Result<u32, sqlx::Error> {
    let count: i32 = row.try_get(column)?;
    Ok(u32::try_from(count).unwrap_or_default())
}
