//! Rebuilding a view from the log while the old one serves.
//!
//! The log is folded from its first event into empty tables beside the serving ones. Near the view's checkpoint, one
//! transaction stops the follower, folds what is left, exchanges the tables and lets the follower go on from where it
//! stood. Readers see the old rows until then and the new ones from then on; the checkpoint never moves.

mod catch_up;
mod lock;
mod side_tables;
mod swap;

pub(crate) use lock::{LOCK_CLASS, lock_out_rebuilds};

use std::time::{Duration, Instant};

use purser_domain::{clock::Clock, upcast::Upcasters};
use sqlx::PgPool;

use crate::{
    follower::FoldFailure,
    rebuild::{catch_up::Replay, swap::Swapped},
    view::View,
};

/// How far the replay may be behind when the last step begins: that many events are folded while the follower waits.
const REST_MAX: i64 = 2_000;

/// How often the replay chases a follower that keeps drawing away before it stops it nevertheless.
const CHASES_MAX: u32 = 20;

const PAUSE_MIN: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Up to where the new rows go.
    pub position: i64,
    /// Up to where they must go; grows while the view follows the log.
    pub target: i64,
}

/// A view that was rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// The position that the new tables were at when they began to serve.
    pub position: i64,
    /// How many events are parked for the view now.
    pub parked_events: i64,
    /// How long it took.
    pub elapsed: Duration,
}

/// Why a view was not rebuilt. It serves as before.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Another rebuild of the view is at work.
    #[error("view {0} is being rebuilt already")]
    AlreadyRunning(&'static str),
    /// This rebuild lost its connection, and another one took its place.
    #[error("another rebuild of view {0} took over")]
    Overtaken(&'static str),
    /// The log misses an event.
    #[error("the log has no event at position {0}")]
    Gap(i64),
    /// The view could not be folded.
    #[error(transparent)]
    Fold(#[from] FoldRefused),
    /// The database refused or could not be reached.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

/// The database refused a fold for a reason that is not in the events.
#[derive(Debug, thiserror::Error)]
#[error("the view could not be folded: {0}")]
pub struct FoldRefused(String);

impl From<FoldFailure> for RebuildError {
    fn from(failure: FoldFailure) -> Self {
        match failure {
            FoldFailure::Database(error) => Self::Database(error),
            FoldFailure::Poison(cause) => Self::Fold(FoldRefused(cause)),
        }
    }
}

/// Rebuilds a view. Events that were skipped for it stay left out; events that were parked are tried again.
///
/// `progress` is told after each transaction. The future may be dropped at any time: the view serves as before, and the
/// next rebuild clears the leftovers away.
pub async fn rebuild(
    pool: &PgPool,
    view: &dyn View,
    upcasters: &Upcasters,
    clock: &dyn Clock,
    progress: impl Fn(Progress),
) -> Result<Rebuilt, RebuildError> {
    let started = Instant::now();
    let Some(lock) = lock::take(pool, view.name()).await? else {
        return Err(RebuildError::AlreadyRunning(view.name()));
    };
    let mut replay = Replay::begin(pool, view, upcasters, clock).await?;
    let outcome = run(&mut replay, progress).await;
    if let Err(error) = &outcome {
        replay.note_failure(error).await;
    }
    let parked_events = outcome?;
    lock.rollback().await?;
    if parked_events > 0 {
        let view = view.name();
        tracing::error!(view, parked_events, "view {view} was rebuilt with {parked_events} events parked");
    }
    Ok(Rebuilt { position: replay.position(), parked_events, elapsed: started.elapsed() })
}

async fn run(replay: &mut Replay<'_>, progress: impl Fn(Progress)) -> Result<i64, RebuildError> {
    let mut chases = 0;
    let mut pause = PAUSE_MIN;
    let mut analysed = false;
    loop {
        let target = replay.catch_up(&progress).await?;
        if !analysed {
            replay.analyse().await?;
            analysed = true;
        }
        chases += 1;
        let rest_max = if chases < CHASES_MAX { REST_MAX } else { i64::MAX };
        match replay.swap(rest_max).await? {
            Swapped::Done { parked_events } => {
                progress(Progress { position: replay.position(), target: replay.position() });
                return Ok(parked_events);
            }
            Swapped::TooFarBehind => progress(Progress { position: replay.position(), target }),
            Swapped::TablesInUse => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}
