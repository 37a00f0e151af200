//! Purser's decisions, and nothing but decisions.
//!
//! Every rule worth arguing about is a pure function in this crate: `decide` takes a state and a command and returns
//! events or a refusal, `evolve` takes a state and an event and returns the next state. There is no input or output, no
//! clock and no random number here: times and new ids arrive inside the commands.
//!
//! The aggregates are [`order::Order`], [`stock::Stock`], [`product::Product`], [`payment::Payment`], [`refund::Refund`],
//! [`fulfillment::Fulfillment`], [`returns::Return`] and [`merchant::Merchant`], and what an order claims besides its stock:
//! [`coupon::Coupon`], [`points::PointsAccount`] and [`quota::PurchaseQuota`]. [`used_reference::UsedReference`] keeps one payment
//! from paying two orders. What spans several of them is pure as well:
//! [`checkout`] freezes prices into an order, [`pricing`] says what they come to with discounts, shipping, tax and points,
//! [`allocation`] finds the stock, and [`saga`] says what must follow from an event.
//!
//! The stored form of the events is the contract of the whole engine; [`recorded`] holds an event as the log holds it,
//! [`event`] is its typed reading and [`upcast`] carries old versions forward.

pub mod address;
pub mod allocation;
pub mod chain;
pub mod checkout;
pub mod clearing;
pub mod clock;
pub mod contact;
pub mod coupon;
pub mod event;
pub mod exception;
pub mod fulfillment;
pub mod ids;
pub mod merchant;
pub mod metadata;
pub mod money;
pub mod order;
pub mod payment;
pub mod points;
pub mod pricing;
pub mod principal;
pub mod product;
pub mod quantity;
pub mod quota;
pub mod recorded;
pub mod refund;
pub mod region;
pub mod returns;
pub mod saga;
pub mod split;
pub mod stock;
pub mod text;
pub mod time_zone;
pub mod upcast;
pub mod used_reference;

/// A moment in UTC. The engine's clock yields whole microseconds, the resolution that Postgres stores.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod samples;
