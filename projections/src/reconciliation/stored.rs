use std::collections::BTreeMap;

use purser_domain::{event::Event, text::GatewayName, upcast::Upcasters};
use sqlx::{PgPool, Postgres, Transaction};

use super::Watch;
use crate::{
    log_reader::{LogReadError, LogReader},
    rebuild::LOCK_CLASS,
};

/// The form in which a watch is stored. Whoever changes what a watch knows raises it; a stored watch of another form is
/// made anew from the log.
const FORM: i32 = 3;

/// How much of the log is read at once: events, and bytes of JSON.
const PAGE: (u32, u32) = (5_000, 4_000_000);

/// How far reconciliations have come.
#[derive(Debug, Clone, Default)]
pub struct Reconciled {
    /// The last event that was seen.
    pub position: i64,
    /// What is open up to it.
    pub watch: Watch,
    /// Up to where each gateway's list was seen, in its own terms.
    pub gateways: BTreeMap<GatewayName, String>,
}

/// A reconciliation under way: while it lasts there is no other.
#[derive(Debug)]
pub struct Standing {
    lock: Transaction<'static, Postgres>,
    /// How far it has come.
    pub reconciled: Reconciled,
}

/// Why a reconciliation cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileReadError {
    /// Another one is under way.
    #[error("another reconciliation is under way")]
    Running,
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogReadError),
    /// The database refused or could not be reached.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    /// What is open cannot be written down.
    #[error("what was seen cannot be stored: {0}")]
    Unwritable(#[from] serde_json::Error),
}

impl Standing {
    /// Takes the place of whoever reconciles, if it is free.
    pub async fn take(pool: &PgPool) -> Result<Self, ReconcileReadError> {
        let mut lock = pool.begin().await?;
        // Not the row's own lock: a transaction that holds one keeps every dead version of the log's head alive.
        let taken: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock($1, hashtext('reconciliation'))")
            .bind(LOCK_CLASS)
            .fetch_one(&mut *lock)
            .await?;
        if !taken {
            return Err(ReconcileReadError::Running);
        }
        let (position, form, watch, gateways): (i64, i32, String, String) =
            sqlx::query_as("select position, form, watch, gateways from reconciliation").fetch_one(&mut *lock).await?;
        let known = if form == FORM {
            let watch = serde_json::from_str(&watch).ok();
            let gateways = serde_json::from_str(&gateways).ok();
            watch.zip(gateways).map(|(watch, gateways)| Reconciled { position, watch, gateways })
        } else {
            None
        };
        Ok(Self { lock, reconciled: known.unwrap_or_default() })
    }

    /// Reads on to the end of the log. An event that cannot be read is left to the verification, which says so.
    pub async fn catch_up(&mut self, pool: &PgPool, upcasters: &Upcasters) -> Result<(), ReconcileReadError> {
        let log = LogReader::new(pool.clone());
        let head = log.head().await?.position;
        while self.reconciled.position < head {
            let page = log.page(self.reconciled.position, PAGE.0, PAGE.1).await?;
            let Some(last) = page.last() else { return Ok(()) };
            let last = last.position;
            for recorded in &page {
                match Event::decode(recorded, upcasters) {
                    Ok(event) => self.reconciled.watch.see(&event, recorded.recorded_at),
                    Err(error) => {
                        tracing::warn!(position = recorded.position, %error, "an event is not reconciled");
                    }
                }
            }
            self.reconciled.position = last;
        }
        Ok(())
    }

    /// Writes down how far it has come, and gives the place free.
    pub async fn finish(mut self) -> Result<(), ReconcileReadError> {
        let Reconciled { position, watch, gateways } = &self.reconciled;
        sqlx::query("update reconciliation set position = $1, form = $2, watch = $3, gateways = $4")
            .bind(position)
            .bind(FORM)
            .bind(serde_json::to_string(watch)?)
            .bind(serde_json::to_string(gateways)?)
            .execute(&mut *self.lock)
            .await?;
        self.lock.commit().await?;
        Ok(())
    }
}
