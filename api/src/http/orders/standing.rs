use purser_commands::{Accepted, Answer, Command};
use purser_domain::{ids::OrderId, order::OrderStatus};
use serde::Serialize;

use crate::http::{answer::Answered, extract::Envelope, problem::Problem, schema, state::AppState};

/// Where an order stands after a command.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = OrderStanding)]
pub(crate) struct Standing {
    /// Which order.
    #[schema(value_type = schema::OrderId)]
    id: OrderId,
    /// Where it stands.
    #[schema(value_type = schema::OrderStatus)]
    status: OrderStatus,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Carries out a command to an order and tells where the order stands then.
pub(super) async fn change(
    state: &AppState,
    envelope: &Envelope,
    command: Command,
) -> Result<Answered<Standing>, Problem> {
    let Accepted { position, answer, replayed: _ } = envelope.execute(state, command).await?;
    match answer {
        Answer::OrderIs { order, status } => Ok(Answered::ok(Standing { id: order, status, position })),
        other => Err(Problem::internal(format!("a command to an order was answered as {other:?}"))),
    }
}
