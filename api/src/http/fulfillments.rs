//! Fulfillments: the parcels of the orders, from their opening to their delivery.

pub(super) mod cancel;
pub(super) mod deliver;
pub(super) mod fail_delivery;
pub(super) mod find;
mod fulfillment;
mod given_up;
pub(super) mod hold;
pub(super) mod list;
pub(super) mod release_hold;
pub(super) mod report_lost;
pub(super) mod return_to_stock;
pub(super) mod ship;
mod standing;
pub(super) mod start;

use standing::Standing;
