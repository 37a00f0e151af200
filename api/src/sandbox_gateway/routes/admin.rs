//! What whoever tests asks for.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};

use super::read;
use crate::sandbox_gateway::{Faults, book::Refusal, counts::Stats, shared::Shared};

pub(super) async fn faults(State(shared): State<Arc<Shared>>) -> Json<Faults> {
    Json(shared.faults())
}

/// What is left out has its default.
pub(super) async fn misbehave(
    State(shared): State<Arc<Shared>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Faults>, Refusal> {
    let faults: Faults = read(body)?;
    shared.misbehave(faults);
    Ok(Json(faults))
}

pub(super) async fn stats(State(shared): State<Arc<Shared>>) -> Json<Stats> {
    Json(shared.stats())
}
