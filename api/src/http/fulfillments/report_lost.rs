use axum::extract::State;
use purser_commands::FulfillmentChange;
use purser_domain::{fulfillment::Undelivered, ids::FulfillmentId, text::Reason};
use serde::Deserialize;

use super::{Standing, given_up::GivenUpRemedy, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// A parcel that is lost.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LostFulfillment {
    /// Why it will not be delivered.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
    /// What the customer gets.
    remedy: GivenUpRemedy,
}

/// Reports a fulfillment as lost.
///
/// It has left and was not delivered, whether that was recorded or not, and will not be: its goods are written off, and it
/// cannot be shipped any more. An order of which nothing else is on its way is delivered by this if some of it has arrived, and
/// completed if nothing has. While a return asks for its units, only the remedy `none` is not refused: the return decides about
/// them. One that answers a return is given up with all that does, and the return is paid back; that is refused while some of
/// it is on its way or has arrived, where the remedy is `refund`. With `none` the return ends with what has arrived of it.
#[utoipa::path(
    post,
    path = "/v1/fulfillments/{id}/report-lost",
    tag = "fulfillments",
    params(("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment.")),
    request_body = LostFulfillment,
    responses((status = 200, description = "It is lost, or was already.", body = Standing))
)]
pub(crate) async fn report_fulfillment_lost(
    State(state): State<AppState>,
    Id(fulfillment): Id<FulfillmentId>,
    Submission { body: LostFulfillment { reason, remedy }, envelope }: Submission<LostFulfillment>,
) -> Result<Answered<Standing>, Problem> {
    let (outcome, remedy) = (Undelivered::Lost, remedy.into());
    let given_up = FulfillmentChange::GiveUp { outcome, remedy, location: None, reason };
    change(&state, &envelope, fulfillment, given_up).await
}
