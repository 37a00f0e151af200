//! What the example programs are made of: the import of a real shop's orders, the storm, the benchmark, and the way to the
//! NATS that an engine owns.

pub mod bench;
mod child;
pub mod nats;
pub mod online_retail;
pub mod sandbox;
pub mod storm;
