use purser_commands::{Accepted, Answer, Command};
use purser_domain::{
    ids::{OrderId, PaymentId},
    money::Money,
    payment::PaymentStatus,
};
use serde::Serialize;

use crate::http::{extract::Envelope, moment::Moment, problem::Problem, schema, state::AppState};

/// Where a payment stands after a command. What its customer has to do is known once the gateway has answered: ask for the
/// payment then.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PaymentStanding)]
pub(crate) struct Standing {
    /// Which payment.
    #[schema(value_type = schema::PaymentId)]
    pub(super) id: PaymentId,
    /// For which order.
    #[schema(value_type = schema::OrderId)]
    order: OrderId,
    /// Where it stands.
    #[schema(value_type = schema::PaymentStatus)]
    status: PaymentStatus,
    /// How much is to be paid.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// From when on it may be given up.
    expires_at: Moment,
    /// A query with `min_position` at least this sees the effect.
    #[schema(value_type = schema::Position)]
    position: i64,
}

/// Carries out a command to a payment and tells where the payment stands then.
pub(super) async fn change(state: &AppState, envelope: &Envelope, command: Command) -> Result<Standing, Problem> {
    let Accepted { position, answer, replayed: _ } = envelope.execute(state, command).await?;
    match answer {
        Answer::PaymentIs { payment, order, status, amount, expires_at } => {
            Ok(Standing { id: payment, order, status, amount, expires_at: expires_at.into(), position })
        }
        other => Err(Problem::internal(format!("a command to a payment was answered as {other:?}"))),
    }
}
