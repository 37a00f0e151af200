//! The HTTP API: `/v1` for orders and all around them, health, metrics and the API's own description.
//!
//! Every request passes one middleware, `edge`, which knows who calls and turns every failure into a problem document;
//! every operation is one file, and `routes` is the list of them all with the roles that may use them.
//!
//! Two conventions hold throughout. A command answers with its log position, and every query takes `min_position` and waits,
//! at most five seconds, until its view has come that far: who writes and then reads sees what they wrote. And a POST may
//! carry an `Idempotency-Key`, under which a repeat has no second effect; what would count twice must.

mod answer;
mod clock;
mod coupons;
mod cursor;
mod docs;
mod edge;
mod exceptions;
pub(crate) mod extract;
mod fulfillments;
mod health;
mod history;
mod merchants;
mod moment;
mod offer;
mod openapi;
mod orders;
mod page;
mod path;
mod payments;
mod points;
pub(crate) mod problem;
mod products;
mod refunds;
mod returns;
mod routes;
mod routing;
mod sagas;
mod sales;
mod schema;
mod server;
mod state;
mod statistics;
mod stock;
mod tokens;
mod views;
mod webhooks;

pub use cursor::CursorKey;
pub use openapi::openapi_json;
pub use server::{ServerSettings, serve};
pub use state::{AppState, Parts};

use axum::Router;

/// Everything under one router. Install the metrics recorder before: the operations' counters are registered here.
pub fn router(state: &AppState) -> Router {
    routes::all(routing::Routes::new(Some(state.clone()), openapi::preamble())).serve(state)
}
