//! Purser's process: configuration, embedded servers, HTTP and the command line.
//!
//! [`engine`] is the wiring; [`servers`] are the Postgres and NATS it works with, its own ([`embedded`]) or given ones;
//! [`http`] is the API; [`gateway`] talks to those who take customers' money, and [`sandbox_gateway`] is one to try it with;
//! [`cli`] is the `purser` program.

pub mod auth;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod demo;
pub mod embedded;
pub mod engine;
pub mod gateway;
pub mod http;
pub mod listen;
pub mod mint;
pub mod ports;
mod read_side;
pub mod reconciliation;
pub mod sandbox_gateway;
pub mod servers;
pub mod telemetry;
