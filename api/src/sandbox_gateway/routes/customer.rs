//! What the customer sees and does.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    response::Html,
};
use serde_json::Value;

use super::{page, read};
use crate::sandbox_gateway::{
    book::{CustomerDoes, Decision, Refusal},
    shared::Shared,
};

/// The page with the button.
pub(super) async fn page(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    shared.read(|book| Ok(Html(page::render(book.payment(&id)?, book.merchant(&id)?)))).await
}

/// The button, in JSON: `{"outcome": "succeed"}`. No fault stands between a customer and the gateway.
pub(super) async fn pay(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refusal> {
    let does: CustomerDoes = read(body)?;
    let paid =
        shared.decide(None, move |book, world, keyed| Decision::answered(book.pay(world, &id, does)?, keyed)).await;
    paid.map(Json)
}
