//! Views: how far they have come, rebuilding them, and the events that one of them could not take.

use std::sync::Arc;

use purser_projections::{sagas::ParkedSagas, view::View};

use super::{problem::Problem, state::AppState};

pub(super) mod list;
pub(super) mod parked;
pub(super) mod rebuild;
pub(super) mod retry;
pub(super) mod skip;
pub(super) mod status;
mod unparked;

/// A view by its name.
fn view<'a>(state: &'a AppState, name: &str) -> Result<&'a Arc<dyn View>, Problem> {
    state.views.iter().find(|view| view.name() == name).ok_or_else(|| Problem::not_found("view"))
}

/// Whoever may have parked events: a view, or the sagas.
fn follower(state: &AppState, name: &str) -> Result<Arc<dyn View>, Problem> {
    let sagas = ParkedSagas { clock: Arc::clone(&state.clock) };
    if sagas.name() == name { Ok(Arc::new(sagas)) } else { view(state, name).map(Arc::clone) }
}
