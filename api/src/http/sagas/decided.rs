use std::str::FromStr;

use purser_domain::text::InvalidValue;
use purser_projections::sagas::dead_letters::Decision;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    auth::Grant,
    http::{schema, state::AppState},
};

/// A dead letter's id, as it stands in a path.
pub(crate) struct LetterId(pub(super) Uuid);

/// A dead letter after a decision.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DecidedLetter {
    /// Which.
    #[schema(value_type = schema::DeadLetterId)]
    pub(super) id: Uuid,
    /// `pending` after a retry, `skipped` after a skip.
    pub(super) state: &'static str,
}

pub(super) fn decision(state: &AppState, caller: &Grant) -> Decision {
    Decision { actor: caller.actor.clone(), at: state.clock.now() }
}

impl FromStr for LetterId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Uuid::try_parse(text)
            .map(Self)
            .map_err(|_| InvalidValue { kind: "dead letter id", rule: "must be a UUID (RFC 9562)" })
    }
}
