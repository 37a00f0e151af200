//! Stories: the engine's promises, each told on a real Postgres and a real NATS.

mod append_only;
mod benefits;
mod database_rights;
mod exchanges;
mod feed;
mod gateway_refunds;
mod idempotency;
mod interleavings;
mod late_payments;
mod ownership;
mod parcels;
mod parked;
mod payments;
mod pipelining;
mod rebuild;
mod rival_writers;
mod saga_effects;
mod saga_steps;
mod saga_timers;
mod saga_upgrade;
mod sagas;
mod sequencing;
mod starting;
mod structure;
mod verify;
mod views;
