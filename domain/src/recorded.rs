//! An event as the log holds it.

use std::{borrow::Cow, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Timestamp, metadata::Metadata};

/// One row of the log. The JSON is kept as the exact bytes that were stored, because the hash chain is over bytes.
///
/// Cloning shares the metadata, which all events of one command have in common.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recorded {
    /// Its place in the log: 1, 2, 3 and so on, without gaps.
    pub position: i64,
    /// When the log took it.
    pub recorded_at: Timestamp,
    /// `order`, `stock`, `product`, `refund`.
    pub aggregate_type: Cow<'static, str>,
    /// Which of them.
    pub aggregate_id: String,
    /// Its place in that stream: 1, 2, 3 and so on, without gaps.
    pub sequence: i64,
    /// The event's name.
    pub event_type: Cow<'static, str>,
    /// The version of the payload's form.
    pub event_version: Cow<'static, str>,
    /// What happened.
    pub payload: Box<RawValue>,
    /// Who, why; see [`Metadata`].
    pub metadata: Arc<RawValue>,
}

impl Recorded {
    /// Who did it and why.
    pub fn read_metadata(&self) -> Result<Metadata, serde_json::Error> {
        serde_json::from_str(self.metadata.get())
    }
}
