//! Payments through gateways: begin one for an order, look at it, capture or call off what is authorised, settle what the
//! gateway said that cannot be true.

pub(super) mod capture;
pub(super) mod find;
pub(super) mod initiate;
pub(super) mod list;
mod mismatch;
mod payment;
pub(super) mod resolve_mismatch;
mod standing;
pub(super) mod void;
