use axum::extract::State;
use purser_domain::{
    exception::ExceptionKind,
    ids::{ExceptionId, OrderId},
    text::{GatewayName, Reason, Subject},
};
use serde::Serialize;

use crate::{
    http::{
        answer::{Answered, Rendered},
        extract::Envelope,
        problem::Problem,
        schema,
        state::AppState,
    },
    reconciliation::{Found, LookedAt, Outcome, Report},
};

/// What a reconciliation found and did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Reconciliation {
    /// Up to where the log was read.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// How many orders await something, or have stock held.
    orders: usize,
    /// What was the matter, and what became of it.
    found: Vec<ReconciledFinding>,
    /// The gateways' lists.
    gateways: Vec<ReconciledGateway>,
}

/// One thing that is or was the matter.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReconciledFinding {
    /// The exception.
    #[schema(value_type = schema::ExceptionId)]
    exception: ExceptionId,
    /// What is the matter.
    #[schema(value_type = schema::ExceptionKind)]
    kind: ExceptionKind,
    /// With what.
    #[schema(value_type = String, example = "ord_01938f6e8d0c7b5a9d3c0e6f5a4b3c2d")]
    subject: Subject,
    /// With which order, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::OrderId>)]
    order: Option<OrderId>,
    /// In words.
    #[schema(value_type = schema::Reason)]
    detail: Reason,
    /// `repaired`, `queued` (for a person) or `gone` (it was found before, and is not there any more).
    #[schema(example = "repaired", pattern = "^(repaired|queued|gone)$")]
    outcome: &'static str,
    /// What repaired it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Reason>)]
    action: Option<Reason>,
}

/// What a gateway told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReconciledGateway {
    /// Which gateway.
    #[schema(value_type = String, example = "sandbox")]
    gateway: GatewayName,
    /// How many payments had changed there since the last time.
    payments: usize,
    /// How many of them the log had to be told of.
    reported: usize,
    /// Why its list could not be read to its end; absent where it could.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Reconciles at once.
///
/// Holds the log, the views and the gateways' own lists against each other, repairs what is certain, and queues the rest for
/// a person: `GET /v1/exceptions`. The engine does the same by itself every so often.
#[utoipa::path(
    post,
    path = "/v1/reconciliations",
    tag = "exceptions",
    responses((status = 200, description = "What it found and did.", body = Reconciliation))
)]
pub(crate) async fn reconcile(State(state): State<AppState>, envelope: Envelope) -> Result<Rendered, Problem> {
    let reconciled = async { Ok(Answered::ok(Reconciliation::from(state.reconciler.run().await?))) };
    envelope.once(&state, reconciled).await
}

impl From<Report> for Reconciliation {
    fn from(Report { position, orders, found, gateways }: Report) -> Self {
        Self {
            position,
            orders,
            found: found.into_iter().map(Into::into).collect(),
            gateways: gateways.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Found> for ReconciledFinding {
    fn from(Found { exception, kind, subject, order, detail, outcome }: Found) -> Self {
        let (outcome, action) = match outcome {
            Outcome::Repaired { action } => ("repaired", Some(action)),
            Outcome::Queued => ("queued", None),
            Outcome::Gone => ("gone", None),
        };
        Self { exception, kind, subject, order, detail, outcome, action }
    }
}

impl From<LookedAt> for ReconciledGateway {
    fn from(LookedAt { gateway, payments, reported, error }: LookedAt) -> Self {
        Self { gateway, payments, reported, error }
    }
}
