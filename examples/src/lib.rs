//! What the example programs are made of: the import of a real shop's orders, and the benchmark.

pub mod online_retail;
