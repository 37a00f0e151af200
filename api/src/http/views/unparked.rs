use purser_projections::parked::{StillParked, Unparked};
use serde::Serialize;

use crate::http::schema;

/// What a retry or a skip set free.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SetFree {
    /// How many events were folded.
    folded_events: u64,
    /// The next event of the stream that cannot be folded; absent if the stream is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    still_parked: Option<StillStanding>,
}

/// Where a stream stands still.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StillStanding {
    /// At which event.
    #[schema(value_type = schema::Position)]
    position: i64,
    /// Why.
    error: String,
}

impl From<Unparked> for SetFree {
    fn from(unparked: Unparked) -> Self {
        let Unparked { folded_events, still_parked } = unparked;
        let still_parked = still_parked.map(|StillParked { position, error }| StillStanding { position, error });
        Self { folded_events, still_parked }
    }
}
