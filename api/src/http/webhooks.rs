//! What gateways tell by themselves.

pub(super) mod take;
