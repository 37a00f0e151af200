use axum::extract::State;
use purser_domain::ids::FulfillmentId;
use purser_projections::{follower::Streams, views::fulfillment::find};
use serde::Deserialize;

use super::fulfillment::Fulfillment;
use crate::http::{
    answer::Answered,
    extract::{Caller, Id, Parameters},
    page::wait_for_own,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the fulfillment must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindFulfillmentParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// A fulfillment.
///
/// What is in one parcel of an order, and how far it has come.
#[utoipa::path(
    get,
    path = "/v1/fulfillments/{id}",
    tag = "fulfillments",
    params(
        ("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment."),
        FindFulfillmentParameters,
    ),
    responses((status = 200, description = "The fulfillment.", body = Fulfillment))
)]
pub(crate) async fn find_fulfillment(
    State(state): State<AppState>,
    Id(id): Id<FulfillmentId>,
    Parameters(parameters): Parameters<FindFulfillmentParameters>,
    Caller(caller): Caller,
) -> Result<Answered<Fulfillment>, Problem> {
    wait_for_own(
        &state,
        "fulfillment",
        &Streams::of::<purser_domain::fulfillment::Fulfillment>(&id),
        parameters.min_position,
    )
    .await?;
    let found = find(&state.pool, id, &caller.principal).await?;
    let found = found.ok_or_else(|| Problem::not_found("fulfillment"))?;
    Ok(Answered::ok(Fulfillment::shown_to(&caller.principal, found)))
}
