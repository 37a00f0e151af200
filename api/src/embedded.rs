//! The servers that the engine owns when it is given none: a private Postgres and, where it is installed, a private
//! NATS, both below one data directory.
//!
//! Promises: one engine per data directory; a server never outlives its engine, however the engine ends; a server
//! that dies is started again; nobody but the engine's own user and root can connect to one.

mod account;
mod data_dir;
mod error;
mod guard;
mod leftover;
mod nats;
mod postgres;
mod random;
mod server;
mod server_log;
mod supervisor;

pub use data_dir::{DataDir, InspectedDataDir, default_data_dir};
pub use error::EmbeddedError;
pub use nats::EmbeddedNats;
pub use postgres::{EmbeddedPostgres, PostgresSettings};
