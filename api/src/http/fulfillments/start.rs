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
pub(crate) struct StartedFulfillment {}

/// Starts a fulfillment.
///
/// Notes that it is being picked and packed.
#[utoipa::path(
    post,
    path = "/v1/fulfillments/{id}/start",
    tag = "fulfillments",
    params(("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment.")),
    request_body = StartedFulfillment,
    responses((status = 200, description = "It is in progress, or was already.", body = Standing))
)]
pub(crate) async fn start_fulfillment(
    State(state): State<AppState>,
    Id(fulfillment): Id<FulfillmentId>,
    Submission { body: StartedFulfillment {}, envelope }: Submission<StartedFulfillment>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, fulfillment, FulfillmentChange::Start).await
}
