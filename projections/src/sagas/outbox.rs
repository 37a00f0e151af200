//! The outbox: what could not be done at once, and the worker for commands.

use std::{pin::pin, sync::Arc};

use futures_util::StreamExt;
use purser_domain::saga::Action;
use sqlx::{PgPool, Row, postgres::PgRow};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    feed::Outage,
    sagas::{
        Shared,
        issue::Patience,
        kept::{actions, announce_dead_letters, column, stored_count},
        step::{Kind, Step, known_sagas, saga_named},
        verdict::{Fate, Kept, State, judge},
    },
};

/// How many outcomes are written together at the most.
pub(super) const SETTLED_MAX: usize = 256;

/// The rows of one kind.
pub(super) struct Outbox {
    pub(super) shared: Arc<Shared>,
    kind: Kind,
}

/// The task that works off commands, page by page.
pub(super) struct CommandWorker {
    outbox: Outbox,
    wake: watch::Receiver<()>,
}

impl CommandWorker {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let wake = shared.wake.subscribe();
        Self { outbox: Outbox { shared, kind: Kind::Command }, wake }
    }

    /// Works off what is due, until it is stopped.
    pub(super) async fn run(mut self) {
        let shared = Arc::clone(&self.outbox.shared);
        let stop = shared.stop.clone();
        let mut outage = Outage::of("working off the sagas' commands");
        while stop.run_until_cancelled(shared.pause(&mut self.wake)).await.is_some() {
            match stop.run_until_cancelled(self.work_off()).await {
                None => return,
                Some(Ok(())) => outage.over(),
                Some(Err(error)) => shared.sit_out(&mut outage, &error).await,
            }
        }
    }

    async fn work_off(&self) -> Result<(), sqlx::Error> {
        let page_rows = self.outbox.shared.settings.page_rows;
        loop {
            let page = self.outbox.take(page_rows, &[]).await?;
            let is_full_page = i64::try_from(page.len()).is_ok_and(|rows| rows >= page_rows);
            let freed = self.try_page(page).await?;
            if !is_full_page && !freed {
                return Ok(());
            }
        }
    }

    /// Tries each step once, and writes the outcomes as they come. Returns whether any of them lets another step go.
    async fn try_page(&self, page: Vec<Step>) -> Result<bool, sqlx::Error> {
        let Shared { issuer, settings, .. } = &*self.outbox.shared;
        let patience = Patience { each: settings.call_timeout, altogether: None };
        let mut outcomes = pin!(issuer.issue(page, patience).ready_chunks(SETTLED_MAX));
        let mut freed = false;
        while let Some(ended) = outcomes.next().await {
            freed |= self.outbox.settle(ended).await?;
        }
        Ok(freed)
    }
}

impl Outbox {
    pub(super) const fn new(shared: Arc<Shared>, kind: Kind) -> Self {
        Self { shared, kind }
    }

    /// What is due and first in its lane, but for what is `under_way` already.
    pub(super) async fn take(&self, rows_max: i64, under_way: &[Uuid]) -> Result<Vec<Step>, sqlx::Error> {
        let rows: Vec<PgRow> = sqlx::query(include_str!("take.sql"))
            // Planned anew: an outbox that was empty may have grown long.
            .persistent(false)
            .bind(self.kind.names())
            .bind(self.shared.clock.now())
            .bind(known_sagas())
            .bind(under_way)
            .bind(rows_max)
            .fetch_all(&self.shared.pool)
            .await?;
        let mut steps = Vec::with_capacity(rows.len());
        for row in rows {
            match self.kind.read(row.try_get("action")?) {
                Ok(action) => steps.push(read(&row, action)?),
                Err(error) => bury_unreadable(&self.shared.pool, row.try_get("id")?, &error).await?,
            }
        }
        Ok(steps)
    }

    /// Writes outcomes. Returns whether any of them lets another step go.
    pub(super) async fn settle(&self, ended: Vec<(Step, Fate)>) -> Result<bool, sqlx::Error> {
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
            .bind(column(&failed, |(_, kept)| Kind::of(&kept.step.action).name()))
            .bind(actions(failed.iter().map(|(_, kept)| kept))?)
            .execute(&self.shared.pool)
            .await?;
        announce_dead_letters(failed.iter().map(|(_, kept)| kept));
        // The gauges count dead letters anew, and a recorded failure is the other worker's.
        if failed.iter().any(|(_, kept)| kept.state == State::Dead || Kind::of(&kept.step.action) != self.kind) {
            self.shared.wake.send_replace(());
        }
        Ok(!over.is_empty())
    }
}

/// An action has not the form that this version of the engine knows.
async fn bury_unreadable(pool: &PgPool, id: Uuid, error: &serde_json::Error) -> Result<(), sqlx::Error> {
    let cause = format!("unreadable action: {error}");
    sqlx::query("update saga_commands set state = $3, last_error = $2 where id = $1 and state = 'pending'")
        .bind(id)
        .bind(&cause)
        .bind(State::Dead.name())
        .execute(pool)
        .await?;
    tracing::error!(%id, cause, "the stored saga command {id} cannot be read: it waits until it is retried or skipped");
    Ok(())
}

fn read(row: &PgRow, action: Action) -> Result<Step, sqlx::Error> {
    Ok(Step {
        id: row.try_get("id")?,
        saga: saga_named(row.try_get("saga")?)?,
        subject: row.try_get("subject")?,
        position: row.try_get("position")?,
        ordinal: row.try_get("ordinal")?,
        correlation_id: row.try_get("correlation_id")?,
        causation_id: row.try_get("causation_id")?,
        action,
        attempts: read_count(row, "attempts")?,
        refusals: read_count(row, "refusals")?,
    })
}

fn read_count(row: &PgRow, column: &str) -> Result<u32, sqlx::Error> {
    let count: i32 = row.try_get(column)?;
    Ok(u32::try_from(count).unwrap_or_default())
}
