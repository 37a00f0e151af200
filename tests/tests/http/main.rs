//! Stories about HTTP: every route and every type of problem, through the real router on a real Postgres and a real NATS.

mod bodies;
mod cancellation;
mod coverage;
mod cursors;
mod engine;
mod headers;
mod health;
mod history;
mod hostile;
mod idempotency;
mod matrix;
mod orders;
mod outages;
mod ownership;
mod placement;
mod products;
mod refunds;
mod sales;
mod sizes;
mod steps;
mod stock;
mod tokens;
