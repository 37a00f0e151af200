use axum::extract::State;
use purser_commands::Command;
use purser_domain::ids::PaymentId;
use serde::Deserialize;

use super::standing::{Standing, change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// There is nothing to say about it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentVoid {}

/// Calls a payment off.
///
/// What of it was not taken yet: nobody can pay it any more, and what was authorised is free again. The gateway is asked, and
/// the payment tells when it has done so, or that the money came first.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/void",
    tag = "payments",
    params(("id" = inline(schema::PaymentId), Path, description = "Which payment.")),
    request_body = PaymentVoid,
    responses((status = 200, description = "The gateway is asked, or it is called off already.", body = Standing))
)]
pub(crate) async fn void_payment(
    State(state): State<AppState>,
    Id(payment): Id<PaymentId>,
    Submission { body: PaymentVoid {}, envelope }: Submission<PaymentVoid>,
) -> Result<Answered<Standing>, Problem> {
    change(&state, &envelope, Command::RequestVoid { payment }).await.map(Answered::ok)
}
