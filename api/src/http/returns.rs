//! Returns: ask for one, answer it, see it through; look at and list.

use purser_commands::{Accepted, Answer, Command};
use purser_domain::{
    ids::{OrderId, ReturnId},
    returns::ReturnStatus,
};
use serde::Serialize;

use super::{answer::Answered, extract::Envelope, moment::Moment, problem::Problem, schema, state::AppState};

pub(super) mod approve;
pub(super) mod cancel;
pub(super) mod decline;
pub(super) mod find;
mod goods_return;
pub(super) mod inspect;
pub(super) mod list;
pub(super) mod receive;
pub(super) mod request;
pub(super) mod send;

pub(super) use goods_return::UnitsOfLine;

/// Where a return stands after a command.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnStanding {
    /// Which return.
    #[schema(value_type = schema::ReturnId)]
    id: ReturnId,
    /// Of which order.
    #[schema(value_type = schema::OrderId)]
    order: OrderId,
    /// Where it stands.
    #[schema(value_type = schema::ReturnStatus)]
    status: ReturnStatus,
    /// Until when it is to be answered, or was.
    review_by: Moment,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Carries out a command to a return and tells where it stands then.
async fn change(state: &AppState, envelope: &Envelope, command: Command) -> Result<ReturnStanding, Problem> {
    let Accepted { position, answer, replayed: _ } = envelope.execute(state, command).await?;
    match answer {
        Answer::ReturnIs { id, order, status, review_by } => {
            Ok(ReturnStanding { id, order, status, review_by: review_by.into(), position })
        }
        other => Err(Problem::internal(format!("a command to a return was answered as {other:?}"))),
    }
}

/// The same, where the return is not new.
async fn step(state: &AppState, envelope: &Envelope, command: Command) -> Result<Answered<ReturnStanding>, Problem> {
    change(state, envelope, command).await.map(Answered::ok)
}
