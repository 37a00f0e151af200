//! The views: each a file that says how events change its rows, and how its rows are read.
//!
//! A batch is folded in memory and written in a few statements, whatever it holds: five hundred reservations of one SKU
//! are one row written once, and an order that was placed and paid in one batch is inserted as paid. What the rows are
//! does not depend on where the batches were cut.
//!
//! Statements of a fold name their tables without a schema, see [`crate::view::View`]; queries read `views`. A statement
//! whose plan depends on the size of a table is planned anew each time (`persistent(false)`): a plan that was kept from
//! when the table was empty would read all of it for every batch.

pub mod catalogue;
mod column;
pub mod coupon;
pub mod exception;
pub mod fulfillment;
pub mod goods_return;
pub mod listing;
pub mod merchant_terms;
pub mod order_detail;
pub mod order_search;
mod order_steps;
mod origins;
mod owner;
pub mod payment;
mod placements;
pub mod points;
pub mod refund;
pub mod sales;
pub mod statistics;
pub mod stock_level;
pub mod words;

pub(crate) use column::read as column_word;
pub(crate) use order_steps::status_after;

use std::{fmt, sync::Arc};

use purser_domain::{event::Event, recorded::Recorded, upcast::Upcasters};

use crate::{
    feed::FeedEvent,
    view::{FoldError, View},
};

/// Every view of the engine.
pub fn all() -> Vec<Arc<dyn View>> {
    let upcasters = Upcasters::current();
    vec![
        Arc::new(order_detail::OrderDetails),
        Arc::new(order_search::OrderSearch),
        Arc::new(stock_level::StockLevels),
        Arc::new(fulfillment::Fulfillments),
        Arc::new(sales::Sales::new(upcasters.clone())),
        Arc::new(refund::Refunds::new(upcasters.clone())),
        Arc::new(statistics::StatisticsView::new(upcasters)),
        Arc::new(goods_return::GoodsReturns),
        Arc::new(catalogue::Catalogue),
        Arc::new(merchant_terms::MerchantTerms),
        Arc::new(coupon::Coupons),
        Arc::new(points::PointsAccounts),
        Arc::new(exception::Exceptions),
        Arc::new(payment::Payments),
    ]
}

/// The typed reading of an event. A follower keeps back what has none, so that none is missing here.
fn reading(event: &FeedEvent) -> Result<&Event, FoldError> {
    event.event.as_ref().map_err(|cause| poison(&event.recorded, cause))
}

fn poison(recorded: &Recorded, cause: impl fmt::Display) -> FoldError {
    FoldError::Poison { position: recorded.position, cause: cause.to_string() }
}
