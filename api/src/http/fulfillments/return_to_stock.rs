use axum::extract::State;
use purser_commands::FulfillmentChange;
use purser_domain::{
    fulfillment::Undelivered,
    ids::FulfillmentId,
    text::{Location, Reason},
};
use serde::Deserialize;

use super::{Standing, given_up::GivenUpRemedy, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// A parcel that is back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnedFulfillment {
    /// Why it was not delivered.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
    /// What the customer gets.
    remedy: GivenUpRemedy,
    /// Where its goods are put; where they came from, if nothing is said.
    #[schema(value_type = Option<schema::Location>)]
    location: Option<Location>,
}

/// Returns a fulfillment to stock.
///
/// It has left and was not delivered, whether that was recorded or not, and is back: its goods go into the stock, and it
/// cannot be shipped any more. An order of which nothing else is on its way is delivered by this if some of it has arrived, and
/// completed if nothing has. While a return asks for its units, this is refused: the return decides about them. One that
/// answers a return is given up with all that does, and the return is paid back; that is refused while some of it is on its way
/// or has arrived, where the remedy is `refund`. With `none` the return ends with what has arrived of it.
#[utoipa::path(
    post,
    path = "/v1/fulfillments/{id}/return-to-stock",
    tag = "fulfillments",
    params(("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment.")),
    request_body = ReturnedFulfillment,
    responses((status = 200, description = "It is in the stock, or was already.", body = Standing))
)]
pub(crate) async fn return_fulfillment_to_stock(
    State(state): State<AppState>,
    Id(fulfillment): Id<FulfillmentId>,
    Submission { body: ReturnedFulfillment { reason, remedy, location }, envelope }: Submission<ReturnedFulfillment>,
) -> Result<Answered<Standing>, Problem> {
    let outcome = Undelivered::Returned;
    let given_up = FulfillmentChange::GiveUp { outcome, remedy: remedy.into(), location, reason };
    change(&state, &envelope, fulfillment, given_up).await
}
