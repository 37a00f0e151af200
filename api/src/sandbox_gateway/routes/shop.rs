//! What shops ask for.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, Query, State, rejection::BytesRejection},
    http::HeaderMap,
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{call, key, read};
use crate::{
    gateway::{CaptureRequest, PaymentRequest, RefundRequest},
    sandbox_gateway::{
        book::{Decision, Refusal},
        shared::Shared,
    },
};

type Sent = Result<Bytes, BytesRejection>;

#[derive(Debug, Deserialize)]
pub(super) struct ListParameters {
    after: Option<String>,
}

/// A request that has nothing to say.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Sent,
) -> Result<Response, Refusal> {
    let key = key(&headers)?;
    let request: PaymentRequest = read(body)?;
    let asked = asked("create", "", &request)?;
    let work = shared.decide(Some((key.clone(), asked)), move |book, world, keyed| {
        Decision::answered(book.open(world, request)?, keyed)
    });
    call(&shared, key.as_str(), work).await
}

pub(super) async fn capture(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Sent,
) -> Result<Response, Refusal> {
    let key = key(&headers)?;
    let request: CaptureRequest = read(body)?;
    let asked = asked("capture", &id, &request)?;
    let work = shared.decide(Some((key.clone(), asked)), move |book, world, keyed| {
        Decision::answered(book.capture(world, &id, request)?, keyed)
    });
    call(&shared, key.as_str(), work).await
}

pub(super) async fn void(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Sent,
) -> Result<Response, Refusal> {
    let key = key(&headers)?;
    let request: Nothing = read(body)?;
    let asked = asked("void", &id, &request)?;
    let work = shared.decide(Some((key.clone(), asked)), move |book, world, keyed| {
        Decision::answered(book.void(world, &id)?, keyed)
    });
    call(&shared, key.as_str(), work).await
}

pub(super) async fn refund(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Sent,
) -> Result<Response, Refusal> {
    let key = key(&headers)?;
    let request: RefundRequest = read(body)?;
    let asked = asked("refund", &id, &request)?;
    let work = shared.decide(Some((key.clone(), asked)), move |book, world, keyed| {
        Decision::answered(book.give_back(world, &id, request)?, keyed)
    });
    call(&shared, key.as_str(), work).await
}

pub(super) async fn find(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let work = shared.read(|book| written(book.payment(&id)?));
    call(&shared, &format!("payment {id}"), work).await
}

pub(super) async fn refunds(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let work = shared.read(|book| written(&book.payment(&id)?.refunds));
    call(&shared, &format!("refunds {id}"), work).await
}

pub(super) async fn find_refund(
    State(shared): State<Arc<Shared>>,
    Path((id, refund)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let work = shared.read(|book| written(book.refund(&id, &refund)?));
    call(&shared, &format!("refund {id} {refund}"), work).await
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(ListParameters { after }): Query<ListParameters>,
) -> Result<Response, Refusal> {
    let work = shared.read(|book| written(&book.page(after.as_deref())?));
    call(&shared, "list", work).await
}

fn written(answer: &impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(answer).map_err(|error| Refusal::Internal(error.to_string()))
}

/// What is asked, in one spelling: blanks in a body make no other request.
fn asked(operation: &str, id: &str, request: &impl Serialize) -> Result<String, Refusal> {
    let request = serde_json::to_string(request).map_err(|error| Refusal::Internal(error.to_string()))?;
    Ok(format!("{operation} {id} {request}"))
}
