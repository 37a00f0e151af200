//! Statistics.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Client, ClientError, Period};

/// What happened on a day, in one currency. Sums are in its minor units.
#[derive(Debug, Clone, Deserialize)]
pub struct DayStatistics {
    /// The day in UTC on which the engine recorded it.
    pub day: NaiveDate,
    /// Orders.
    pub orders: OrderFigures,
    /// Money that went back.
    pub refunds: RefundFigures,
    /// Goods that came back.
    pub returns: ReturnFigures,
    /// What was paid less what was refunded of it.
    pub net: i64,
}

/// Orders that came, and what became of orders.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderFigures {
    /// Orders that were placed.
    pub placed: i64,
    /// Orders that were paid.
    pub paid: i64,
    /// Orders that were cancelled.
    pub cancelled: i64,
}

/// Money that went back.
#[derive(Debug, Clone, Deserialize)]
pub struct RefundFigures {
    /// Refunds of orders that had been paid.
    pub count: i64,
    /// What they came to.
    pub amount: i64,
    /// Refunds of money that settled no order.
    pub unapplied_count: i64,
    /// What they came to.
    pub unapplied_amount: i64,
}

/// Goods that came back.
#[derive(Debug, Clone, Deserialize)]
pub struct ReturnFigures {
    /// Returns.
    pub count: i64,
    /// Pieces.
    pub units: i64,
}

impl Client {
    /// What a merchant's days were like.
    pub async fn statistics_by_day(
        &self,
        period: &Period,
        min_position: i64,
    ) -> Result<Vec<DayStatistics>, ClientError> {
        self.all(&["v1", "statistics", "days"], &period.query(), min_position).await
    }
}
