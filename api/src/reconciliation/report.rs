use purser_domain::{
    exception::{Case, ExceptionKind},
    ids::{ExceptionId, OrderId},
    text::{GatewayName, Reason, Subject},
};

/// What a reconciliation found and did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Up to where the log was read.
    pub position: i64,
    /// How many orders await something, or have stock held.
    pub orders: usize,
    /// What was the matter, and what became of it.
    pub found: Vec<Found>,
    /// The gateways' lists.
    pub gateways: Vec<LookedAt>,
}

/// One thing that is or was the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The exception.
    pub exception: ExceptionId,
    /// What is the matter.
    pub kind: ExceptionKind,
    /// With what.
    pub subject: Subject,
    /// With which order, where one is known.
    pub order: Option<OrderId>,
    /// In words.
    pub detail: Reason,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was repaired.
    Repaired {
        /// By what.
        action: Reason,
    },
    /// It waits for a person.
    Queued,
    /// It was found before, and is not there any more.
    Gone,
}

/// What a gateway told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedAt {
    /// Which gateway.
    pub gateway: GatewayName,
    /// How many payments had changed there since the last time.
    pub payments: usize,
    /// How many of them the log had to be told of.
    pub reported: usize,
    /// Why its list could not be read to its end, if it could not.
    pub error: Option<String>,
}

impl Found {
    pub(super) fn of(case: &Case, outcome: Outcome) -> Self {
        Self {
            exception: case.exception(),
            kind: case.kind,
            subject: case.subject.clone(),
            order: case.order,
            detail: case.detail.clone(),
            outcome,
        }
    }
}

impl Report {
    /// How many findings came to this.
    pub fn count(&self, outcome: impl Fn(&Outcome) -> bool) -> usize {
        self.found.iter().filter(|found| outcome(&found.outcome)).count()
    }

    pub(super) fn log(&self) {
        let repaired = self.count(|outcome| matches!(outcome, Outcome::Repaired { .. }));
        let queued = self.count(|outcome| *outcome == Outcome::Queued);
        if repaired + queued == 0 {
            tracing::debug!(position = self.position, "reconciled");
        } else {
            tracing::warn!(position = self.position, repaired, queued, "reconciled, and not all was in order");
        }
        for LookedAt { gateway, error, .. } in &self.gateways {
            if let Some(error) = error {
                tracing::warn!(%gateway, error, "the gateway's list was not read to its end");
            }
        }
    }
}
