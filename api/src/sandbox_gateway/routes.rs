//! The gateway's addresses: for shops below `/v1`, for customers below `/pay`, for whoever tests below `/admin`.

mod admin;
mod customer;
mod page;
mod shop;

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::rejection::BytesRejection,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{book::Refusal, counts::Calls, shared::Shared};
use crate::{gateway::IdempotencyKey, http::extract::read_json};

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/payments", post(shop::create).get(shop::list))
        .route("/v1/payments/{id}", get(shop::find))
        .route("/v1/payments/{id}/capture", post(shop::capture))
        .route("/v1/payments/{id}/void", post(shop::void))
        .route("/v1/payments/{id}/refunds", post(shop::refund).get(shop::refunds))
        .route("/v1/payments/{id}/refunds/{refund}", get(shop::find_refund))
        .route("/pay/{id}", get(customer::page).post(customer::pay))
        .route("/admin/faults", get(admin::faults).put(admin::misbehave))
        .route("/admin/stats", get(admin::stats))
        .fallback(async || Refusal::NotFound("address"))
        .with_state(shared)
}

/// Reads a body and names the field that is wrong.
fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Refusal> {
    let body = body.map_err(|_| Refusal::NoBody)?;
    read_json(&body).map_err(|problem| Refusal::Body(Box::new(problem)))
}

fn key(headers: &HeaderMap) -> Result<IdempotencyKey, Refusal> {
    let mut keys = headers.get_all("idempotency-key").iter();
    match (keys.next(), keys.next()) {
        (Some(key), None) => key.to_str().ok().and_then(|key| key.parse().ok()).ok_or(Refusal::NoKey),
        (Some(_), Some(_)) | (None, _) => Err(Refusal::NoKey),
    }
}

/// One call of a shop's, and what goes wrong with it: before the work, or with the answer after it. `name` is what it has in
/// common with its repeats.
async fn call(
    shared: &Arc<Shared>,
    name: &str,
    work: impl Future<Output = Result<Value, Refusal>>,
) -> Result<Response, Refusal> {
    let faults = shared.faults();
    let this_call = shared.this_call(name);
    if shared.falls(faults.unavailable_percent, "unavailable", &this_call) {
        Calls::count(&shared.calls.unavailable);
        return Err(Refusal::Unavailable);
    }
    let answer = work.await?;
    if shared.falls(faults.timeout_percent, "timeout", &this_call) {
        Calls::count(&shared.calls.lost_answers);
        let silence = tokio::time::sleep(std::time::Duration::from_millis(faults.timeout_hang_ms));
        shared.stop.run_until_cancelled(silence).await;
        return Ok(broken());
    }
    Ok(Json(answer).into_response())
}

/// An answer whose connection closes before its first byte of content.
fn broken() -> Response {
    let gone = std::io::Error::other("the answer is lost on purpose");
    let body = Body::from_stream(futures_util::stream::once(std::future::ready(Err::<Bytes, _>(gone))));
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("1024"));
    response
}
