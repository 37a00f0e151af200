//! Laws: what holds for every sequence of commands, not only for those that somebody thought of.

mod aftersale;
mod allocation;
mod clearing;
mod coupon;
mod exchange;
mod exchange_value;
mod fulfillment;
mod interleaving;
mod ledger;
mod money;
mod order;
mod payment;
mod points;
pub(crate) mod pricing;
mod quota;
mod returns;
mod shop;
mod snapshot;
mod stock;
mod text;
mod undelivered;
