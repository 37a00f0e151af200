use axum::extract::State;
use purser_commands::{Accepted, Command, Failure, Refusal, Request};
use purser_domain::{
    ids::PaymentId,
    payment::{PaymentRefusal, ReportSource},
    principal::Principal,
    text::{GatewayName, WebhookId},
};
use serde::Serialize;

use crate::{
    gateway::{GatewayEvent, webhook::Verified},
    http::{
        answer::Answered,
        extract::{Id, Message, read_json},
        problem::{Fault, Kind, Problem},
        schema,
        state::AppState,
    },
    ports::report,
};

/// That there is no need to send a webhook again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WebhookReceipt {
    /// `taken`, or `unknown_payment` where it speaks of a payment that this gateway was never asked for.
    #[schema(value_type = String, example = "taken", pattern = "^(taken|unknown_payment)$")]
    outcome: &'static str,
    /// The log position from which on every view shows the effect, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::Position>)]
    position: Option<i64>,
}

/// Takes a webhook.
///
/// For gateways, who have no token: what comes is known by its signature (Standard Webhooks 1.0.0, `v1`) over its very bytes,
/// with any of the gateway's secrets, at most five minutes old. It is answered once what came of it is on disk. Repeated and
/// overtaken webhooks are harmless: each tells of the payment as a whole, and each transaction is taken once.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{gateway}",
    tag = "payments",
    params(
        ("gateway" = inline(schema::GatewayName), Path, description = "Which gateway."),
        ("webhook-id" = String, Header, description = "The message's id, the same in every repetition.", max_length = 128),
        ("webhook-timestamp" = String, Header, description = "When it was sent, in seconds since 1970.", pattern = "^[0-9]+$"),
        ("webhook-signature" = String, Header, description = "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, \
                                                              several with spaces between them.")
    ),
    request_body(
        content = serde_json::Value,
        content_type = "application/json",
        description = "What happened, with the payment as it stood then, in the form of `purser sandbox-gateway`."
    ),
    responses((status = 200, description = "It need not be sent again.", body = WebhookReceipt))
)]
pub(crate) async fn take_webhook(
    State(state): State<AppState>,
    Id(gateway): Id<GatewayName>,
    message: Message,
) -> Result<Answered<WebhookReceipt>, Problem> {
    let receipt = take(&state, &gateway, &message).await;
    let outcome = match &receipt {
        Ok(receipt) => receipt.outcome,
        Err(problem) => outcome(problem),
    };
    // Strangers invent names.
    let known = if state.webhooks.contains_key(&gateway) { gateway.to_string() } else { "unknown".to_owned() };
    metrics::counter!("purser_webhooks_total", "gateway" => known, "outcome" => outcome).increment(1);
    receipt.map(Answered::ok)
}

async fn take(state: &AppState, gateway: &GatewayName, message: &Message) -> Result<WebhookReceipt, Problem> {
    let webhook = verified(state, gateway, message)?;
    message.check_media_type()?;
    let event: GatewayEvent = read_json(&message.body)?;
    // Under names of its own a gateway speaks of payments of other shops.
    let Ok(payment) = event.data.payment.as_str().parse::<PaymentId>() else {
        return Ok(unknown(gateway, &webhook, event.data.payment.as_str()));
    };
    // A gateway whose clock is ahead does not speak of what is to come.
    let report = report(&event.data, event.timestamp.min(state.clock.now()))
        .map_err(|error| Problem::at(Kind::InvalidValue, Fault::pointer("/data", error.to_string())))?;
    let command = Command::ReportPayment {
        payment,
        gateway: gateway.clone(),
        report,
        source: ReportSource::Webhook { event: webhook.clone() },
    };
    let request = Request {
        command,
        // What a gateway says comes in through the engine's own hands.
        principal: Principal::Saga,
        metadata: message.metadata(format!("gateway:{gateway}"), format!("webhook:{webhook}")),
        // Nothing is left to recognise: what it tells anew is taken once whatever id it comes under.
        idempotency: None,
    };
    match state.commands.execute(request).await {
        Ok(Accepted { position, answer: _, replayed: _ }) => {
            Ok(WebhookReceipt { outcome: "taken", position: Some(position) })
        }
        Err(Failure::Refused(Refusal::Payment(PaymentRefusal::Unknown))) => {
            Ok(unknown(gateway, &webhook, &payment.to_string()))
        }
        Err(failure) => {
            tracing::warn!(%gateway, %webhook, %payment, %failure, "a webhook of {gateway} was not taken");
            Err(failure.into())
        }
    }
}

/// A stranger is not told which part of it is wrong, nor whether there is such a gateway. The log is.
fn verified(state: &AppState, gateway: &GatewayName, message: &Message) -> Result<WebhookId, Problem> {
    let refuse = |reason: &dyn std::fmt::Display| {
        tracing::warn!(%gateway, %reason, "a webhook for {gateway} was not believed");
        Problem::new(Kind::WebhookNotVerified, "the message is not known to come from the gateway, or is too old")
    };
    let webhooks = state.webhooks.get(gateway).ok_or_else(|| refuse(&"no such gateway is configured"))?;
    let verified = webhooks.verify(&message.headers, &message.body, state.clock.now());
    let Verified { id, sent_at: _ } = verified.map_err(|error| refuse(&error))?;
    id.parse().map_err(|error: purser_domain::text::InvalidValue| {
        Problem::at(Kind::MalformedHeader, Fault::header("webhook-id", error.to_string()))
    })
}

/// It would be unknown however often it came. A gateway that is shared with another shop tells of that shop's payments.
fn unknown(gateway: &GatewayName, webhook: &WebhookId, payment: &str) -> WebhookReceipt {
    tracing::warn!(%gateway, %webhook, payment, "a webhook of {gateway} is about a payment that is not known");
    WebhookReceipt { outcome: "unknown_payment", position: None }
}

fn outcome(problem: &Problem) -> &'static str {
    if problem.kind() == Kind::WebhookNotVerified {
        "not_verified"
    } else if problem.kind().status().is_server_error() {
        "failed"
    } else {
        "refused"
    }
}
