use axum::extract::State;
use purser_commands::{Command, ShortageResolution};
use purser_domain::{
    ids::OrderId,
    text::{Location, Reason},
};
use serde::Deserialize;

use super::{Standing, standing::change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// What is done about pieces that are not there.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShortageDecision {
    /// What.
    resolution: ShortageWay,
    /// From where the pieces are taken, for `other_location`; by the merchant's rule, if nothing is said.
    #[schema(value_type = Option<schema::Location>)]
    location: Option<Location>,
    /// Why.
    #[schema(value_type = schema::Reason)]
    reason: Reason,
}

/// What is done about pieces that are not there.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShortageWay {
    /// The order waits for them.
    Wait,
    /// They are taken from other locations.
    OtherLocation,
    /// They are cancelled, and their money goes back.
    Cancel,
}

/// Decides about missing pieces.
///
/// For an order of which pieces are not there, as a correction of the stock has found: it waits for them, which it does until
/// somebody decides otherwise; the missing pieces are taken from other locations, and all of their SKU goes into fulfillments at
/// once; or they are cancelled with what falls on them, and what is there of their SKU goes into a fulfillment. Units are
/// cancelled out of an order that is being worked on; one that is not paid is cancelled whole, or waits. The exception is
/// settled by it.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/resolve-shortage",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = ShortageDecision,
    responses((status = 200, description = "It is decided.", body = Standing))
)]
pub(crate) async fn resolve_shortage(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: ShortageDecision { resolution, location, reason }, envelope }: Submission<ShortageDecision>,
) -> Result<Answered<Standing>, Problem> {
    let resolution = match (resolution, location) {
        (ShortageWay::OtherLocation, location) => ShortageResolution::OtherLocation { location },
        (ShortageWay::Wait | ShortageWay::Cancel, Some(_)) => {
            let detail = "a location is named for other_location only";
            return Err(Problem::at(Kind::InvalidValue, Fault::pointer("/location", detail.to_owned())));
        }
        (ShortageWay::Wait, None) => ShortageResolution::Wait,
        (ShortageWay::Cancel, None) => ShortageResolution::Cancel,
    };
    change(&state, &envelope, Command::ResolveShortage { order, resolution, reason }).await
}
