use std::{collections::BTreeMap, fmt};

use purser_domain::{Timestamp, order::OrderStatus};

use super::plan::{Ending, PlannedOrder};

/// What the demo made, and where to look at it. Its text is for a terminal.
#[derive(Debug)]
pub struct Summary {
    url: String,
    opened_at: Timestamp,
    pub(super) products: usize,
    orders: BTreeMap<&'static str, usize>,
    refunds_due: usize,
    refunds_done: usize,
}

impl Summary {
    pub(super) fn new(url: &str, opened_at: Timestamp) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self { url, opened_at, products: 0, orders: BTreeMap::new(), refunds_due: 0, refunds_done: 0 }
    }

    /// A shop that was opened too long ago to be filled again without doubling it.
    pub(super) fn of_an_old_shop(url: &str, opened_at: Timestamp) -> Self {
        Self::new(url, opened_at)
    }

    pub(super) fn note(&mut self, order: &PlannedOrder, status: OrderStatus) {
        *self.orders.entry(status.as_str()).or_default() += 1;
        match order.ending {
            Ending::CancelledPaid { refunded: true } => self.refunds_done += 1,
            Ending::CancelledPaid { refunded: false } => self.refunds_due += 1,
            Ending::Fulfilled | Ending::Unpaid | Ending::CancelledUnpaid => {}
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, opened_at, products, orders, refunds_due, refunds_done } = self;
        if orders.is_empty() {
            writeln!(f, "The demo shop was opened on {} and is left as it is.", opened_at.format("%Y-%m-%d"))?;
        } else {
            writeln!(f, "The demo shop is open: {products} products of 2 merchants, stock at 2 locations.")?;
            let total: usize = orders.values().sum();
            let each: Vec<String> = orders.iter().map(|(status, count)| format!("{count} {status}")).collect();
            writeln!(
                f,
                "{total} orders of the two weeks before {}: {}.",
                opened_at.format("%F %R UTC"),
                each.join(", ")
            )?;
            writeln!(
                f,
                "Refunds: {refunds_due} due, {refunds_done} done. Unpaid orders expire with their payment window."
            )?;
        }
        writeln!(f)?;
        writeln!(f, "Look at it, with the tokens of credentials.toml in the engine's data directory:")?;
        for (path, what) in [
            ("/docs", "every operation, to try out"),
            ("/v1/orders?limit=10", "the latest orders (back_office; customer and merchant see their own)"),
            ("/v1/orders?text=teapot", "orders with a teapot"),
            ("/v1/sales/days", "sales by day (back_office)"),
            ("/v1/stock?limit=10", "stock (back_office)"),
            ("/v1/refunds?status=due", "refunds to work off (back_office)"),
        ] {
            writeln!(f, "  {:<72} {what}", format!("{url}{path}"))?;
        }
        Ok(())
    }
}
