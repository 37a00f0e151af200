//! What everybody says when the storm is over: the buyers, the engine's views, and the gateway's own books.

use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt, stream};
use purser::{
    client::{Client, Coupon, DaySales, DayStatistics, OrderDetail, Period, Reconciliation, SkuSales, StockCount},
    clock::SystemClock,
    gateway::GatewayPayment,
};
use purser_domain::clock::Clock;

use super::{StormError, calm::Open, crowd::Visits, shop::Shop};
use crate::sandbox::{Sandbox, Stats};

/// Orders that are read at a time.
const ORDERS_AT_ONCE: usize = 16;

/// What was said before.
#[derive(Debug)]
pub(super) struct Testimony {
    /// What the buyers were told.
    pub(super) visits: Visits,
    /// What is still open.
    pub(super) open: Open,
    /// What the engine found when it looked for what is stuck.
    pub(super) reconciled: Reconciliation,
    /// What the last line of `purser verify` says.
    pub(super) verified: String,
}

/// All that the checks rest on.
#[derive(Debug)]
pub(super) struct Evidence {
    pub(super) said: Testimony,
    /// Every order of the shop, with its lines and the money that came for it.
    pub(super) orders: Vec<OrderDetail>,
    pub(super) stock: Vec<StockCount>,
    pub(super) coupon: Coupon,
    /// Payments of which the gateway said what cannot be true.
    pub(super) to_review: usize,
    pub(super) days: Vec<DaySales>,
    pub(super) skus: Vec<SkuSales>,
    /// What the engine recorded, day by day.
    pub(super) statistics: Vec<DayStatistics>,
    /// The gateway's own list.
    pub(super) gateway: Vec<GatewayPayment>,
    pub(super) stats: Stats,
}

impl Evidence {
    /// Asks everybody, as of the end of the log.
    pub(super) async fn gather(
        client: &Client,
        sandbox: &Sandbox,
        shop: &Shop,
        said: Testimony,
    ) -> Result<Self, StormError> {
        let unread = |what: &str| StormError::engine(format!("{what} cannot be read"));
        let head = said.open.head;
        let listed = client.orders(&shop.merchant, &[], head).await.map_err(unread("the orders"))?;
        let orders = stream::iter(listed).map(|order| client.order(order.id, head)).buffer_unordered(ORDERS_AT_ONCE);
        let orders = orders.try_collect().await.map_err(unread("an order"))?;
        let today = SystemClock.now().date_naive();
        let period = Period {
            merchant: shop.merchant.clone(),
            currency: shop.currency,
            from: today - TimeDelta::days(1),
            to: today,
        };
        Ok(Self {
            said,
            orders,
            stock: client.stock(head).await.map_err(unread("the stock"))?,
            coupon: client.coupon(&shop.coupon, head).await.map_err(unread("the coupon"))?,
            to_review: client.payments_to_review(head).await.map_err(unread("the payments"))?.len(),
            days: client.sales_by_day(&period, head).await.map_err(unread("the sales"))?,
            skus: client.sales_by_sku(&period, head).await.map_err(unread("the sales"))?,
            statistics: client.statistics_by_day(&period, head).await.map_err(unread("the statistics"))?,
            gateway: sandbox.payments().await?,
            stats: sandbox.stats().await?,
        })
    }
}
