use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use purser_projections::{
    rebuild::{Progress, RebuildError, Rebuilt, rebuild},
    view::View,
};
use serde::Serialize;
use tokio::sync::oneshot;
use tracing::Instrument;

use super::view;
use crate::http::{
    answer::{Answered, Rendered},
    extract::{Envelope, Name},
    problem::{Problem, chain},
    schema,
    state::AppState,
};

/// A rebuild that has begun, or is over already.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RebuildBegun {
    /// Which view.
    view: String,
    /// Up to where its new rows go so far.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// Up to where they must go before they can serve.
    #[schema(value_type = schema::Position)]
    target: i64,
}

/// Rebuilds a view.
///
/// Replays the whole log into new tables while the old ones serve, and exchanges them in one step. Goes on after this
/// answer; the view's status shows the progress and how it ended.
#[utoipa::path(
    post,
    path = "/v1/views/{name}/rebuild",
    tag = "engine",
    params(("name" = String, Path, description = "Which view: a name from the list of views.")),
    responses((
        status = 202,
        description = "It has begun.",
        body = RebuildBegun,
        headers(("Location" = String, description = "Where the progress is shown."))
    ))
)]
pub(crate) async fn rebuild_view(
    State(state): State<AppState>,
    Name(name): Name,
    envelope: Envelope,
) -> Result<Rendered, Problem> {
    envelope.once(&state, begin(&state, name)).await
}

async fn begin(state: &AppState, name: String) -> Result<Answered<RebuildBegun>, Problem> {
    let view = Arc::clone(view(state, &name)?);
    let (begun, first_word) = oneshot::channel();
    let work = work(state.clone(), view, begun).in_current_span();
    state.tracker.spawn(work);
    let Progress { position, target } =
        first_word.await.map_err(|_| Problem::internal("a rebuild ended without a word"))??;
    Ok(Answered::begun(format!("/v1/views/{name}"), RebuildBegun { view: name, position, target }))
}

type FirstWord = oneshot::Sender<Result<Progress, RebuildError>>;

/// The rebuild's first word, be it progress or failure, is the answer to the request; the rest goes to the log.
async fn work(state: AppState, view: Arc<dyn View>, begun: FirstWord) {
    let name = view.name();
    let begun = Mutex::new(Some(begun));
    let first = || begun.lock().unwrap_or_else(PoisonError::into_inner).take();
    let tell = |progress| {
        if let Some(begun) = first() {
            // Whoever asked may have gone; the rebuild goes on.
            let _ = begun.send(Ok(progress));
        }
    };
    let rebuilding = rebuild(&state.pool, view.as_ref(), &state.upcasters, state.clock.as_ref(), tell);
    match state.stop.run_until_cancelled(rebuilding).await {
        None => tracing::warn!(view = name, "the rebuild of view {name} is given up: the engine stops"),
        Some(Ok(Rebuilt { position, parked_events, elapsed })) => {
            let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(view = name, position, parked_events, elapsed_ms, "view {name} rebuilt");
        }
        Some(Err(error)) => {
            if let Some(begun) = first() {
                let _ = begun.send(Err(error));
            } else {
                tracing::error!(view = name, error = chain(&error), "view {name} not rebuilt");
            }
        }
    }
}
