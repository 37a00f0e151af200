//! Every event, filled to the brim, and again with all that can be absent absent.
//!
//! The golden files hold exactly these values: a value is never changed here, only added.

mod aftersale;
mod goods;
mod money;
mod offers;
mod orders;

pub(crate) use aftersale::{fulfillment_events, return_events};
pub(crate) use goods::{product_events, stock_events};
pub(crate) use money::{payment_events, refund_events};
pub(crate) use offers::{coupon_events, merchant_events, points_events, quota_events, reference_events};
pub(crate) use orders::{order_events, priced_placement, waiting_placement};

use crate::{
    address::Address,
    samples::{at, bare_address, text},
};

/// A return of the sample order.
const RETURN: &str = "ret_00000000000000000000000000000004";

fn full_address() -> Address {
    Address {
        lines: vec![text("12 St James's Square"), text("Flat \"B\"")],
        city: Some(text("London")),
        region: Some(text("Greater London")),
        postal_code: Some(text("SW1Y 4JH")),
        ..bare_address()
    }
}

/// A moment that uses all the digits that the log keeps.
fn precise() -> crate::Timestamp {
    at(5) + chrono::TimeDelta::microseconds(1)
}
