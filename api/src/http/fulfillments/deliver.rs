use axum::extract::State;
use purser_commands::FulfillmentChange;
use purser_domain::ids::FulfillmentId;
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    problem::Problem,
    schema,
    state::AppState,
};

/// When a parcel arrived. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FulfillmentDelivery {
    /// When that was, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Delivers a fulfillment.
///
/// Notes that it arrived. The order is delivered when all of it is shipped and all its parcels have arrived.
#[utoipa::path(
    post,
    path = "/v1/fulfillments/{id}/deliver",
    tag = "fulfillments",
    params(("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment.")),
    request_body = FulfillmentDelivery,
    responses((status = 200, description = "It is delivered, or was already.", body = Standing))
)]
pub(crate) async fn deliver_fulfillment(
    State(state): State<AppState>,
    Id(fulfillment): Id<FulfillmentId>,
    Submission { body: FulfillmentDelivery { at }, envelope }: Submission<FulfillmentDelivery>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, fulfillment, FulfillmentChange::Deliver { at: at.map(Into::into) }).await
}
