use axum::extract::State;
use purser_commands::FulfillmentChange;
use purser_domain::{
    fulfillment::FulfillmentRefusal,
    ids::FulfillmentId,
    order::LineUnits,
    text::{Carrier, TrackingNumber},
};
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    moment::Moment,
    orders::NamedUnits,
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// How a parcel leaves. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FulfillmentShipment {
    /// Which units are in it; all that is in the fulfillment where this is absent.
    #[schema(min_items = 1, max_items = 1000)]
    lines: Option<Vec<NamedUnits>>,
    /// Its name at its carrier.
    #[schema(value_type = Option<schema::TrackingNumber>)]
    tracking: Option<TrackingNumber>,
    /// Who carries it.
    #[schema(value_type = Option<schema::Carrier>)]
    carrier: Option<Carrier>,
    /// When it left, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Ships a fulfillment.
///
/// Possible whether it was started or not, unless it is on hold; and once more after a failed delivery. Where `lines` are
/// named, the rest becomes a fulfillment of its own, which the answer names. Exactly the pieces that ship leave the stock. The
/// order is shipped when nothing of it is left.
#[utoipa::path(
    post,
    path = "/v1/fulfillments/{id}/ship",
    tag = "fulfillments",
    params(("id" = inline(schema::FulfillmentId), Path, description = "Which fulfillment.")),
    request_body = FulfillmentShipment,
    responses((status = 200, description = "It is with its carrier, or was already.", body = Standing))
)]
pub(crate) async fn ship_fulfillment(
    State(state): State<AppState>,
    Id(fulfillment): Id<FulfillmentId>,
    Submission { body: FulfillmentShipment { lines, tracking, carrier, at }, envelope }: Submission<
        FulfillmentShipment,
    >,
) -> Result<Answered<Standing>, Problem> {
    if lines.as_ref().is_some_and(Vec::is_empty) {
        // Here and not later: under a key, no units must not pass for all of them.
        let detail = FulfillmentRefusal::NoLines.to_string();
        return Err(Problem::at(Kind::InvalidValue, Fault::pointer("/lines", detail)));
    }
    let lines = lines.map(|lines| lines.into_iter().map(LineUnits::from).collect());
    let ship = FulfillmentChange::Ship { lines, tracking, carrier, at: at.map(Into::into) };
    change(&state, &envelope, fulfillment, ship).await
}
