use axum::extract::State;
use purser_commands::Command;
use purser_domain::{ids::OrderId, payment::CaptureMethod, text::GatewayName};
use serde::Deserialize;

use super::standing::{Standing, change};
use crate::http::{
    answer::Answered,
    extract::{Id, Submission},
    problem::{Fault, Kind, Problem},
    schema,
    state::AppState,
};

/// How an order is to be paid.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentInitiation {
    /// Through which gateway.
    #[schema(value_type = schema::GatewayName)]
    gateway: GatewayName,
    /// Who takes the money once the customer has agreed: `automatic`, the gateway at once (if nothing is said), or `manual`,
    /// the seller by captures.
    #[serde(default = "at_once")]
    #[schema(value_type = String, required = false, default = "automatic", pattern = "^(automatic|manual)$")]
    capture: CaptureMethod,
}

const fn at_once() -> CaptureMethod {
    CaptureMethod::Automatic
}

/// Begins a payment.
///
/// An attempt to have an order paid, while it waits for that: its total, less what staff has recorded as taken. The gateway is
/// asked at once, but is not waited for: the payment is `pending` and says where the customer pays as soon as the gateway has answered. If an
/// attempt comes to nothing there may be another.
#[utoipa::path(
    post,
    path = "/v1/orders/{id}/payments",
    tag = "payments",
    params(
        ("id" = inline(schema::OrderId), Path, description = "Which order."),
        (
            "Idempotency-Key" = String,
            Header,
            description = "Chosen by the caller for this attempt: 1 to 255 printable ASCII characters. The same key with \
                           the same body is the same attempt.",
            min_length = 1, max_length = 255, pattern = "^[ -~]+$"
        )
    ),
    request_body = PaymentInitiation,
    responses((
        status = 201,
        description = "It has begun.",
        body = Standing,
        headers(("Location" = String, description = "The payment's path."))
    ))
)]
pub(crate) async fn initiate_payment(
    State(state): State<AppState>,
    Id(order): Id<OrderId>,
    Submission { body: PaymentInitiation { gateway, capture }, envelope }: Submission<PaymentInitiation>,
) -> Result<Answered<Standing>, Problem> {
    envelope
        .require_key("an attempt to pay needs an Idempotency-Key, so that its repetition is not another attempt")?;
    if !state.webhooks.contains_key(&gateway) {
        let detail = format!("no gateway is configured as {gateway}");
        return Err(Problem::at(Kind::UnknownGateway, Fault::pointer("/gateway", detail)));
    }
    let command = Command::InitiatePayment { payment: state.mint.payment_id(), order, gateway, capture };
    let standing = change(&state, &envelope, command).await?;
    Ok(Answered::created(format!("/v1/payments/{}", standing.id), standing))
}
