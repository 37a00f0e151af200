//! History, for audits: everything that happened to an order or a SKU, and how it stood at any time.

mod as_of;
mod range;
mod row;
mod state;

pub use as_of::{AsOf, At, as_of, payment_as_recorded, refund_as_recorded, refund_since};
pub(crate) use range::{LogRange, read_range};
pub(crate) use row::LogRow;
pub use state::{LocationState, OrderState, ProductState, SkuState, State};

use std::{fmt, str::FromStr};

use cqrs_es::Aggregate;
use purser_domain::{
    Timestamp,
    ids::{OrderId, RefundId},
    order::Order,
    product::Product,
    refund::Refund,
    stock::{Stock, StockId},
    text::{InvalidValue, Sku},
};
use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::PgPool;

/// What a history is about. Reads from text: an order's or a refund's id, `SKU@LOCATION`, or a SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An order.
    Order(OrderId),
    /// A refund.
    Refund(RefundId),
    /// A SKU at one location.
    Stock(StockId),
    /// A SKU: its product, and its stock at every location.
    Sku(Sku),
}

impl FromStr for Subject {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if let Ok(order) = text.parse() {
            return Ok(Self::Order(order));
        }
        if let Ok(refund) = text.parse() {
            return Ok(Self::Refund(refund));
        }
        if text.contains('@') { text.parse().map(Self::Stock) } else { text.parse().map(Self::Sku) }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(order) => order.fmt(formatter),
            Self::Refund(refund) => refund.fmt(formatter),
            Self::Stock(stock) => stock.fmt(formatter),
            Self::Sku(sku) => sku.fmt(formatter),
        }
    }
}

/// One thing that happened, by whom and why.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryEntry {
    /// Its place in the log.
    pub position: i64,
    /// When the log took it.
    pub recorded_at: Timestamp,
    /// Its stream's kind.
    pub aggregate_type: String,
    /// Its stream's id.
    pub aggregate_id: String,
    /// Its place in its stream.
    pub sequence: i64,
    /// Its name.
    pub event_type: String,
    /// The version of its form.
    pub event_version: String,
    /// What happened, as it was stored.
    pub payload: Box<RawValue>,
    /// Who did it.
    pub actor: String,
    /// The conversation that it belongs to.
    pub correlation_id: String,
    /// What led to it.
    pub causation_id: String,
}

/// Why a history could not be told.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// An event cannot be read.
    #[error("the event at position {position} cannot be read: {reason}")]
    Unreadable {
        /// Which.
        position: i64,
        /// Why.
        reason: String,
    },
    /// The database refused or could not be reached.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
}

/// What happened to a subject after a position, in the order of the log, at most `limit` events. Empty where there is no
/// such subject.
///
/// A page costs the same wherever in a long history it begins.
pub async fn history(
    pool: &PgPool,
    subject: &Subject,
    after: i64,
    limit: i64,
) -> Result<Vec<HistoryEntry>, HistoryError> {
    let (types, ids): (Vec<_>, Vec<_>) =
        streams(pool, subject).await?.into_iter().map(|stream| (stream.aggregate_type, stream.aggregate_id)).unzip();
    let rows: Vec<LogRow> = sqlx::query_as(include_str!("history/history.sql"))
        .bind(types)
        .bind(ids)
        .bind(after)
        .bind(limit)
        .persistent(false)
        .fetch_all(pool)
        .await?;
    rows.into_iter().map(HistoryEntry::try_from).collect()
}

/// A stream of the log.
#[derive(Debug)]
struct Stream {
    aggregate_type: &'static str,
    aggregate_id: String,
}

impl Stream {
    fn of<A: Aggregate>(id: impl Into<String>) -> Self {
        Self { aggregate_type: A::TYPE, aggregate_id: id.into() }
    }
}

async fn streams(pool: &PgPool, subject: &Subject) -> Result<Vec<Stream>, sqlx::Error> {
    Ok(match subject {
        Subject::Order(id) => vec![Stream::of::<Order>(*id)],
        Subject::Refund(id) => vec![Stream::of::<Refund>(*id)],
        Subject::Stock(id) => vec![Stream::of::<Stock>(id.clone())],
        Subject::Sku(sku) => {
            let mut streams = vec![Stream::of::<Product>(sku.as_str())];
            streams.extend(stocks(pool, sku).await?.into_iter().map(Stream::of::<Stock>));
            streams
        }
    })
}

/// The ids of all stocks of a SKU, found by jumping from one to the next along the primary key, however many events
/// each has. In the order of bytes, `A` comes directly after `@`.
async fn stocks(pool: &PgPool, sku: &Sku) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(include_str!("history/stocks.sql"))
        .bind(format!("{sku}@"))
        .bind(format!("{sku}A"))
        .persistent(false)
        .fetch_all(pool)
        .await
}

impl TryFrom<LogRow> for HistoryEntry {
    type Error = HistoryError;

    fn try_from(LogRow(recorded): LogRow) -> Result<Self, HistoryError> {
        let metadata = recorded.read_metadata().map_err(|error| HistoryError::Unreadable {
            position: recorded.position,
            reason: format!("metadata: {error}"),
        })?;
        Ok(Self {
            position: recorded.position,
            recorded_at: recorded.recorded_at,
            aggregate_type: recorded.aggregate_type.into_owned(),
            aggregate_id: recorded.aggregate_id,
            sequence: recorded.sequence,
            event_type: recorded.event_type.into_owned(),
            event_version: recorded.event_version.into_owned(),
            payload: recorded.payload,
            actor: metadata.actor,
            correlation_id: metadata.correlation_id,
            causation_id: metadata.causation_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_reads_from_whatever_names_it() {
        let order = "ord_0193abcd0193abcd0193abcd0193abcd";
        assert_eq!(order.parse::<Subject>().unwrap(), Subject::Order(order.parse().unwrap()));
        assert_eq!("85123A@main".parse::<Subject>().unwrap(), Subject::Stock("85123A@main".parse().unwrap()));
        assert_eq!("BANK CHARGES".parse::<Subject>().unwrap(), Subject::Sku("BANK CHARGES".parse().unwrap()));
        assert!("".parse::<Subject>().is_err());
    }
}
