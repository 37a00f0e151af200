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

/// Why a fulfillment is kept back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FulfillmentHold {
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// Puts a fulfillment on hold.
///
/// It is neither started nor shipped until the hold is released. Possible until it is started.
#[utoipa::path(
    post,
    path = "/v1/fulfillments/{id}/hold",
    tag = "fulfillments",
    params(("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment.")),
    request_body = FulfillmentHold,
    responses((status = 200, description = "It is on hold, or was already.", body = Standing))
)]
pub(crate) async fn hold_fulfillment(
    State(state): State<AppState>,
    Id(fulfillment): Id<FulfillmentId>,
    Submission { body: FulfillmentHold { reason }, envelope }: Submission<FulfillmentHold>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, fulfillment, FulfillmentChange::Hold { reason }).await
}
