//! The port to payment gateways against the sandbox gateway: in this process, and as one of its own that is killed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step of a test is a failed test")]

mod bad_input;
mod callbacks;
mod faults;
mod guarded;
mod payments;
mod process;
mod receiver;
mod sandbox;
mod strange_gateways;
mod wait;
