//! What the stories stand on: a private cluster, a database for each test, an engine on it, a clock moved by hand.

pub mod api;
pub mod clock;
pub mod cluster;
pub mod engine;
pub mod faults;
pub mod foreign;
pub mod postbox;
pub mod process;
pub mod sagas_alone;
pub mod sandbox;
pub mod shop;
pub mod telling;
pub mod till;
pub mod wait;
pub mod wire;
pub mod write_side;

pub use api::{Answered, Api};
pub use clock::{HandClock, JumpingClocks};
pub use cluster::TestDatabase;
pub use engine::TestEngine;
pub use faults::{Fault, Faulty};
pub use postbox::{Letter, Postbox};
pub use sagas_alone::SagasAlone;
pub use sandbox::Sandbox;
pub use till::Till;
pub use write_side::{Wish, WriteSide};

/// A number that this test program has not used yet.
pub fn fresh_number() -> u64 {
    static LAST: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    LAST.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}
