//! Upcasters: how events that were stored in an older form are read today.
//!
//! A stored event never changes. When the form of an event must, its version is raised, the old form gets an upcaster in
//! [`Upcasters::current`], and the golden file of the old version stays as the test of it.

use std::{fmt, sync::Arc};

use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde::de::DeserializeOwned;

use crate::recorded::Recorded;

/// The upcasters in the order in which they apply.
#[derive(Clone, Default)]
pub struct Upcasters(Arc<[Box<dyn EventUpcaster>]>);

impl Upcasters {
    /// Those of this version of the engine. Every event is at its first version, so there are none yet.
    pub fn current() -> Self {
        Self::default()
    }

    /// A set of one's own.
    pub fn of(upcasters: Vec<Box<dyn EventUpcaster>>) -> Self {
        Self(upcasters.into())
    }

    /// Reads a payload as `E`. What no upcaster wants is read straight from its bytes.
    pub fn read<E: DeserializeOwned>(&self, recorded: &Recorded) -> Result<E, serde_json::Error> {
        let wants = |upcaster: &dyn EventUpcaster| upcaster.can_upcast(&recorded.event_type, &recorded.event_version);
        if !self.0.iter().any(|upcaster| wants(upcaster.as_ref())) {
            return serde_json::from_str(recorded.payload.get());
        }
        let mut event = SerializedEvent {
            aggregate_id: recorded.aggregate_id.clone(),
            sequence: usize::try_from(recorded.sequence).unwrap_or_default(),
            aggregate_type: recorded.aggregate_type.clone().into_owned(),
            event_type: recorded.event_type.clone().into_owned(),
            event_version: recorded.event_version.clone().into_owned(),
            payload: serde_json::from_str(recorded.payload.get())?,
            metadata: serde_json::from_str(recorded.metadata.get())?,
        };
        for upcaster in self.0.iter() {
            if upcaster.can_upcast(&event.event_type, &event.event_version) {
                event = upcaster.upcast(event);
            }
        }
        serde_json::from_value(event.payload)
    }
}

impl fmt::Debug for Upcasters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upcasters({})", self.0.len())
    }
}

#[cfg(test)]
mod spec;
