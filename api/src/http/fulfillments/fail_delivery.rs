use axum::extract::State;
use purser_commands::FulfillmentChange;
use purser_domain::{ids::FulfillmentId, text::Reason};
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

/// Why a parcel did not arrive.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FailedDelivery {
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
    /// When that was, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Records that a fulfillment did not arrive.
///
/// It can be shipped once more, as a whole, or is given up: returned to stock, or reported as lost.
#[utoipa::path(
    post,
    path = "/v1/fulfillments/{id}/fail-delivery",
    tag = "fulfillments",
    params(("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment.")),
    request_body = FailedDelivery,
    responses((status = 200, description = "It is recorded, or was already.", body = Standing))
)]
pub(crate) async fn fail_fulfillment_delivery(
    State(state): State<AppState>,
    Id(fulfillment): Id<FulfillmentId>,
    Submission { body: FailedDelivery { reason, at }, envelope }: Submission<FailedDelivery>,
) -> Result<Answered<Standing>, Problem> {
    let failed = FulfillmentChange::FailDelivery { reason, at: at.map(Into::into) };
    change(&state, &envelope, fulfillment, failed).await
}
