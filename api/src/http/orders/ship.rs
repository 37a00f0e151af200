use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::OrderId, text::TrackingNumber};
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

/// How an order leaves. The body may be left out.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shipment {
    /// The parcel's name at its carrier.
    #[schema(value_type = Option<schema::TrackingNumber>)]
    tracking: Option<TrackingNumber>,
    /// When it left, if not now; not in the future. Back office only.
    at: Option<Moment>,
}

/// Ships an order.
///
/// All that is left of it at once, started or not. Possible once its stock is deducted, which follows its payment by itself
/// (status `processing`), and unless a fulfillment of it is on hold.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/ship",
    tag = "orders",
    params(("id" = inline(schema::OrderId), Path, description = "Which order.")),
    request_body = Shipment,
    responses((status = 200, description = "It is with its carrier, or was already.", body = Standing))
)]
pub(crate) async fn ship_order(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: Shipment { tracking, at }, envelope }: Submission<Shipment>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, Command::ShipOrder { order, tracking, at: at.map(Into::into) }).await
}
