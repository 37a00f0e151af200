use axum::extract::State;
use purser_commands::FulfillmentChange;
use purser_domain::{ids::FulfillmentId, text::Reason};
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Why a fulfillment is cancelled.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelledFulfillment {
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Cancels a fulfillment.
///
/// Takes its units out of the order before they ship: they go back to their stock, and their money to the customer. Where
/// they are all that the order has left, the order ends. One that answers a return may also be cancelled once it could not
/// be delivered; all that answers the return is given up with it, and the return is paid back. That is refused while some of
/// it is on its way or has arrived.
#[utoipa::path(
    post,
    path = "/v1/fulfillments/{id}/cancel",
    tag = "fulfillments",
    params(("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment.")),
    request_body = CancelledFulfillment,
    responses((status = 200, description = "It is cancelled, or was already.", body = Standing))
)]
pub(crate) async fn cancel_fulfillment(
    State(state): State<AppState>,
    Id(fulfillment): Id<FulfillmentId>,
    Submission { body: CancelledFulfillment { reason }, envelope }: Submission<CancelledFulfillment>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, fulfillment, FulfillmentChange::Cancel { reason }).await
}
