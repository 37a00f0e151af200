use axum::extract::State;
use purser_domain::ids::PaymentId;
use purser_projections::{follower::Streams, views::payment::find};
use serde::Deserialize;

use super::payment::PaymentAttempt;
use crate::http::{
    answer::Answered,
    extract::{Caller, Id, Parameters},
    page::wait_for_own,
    problem::Problem,
    schema,
    state::AppState,
};

/// How fresh the payment must be.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindPaymentParameters {
    /// Wait, at most five seconds, until the view has come to this log position.
    #[param(minimum = 0)]
    min_position: Option<i64>,
}

/// A payment.
///
/// Where it stands, and what its customer has to do next.
#[utoipa::path(
    get,
    path = "/v1/payments/{id}",
    tag = "payments",
    params(("id" = inline(schema::PaymentId), Path, description = "Which payment."), FindPaymentParameters),
    responses((status = 200, description = "The payment.", body = PaymentAttempt))
)]
pub(crate) async fn find_payment(
    State(state): State<AppState>,
    Id(id): Id<PaymentId>,
    Parameters(parameters): Parameters<FindPaymentParameters>,
    Caller(caller): Caller,
) -> Result<Answered<PaymentAttempt>, Problem> {
    wait_for_own(&state, "payment", &Streams::of::<purser_domain::payment::Payment>(&id), parameters.min_position)
        .await?;
    let found = find(&state.pool, &caller.principal, id).await?;
    let found = found.ok_or_else(|| Problem::not_found("payment"))?;
    Ok(Answered::ok(PaymentAttempt::shown_to(&caller.principal, found)))
}
