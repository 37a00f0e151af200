use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::PaymentId, money::Money};
use serde::Deserialize;

use super::standing::{Standing, change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::Problem,
    schema,
    state::AppState,
};

/// Money to be taken.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaptureWish {
    /// How much, in the payment's currency: no more than is authorised and not taken yet.
    #[schema(value_type = schema::Money)]
    amount: Money,
    /// Whether nothing more will be taken of the payment: what is then still authorised is released, as by a void after the
    /// capture. The order waits for the rest of its total from elsewhere. `false` where absent.
    #[serde(default, rename = "final")]
    is_final: bool,
}

/// Captures authorised money.
///
/// All of it or a part; further parts may follow, unless this is said to be the final one. The order must still wait for money:
/// for one that was paid otherwise, cancelled or expired nothing is taken, and what is authorised is being released. The gateway is asked, and the payment tells when the money was taken. While
/// it has not answered, asking for the same amount again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/captures",
    tag = "payments",
    params(("id" = inline(schema::PaymentId), Path, description = "Which payment.")),
    request_body = CaptureWish,
    responses((status = 200, description = "The gateway is asked, or was already.", body = Standing))
)]
pub(crate) async fn capture_payment(
    State(state): State<AppState>,
    Id(payment): Id<PaymentId>,
    Submission { body: CaptureWish { amount, is_final }, envelope }: Submission<CaptureWish>,
) -> Result<Answered<Standing>, Problem> {
    envelope.require_key("a capture needs an Idempotency-Key, so that its repetition does not take money once more")?;
    change(&state, &envelope, Command::RequestCapture { payment, amount, is_final }).await.map(Answered::ok)
}
