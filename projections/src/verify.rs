//! Verification: proves that the log is whole and that every view is what the log says.
//!
//! The log is read once, in order. Each event must follow its predecessor in position, in its stream's sequence and in
//! the hash chain, must be readable, and must leave `on_hand >= reserved >= 0`. The same pass folds every view into
//! temporary tables of its own. In the end each view is compared with these, row by row, both ways, in a snapshot of
//! the moment at which its checkpoint stands exactly where the temporary tables stand.
//!
//! The engine may run meanwhile. No snapshot is held while the log is read, because one that is held for long keeps
//! Postgres from tidying up behind the log's head, which every append moves.

mod comparison;
mod derivation;
mod difference;
mod log_check;
mod pass;
mod row;

pub use difference::{Difference, RowDifference};

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use purser_domain::{chain::ChainHash, upcast::Upcasters};
use serde::Serialize;
use sqlx::PgPool;

use crate::{
    follower::FoldFailure,
    verify::{derivation::Derivation, pass::LogPass},
    view::View,
};

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// How many events it has read.
    pub position: i64,
    /// How many events it will read.
    pub target: i64,
}

/// What a verification is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reads the log, checks it and derives the views.
    ReadingLog,
    /// Compares the rows of a view.
    Comparing(&'static str),
}

/// What was found to be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many events the log had when the verification began; all of them were checked.
    pub events: i64,
    /// How many streams they belong to.
    pub streams: usize,
    /// The end of the hash chain, in hexadecimal digits. Kept elsewhere, it proves later that no tail was cut off.
    pub head_hash: String,
    /// Events that cannot be read. Each of them is parked or was skipped in every view, so that none goes unnoticed.
    pub unreadable_events: i64,
    /// The views, as asked for.
    pub views: Vec<VerifiedView>,
    /// How long it took.
    pub elapsed: Duration,
}

/// A view that is what the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifiedView {
    /// Its name.
    pub name: &'static str,
    /// Up to where.
    pub position: i64,
    /// How many rows it has, in all of its tables.
    pub rows: i64,
    /// How many events are parked or were skipped, and are therefore left out on both sides.
    pub left_out: usize,
}

/// Why a verification did not say OK.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Something is not as it must be; the first such thing that was met.
    #[error(transparent)]
    Difference(#[from] Difference),
    /// A view was changed by retries, skips or rebuilds whenever it was about to be compared.
    #[error("view {0} was changed by operators again and again during its verification")]
    Unsettled(&'static str),
    /// A table cannot be compared.
    #[error("table {0} has no primary key")]
    NoPrimaryKey(&'static str),
    /// The database refused or could not be reached.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

impl From<FoldFailure> for VerifyError {
    fn from(failure: FoldFailure) -> Self {
        Self::Database(match failure {
            FoldFailure::Database(error) => error,
            FoldFailure::Poison(cause) => sqlx::Error::Protocol(cause),
        })
    }
}

/// Verifies the log and the given views.
///
/// Takes one connection for each view on top of two of the pool's, and closes them in the end. Needs memory for 16 bytes
/// and a number for each stream.
pub async fn verify(
    pool: &PgPool,
    views: &[Arc<dyn View>],
    upcasters: &Upcasters,
    progress: impl Fn(Progress),
) -> Result<Verified, VerifyError> {
    let started = Instant::now();
    let mut pass = LogPass::begin(pool, upcasters).await?;
    let mut derivations = Vec::with_capacity(views.len());
    for view in views {
        derivations.push(Derivation::begin(pool, view.as_ref()).await?);
    }
    let target = pass.target();
    pass.run(&mut derivations, |position| progress(Progress { stage: Stage::ReadingLog, position, target })).await?;
    let mut verified = Vec::with_capacity(views.len());
    for mut derivation in derivations {
        progress(Progress { stage: Stage::Comparing(derivation.name()), position: target, target });
        verified.push(derivation.settle_and_compare(pool, upcasters).await?);
        derivation.close().await?;
    }
    Ok(Verified {
        events: target,
        streams: pass.streams(),
        head_hash: pass.head_hash().to_string(),
        unreadable_events: pass.unreadable_events(),
        views: verified,
        elapsed: started.elapsed(),
    })
}

/// The end of the log, as its head row has it.
#[derive(Debug, Clone, Copy)]
struct Head {
    position: i64,
    hash: ChainHash,
}
