//! The events of a batch while it is being decided.

use std::sync::Arc;

use cqrs_es::{DomainEvent, event_sink::EventSink};
use futures_util::FutureExt;
use purser_domain::{Timestamp, recorded::Recorded};
use serde_json::value::{RawValue, to_raw_value};

use crate::{aggregates::Kept, failure::Refusal, log::SnapshotRequest, sequencer::cache::Version};

/// The events that a batch will append, in order.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) events: Vec<Recorded>,
    pub(crate) snapshots: Vec<SnapshotRequest>,
    pub(crate) recorded_at: Timestamp,
    base: i64,
}

/// What a batch tells the world once it is in the log.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) events: Arc<[Recorded]>,
    pub(crate) snapshots: Vec<SnapshotRequest>,
}

/// Why a command did not become events.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// A rule says no; no state was touched.
    Refused(Refusal),
    /// Two aggregates contradict each other, or an event cannot be written. States may have been touched.
    Contradiction(String),
}

impl Stopped {
    pub(crate) fn refused(refusal: impl Into<Refusal>) -> Self {
        Self::Refused(refusal.into())
    }

    /// What somebody else has agreed to, or knows to be so, is not refused: then the two contradict each other.
    pub(crate) fn contradicting(self, known: &str) -> Self {
        match self {
            Self::Refused(refusal) => Self::Contradiction(format!("{known}, and is refused: {refusal}")),
            Self::Contradiction(_) => self,
        }
    }
}

impl Draft {
    /// Continues the log after `position`.
    pub(crate) const fn new(position: i64, recorded_at: Timestamp) -> Self {
        Self { events: Vec::new(), snapshots: Vec::new(), recorded_at, base: position }
    }

    /// The position of the last event so far.
    pub(crate) fn position(&self) -> i64 {
        self.base + i64::try_from(self.events.len()).unwrap_or(i64::MAX)
    }

    /// Whether a stream begins here.
    pub(crate) fn begins<A: Kept>(&self, id: &str) -> bool {
        self.events
            .iter()
            .any(|event| event.sequence == 1 && event.aggregate_type == A::TYPE && event.aggregate_id == id)
    }

    /// Lets an aggregate handle a command and takes its events.
    pub(crate) fn drive<A: Kept>(
        &mut self,
        target: Target<'_, A>,
        command: A::Command,
        metadata: &Arc<RawValue>,
    ) -> Result<(), Driven<A::Error>> {
        let Target { id, state, version } = target;
        let sink = EventSink::default();
        // The aggregates await nothing but the sink's own lock, which nobody else holds: one poll completes them.
        // Unconstrained, because the runtime's budget would otherwise suspend a task that takes many locks in a row.
        tokio::task::unconstrained(state.handle(command, &(), &sink))
            .now_or_never()
            .ok_or(Driven::Suspended)?
            .map_err(Driven::Refused)?;
        let events = tokio::task::unconstrained(sink.collect()).now_or_never().ok_or(Driven::Suspended)?;
        for event in events {
            version.sequence += 1;
            self.events.push(Recorded {
                position: self.position() + 1,
                recorded_at: self.recorded_at,
                aggregate_type: A::TYPE.into(),
                aggregate_id: id.clone(),
                sequence: version.sequence,
                event_type: event.event_type().into(),
                event_version: event.event_version().into(),
                payload: to_raw_value(&event).map_err(Driven::Unwritable)?,
                metadata: Arc::clone(metadata),
            });
        }
        if let Some(request) = SnapshotRequest::when_due::<A>(&id, version.sequence, version.snapshot, state.entries())
        {
            version.snapshot = version.sequence;
            self.snapshots.push(request);
        }
        Ok(())
    }
}

impl From<Draft> for News {
    fn from(draft: Draft) -> Self {
        Self { events: draft.events.into(), snapshots: draft.snapshots }
    }
}

/// An aggregate in the working set.
pub(crate) struct Target<'a, A> {
    pub(crate) id: String,
    pub(crate) state: &'a mut A,
    pub(crate) version: &'a mut Version,
}

/// Why an aggregate gave no events.
#[derive(Debug)]
pub(crate) enum Driven<Refused> {
    Refused(Refused),
    Suspended,
    Unwritable(serde_json::Error),
}

impl<Refused: Into<Refusal>> From<Driven<Refused>> for Stopped {
    fn from(driven: Driven<Refused>) -> Self {
        match driven {
            Driven::Refused(refusal) => Self::Refused(refusal.into()),
            Driven::Suspended => Self::Contradiction("an aggregate waited for something".to_owned()),
            Driven::Unwritable(error) => Self::Contradiction(format!("an event cannot be written: {error}")),
        }
    }
}
