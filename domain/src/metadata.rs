//! Who did something, for which request, and what led to it.

use serde::{Deserialize, Serialize};

/// What is stored beside every event: the answer to "who, and why".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Who: `back_office:tok_…`, `customer:…`, `saga:release`.
    pub actor: String,
    /// The conversation that this belongs to; every event that follows from one request carries the same.
    pub correlation_id: String,
    /// What led to it: `request:ID` for a command from outside, `event:POSITION` or `timer:NAME` for a saga's.
    pub causation_id: String,
}
