//! Orders: quote, place, pay, refund, cancel or decline to, ship, deliver, complete; look at and search.

pub(super) mod approve_cancellation;
mod awaited;
pub(super) mod cancel;
pub(super) mod complete;
pub(super) mod decline_cancellation;
pub(super) mod deliver;
pub(super) mod find;
mod line;
pub(super) mod pay;
pub(super) mod place;
mod pricing;
pub(super) mod quote;
pub(super) mod refund;
pub(super) mod resolve_shortage;
pub(super) mod search;
pub(super) mod ship;
mod standing;

use awaited::AwaitedGoods;
pub(crate) use cancel::NamedUnits;
pub(crate) use line::Line;
pub(crate) use standing::Standing;
