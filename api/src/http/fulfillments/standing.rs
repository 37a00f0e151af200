use purser_commands::{Accepted, Answer, Command, FulfillmentChange};
use purser_domain::{
    fulfillment::FulfillmentStatus,
    ids::{FulfillmentId, OrderId},
};
use serde::Serialize;

use crate::http::{answer::Answered, extract::Envelope, problem::Problem, schema, state::AppState};

/// Where a fulfillment stands after a command.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = FulfillmentStanding)]
pub(crate) struct Standing {
    /// Which fulfillment.
    #[schema(value_type = schema::FulfillmentId)]
    id: FulfillmentId,
    /// Of which order.
    #[schema(value_type = schema::OrderId)]
    order: OrderId,
    /// Where it stands.
    #[schema(value_type = schema::FulfillmentStatus)]
    status: FulfillmentStatus,
    /// The fulfillment that what stayed behind was put into; absent where nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::FulfillmentId>)]
    left_behind: Option<FulfillmentId>,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Carries out a command to a fulfillment and tells where the fulfillment stands then.
pub(super) async fn change(
    state: &AppState,
    envelope: &Envelope,
    fulfillment: FulfillmentId,
    change: FulfillmentChange,
) -> Result<Answered<Standing>, Problem> {
    let command = Command::ChangeFulfillment { fulfillment, change };
    let Accepted { position, answer, replayed: _ } = envelope.execute(state, command).await?;
    match answer {
        Answer::FulfillmentIs { fulfillment, order, status, left_behind } => {
            Ok(Answered::ok(Standing { id: fulfillment, order, status, left_behind, position }))
        }
        other => Err(Problem::internal(format!("a command to a fulfillment was answered as {other:?}"))),
    }
}
