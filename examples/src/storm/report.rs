use std::fmt;

use purser_domain::order::OrderStatus;

use super::{Settings, checks, checks::Check, evidence::Evidence};

/// What came of a storm.
#[derive(Debug)]
pub struct Report {
    /// What happened, and how often.
    happened: Vec<(&'static str, u64)>,
    checks: Vec<Check>,
    /// What the engine itself found, in its words.
    found: Vec<String>,
}

impl Report {
    pub(super) fn new(evidence: &Evidence, settings: &Settings) -> Self {
        let ended = |status| many(evidence.orders.iter().filter(|order| order.status == status).count());
        let callbacks = &evidence.stats.callbacks;
        let captures = evidence.gateway.iter().map(|payment| payment.captures.len()).sum();
        let refunds = evidence.gateway.iter().map(|payment| payment.refunds.len()).sum();
        let happened = vec![
            ("buyers", settings.buyers.into()),
            ("orders accepted", many(evidence.orders.len())),
            ("  paid and shipped", ended(OrderStatus::Shipped)),
            ("  expired", ended(OrderStatus::Expired)),
            ("  cancelled", ended(OrderStatus::Cancelled)),
            ("attempts to pay", evidence.said.visits.attempts),
            ("captures", many(captures)),
            ("refunds at the gateway", many(refunds)),
            ("callbacks delivered", callbacks.delivered),
            ("  repeated", callbacks.repeated),
            ("  delayed", callbacks.delayed),
            ("  out of order", callbacks.reordered),
            ("  lost", callbacks.dropped),
            ("times the engine was killed", settings.kills.into()),
            ("times the gateway was killed", settings.kills.into()),
        ];
        let found = evidence.said.reconciled.found.iter();
        let found = found
            .map(|finding| format!("{} {} {}: {}", finding.outcome, finding.kind, finding.subject, finding.detail));
        Self { happened, checks: checks::all(evidence, settings), found: found.collect() }
    }

    /// Whether everything is as it must be.
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

fn many(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, times) in &self.happened {
            writeln!(f, "{what:<44} {times:>14}")?;
        }
        writeln!(f, "\n{:<44} {:>14} {:>14}", "check", "expected", "found")?;
        for Check { what, expected, found, holds } in &self.checks {
            let verdict = if *holds { "" } else { "  DIFFERS" };
            writeln!(f, "{what:<44} {expected:>14} {found:>14}{verdict}")?;
        }
        for finding in &self.found {
            writeln!(f, "reconciled: {finding}")?;
        }
        let failed = self.checks.iter().filter(|check| !check.holds).count();
        match failed {
            0 => writeln!(f, "\nstorm: all {} checks hold", self.checks.len()),
            _ => writeln!(f, "\nstorm: {failed} of {} checks do not hold", self.checks.len()),
        }
    }
}
