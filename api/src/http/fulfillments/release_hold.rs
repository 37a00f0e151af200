use axum::extract::State;
use purser_commands::FulfillmentChange;
use purser_domain::ids::FulfillmentId;
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Nothing needs to be said. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleasedHold {}

/// Releases a fulfillment from its hold.
///
/// It may be started again.
#[utoipa::path(
    post,
    path = "/v1/fulfillments/{id}/release-hold",
    tag = "fulfillments",
    params(("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment.")),
    request_body = ReleasedHold,
    responses((status = 200, description = "It is open, or was already.", body = Standing))
)]
pub(crate) async fn release_fulfillment_hold(
    State(state): State<AppState>,
    Id(fulfillment): Id<FulfillmentId>,
    Submission { body: ReleasedHold {}, envelope }: Submission<ReleasedHold>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, fulfillment, FulfillmentChange::ReleaseHold).await
}
