//! Purser's write side: one sequencer decides commands in order and appends their events to one log.
//!
//! [`Commands`] is the door: it takes a [`Request`] and answers when the outcome is committed in Postgres. Behind it, the
//! sequencer gathers what is waiting, decides it against cached aggregates and appends all of it in one statement; [`log`]
//! is that statement, the head and the hash chain. [`lease`] says which node tries to write, and commands that reach
//! another node are forwarded to it.

mod aggregates;
mod commands;
pub mod database;
mod failure;
mod forward;
pub mod idempotency;
pub mod lease;
pub mod log;
mod request;
mod sequencer;

pub use commands::{Commands, Settings};
pub use failure::{Failure, Refusal};
pub use lease::FirstLease;
pub use request::{
    Accepted, Answer, Command, FulfillmentChange, IdempotencyKey, MerchantChange, PlaceOrder, Quote, Request,
    RequestReturn, ShortageResolution, Told,
};
pub use sequencer::Role;
