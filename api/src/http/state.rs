use std::{collections::BTreeMap, fmt, ops::Deref, sync::Arc, time::Duration};

use metrics_exporter_prometheus::PrometheusHandle;
use purser_commands::Commands;
use purser_domain::{clock::Clock, text::GatewayName, upcast::Upcasters};
use purser_projections::{follower::ReadAfter, view::View};
use sqlx::PgPool;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::cursor::CursorKey;
use crate::{auth::Tokens, gateway::webhook::Webhooks, mint::Mint, reconciliation::Reconciler};

/// What the handlers work with.
pub struct Parts {
    /// The write side.
    pub commands: Commands,
    /// Who may call.
    pub tokens: Tokens,
    /// Where new ids come from.
    pub mint: Mint,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where the views are read.
    pub pool: PgPool,
    /// How a reader waits for a view.
    pub read_after: ReadAfter,
    /// Every view, to be shown and rebuilt.
    pub views: Vec<Arc<dyn View>>,
    /// How old events are read.
    pub upcasters: Upcasters,
    /// What page cursors are signed with.
    pub cursor_key: CursorKey,
    /// What `/metrics` shows; without one it shows nothing.
    pub metrics: Option<PrometheusHandle>,
    /// Which payment gateways there are, and how each is known from a stranger.
    pub webhooks: BTreeMap<GatewayName, Webhooks>,
    /// How long a request may take before it is answered with a timeout.
    pub request_timeout: Duration,
    /// Who holds log, views and gateways against each other.
    pub reconciler: Reconciler,
    /// Waits at shutdown for work that outlives its request: rebuilds.
    pub tracker: TaskTracker,
    /// Ends that work, and readiness with it.
    pub stop: CancellationToken,
}

/// The handlers' share of the engine. Clones share it.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

impl AppState {
    /// Shares the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppState")
    }
}
