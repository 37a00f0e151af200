//! Reconciliation: the log, the views and the gateways' own lists are held against each other, what is certain is repaired,
//! and the rest is put before a person.
//!
//! Everything that it finds and does goes into the log, by commands like everybody else's, as [order
//! exceptions](purser_domain::exception). A repair is one of the engine's own steps, done once more: harmless where it was
//! not needed. The writer's node does it every so often, and anybody who may can have it done at once.

mod gateways;
mod report;

pub use report::{Found, LookedAt, Outcome, Report};

use std::{sync::Arc, time::Duration};

use purser_commands::{Command, Commands, Failure, Request};
use purser_domain::{
    clock::Clock,
    exception::{Case, Closing},
    metadata::Metadata,
    principal::Principal,
    text::Reason,
    upcast::Upcasters,
};
use purser_projections::reconciliation::{Finding, Patience, ReconcileReadError, Reconciled, Repair, Standing, shown};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::ports::Gateways;

/// Why a reconciliation did not come to its end. What it had done until then is in the log, and the next one goes on.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The log or the views cannot be read, or another one is under way.
    #[error(transparent)]
    Read(#[from] ReconcileReadError),
    /// A command was not carried out.
    #[error("a command was not carried out: {0}")]
    Command(#[from] Failure),
}

impl From<sqlx::Error> for ReconcileError {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(error.into())
    }
}

/// Whoever reconciles. Clones share what they work with.
#[derive(Debug, Clone)]
pub struct Reconciler {
    /// The log and the views.
    pub pool: PgPool,
    /// Where repairs are asked for.
    pub commands: Commands,
    /// Whose lists are held against the log.
    pub gateways: Gateways,
    /// How old events are read.
    pub upcasters: Upcasters,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// How long things may take.
    pub patience: Patience,
}

impl Reconciler {
    /// Reconciles every so often, until it is told to stop.
    pub(crate) async fn keep_reconciled(self, every: Duration, stop: CancellationToken) {
        let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beat.tick() => {}
            }
            match stop.run_until_cancelled(self.run()).await {
                None => return,
                Some(Ok(report)) => report.log(),
                Some(Err(ReconcileError::Read(ReconcileReadError::Running))) => {}
                Some(Err(error)) => tracing::warn!(%error, "not reconciled"),
            }
        }
    }

    /// Reconciles once, now.
    pub async fn run(&self) -> Result<Report, ReconcileError> {
        let mut standing = Standing::take(&self.pool).await?;
        standing.catch_up(&self.pool, &self.upcasters).await?;
        let position = standing.reconciled.position;
        let mut report = Report { position, orders: standing.reconciled.watch.orders(), ..Report::default() };
        self.engines_own(&standing.reconciled, &mut report).await?;
        self.gateways_lists(&mut standing.reconciled, &mut report).await?;
        standing.finish().await?;
        Ok(report)
    }

    async fn engines_own(
        &self,
        Reconciled { position, watch, .. }: &Reconciled,
        report: &mut Report,
    ) -> Result<(), ReconcileError> {
        let shown = shown(&self.pool, watch.watched_orders(), *position).await?;
        let findings = watch.findings(self.clock.now(), self.patience, &shown);
        for case in watch.gone(&findings) {
            self.close(case, Closing::Gone, *position).await?;
            report.found.push(Found::of(case, Outcome::Gone));
        }
        for Finding { case, repair } in &findings {
            if watch.is_settled(case) {
                continue;
            }
            self.raise(case, *position).await?;
            let outcome = match repair {
                Some(repair) => self.repair(case, repair_command(*repair), repair_words(*repair), *position).await?,
                None => Outcome::Queued,
            };
            report.found.push(Found::of(case, outcome));
        }
        Ok(())
    }

    async fn raise(&self, case: &Case, position: i64) -> Result<(), Failure> {
        self.execute(Command::RaiseException { case: case.clone() }, position).await
    }

    async fn close(&self, case: &Case, closing: Closing, position: i64) -> Result<(), Failure> {
        self.execute(Command::CloseException { exception: case.exception(), closing }, position).await
    }

    /// What is refused stays open, for a person; so does what only people can mend.
    async fn repair(&self, case: &Case, command: Command, words: &str, position: i64) -> Result<Outcome, Failure> {
        match self.execute(command, position).await {
            Ok(()) => {}
            Err(failure @ (Failure::Refused(_) | Failure::Internal)) => {
                tracing::warn!(subject = %case.subject, %failure, "{} cannot be repaired", case.kind);
                return Ok(Outcome::Queued);
            }
            Err(failure) => return Err(failure),
        }
        let Ok(action) = words.parse::<Reason>() else { return Ok(Outcome::Queued) };
        self.close(case, Closing::Repaired { action: action.clone() }, position).await?;
        Ok(Outcome::Repaired { action })
    }

    async fn execute(&self, command: Command, position: i64) -> Result<(), Failure> {
        let name = format!("reconciliation:{position}");
        let metadata =
            Metadata { actor: "saga:reconciliation".to_owned(), correlation_id: name.clone(), causation_id: name };
        let request = Request { command, principal: Principal::Saga, metadata, idempotency: None };
        self.commands.execute(request).await.map(drop)
    }
}

const fn repair_command(repair: Repair) -> Command {
    match repair {
        Repair::StartProcessing(order) => Command::StartProcessing { order },
        Repair::ExpireOrder(order) => Command::ExpireOrder { order },
        Repair::ReleaseReservations(order) => Command::ReleaseReservations { order },
        Repair::ReleasePayment(payment) => Command::ReleasePayment { payment },
    }
}

const fn repair_words(repair: Repair) -> &'static str {
    match repair {
        Repair::StartProcessing(_) => "the work on it was begun",
        Repair::ExpireOrder(_) => "it was expired",
        Repair::ReleaseReservations(_) => "its stock was released",
        Repair::ReleasePayment(_) => "the gateway is asked to release it",
    }
}
