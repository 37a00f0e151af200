//! Stories: the engine's promises, each told on a real Postgres and a real NATS.

mod append_only;
mod idempotency;
mod interleavings;
mod rival_writers;
mod sequencing;
