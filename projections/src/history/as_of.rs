use std::collections::HashMap;

use cqrs_es::{Aggregate, EventEnvelope, View};
use purser_domain::{
    Timestamp,
    ids::{PaymentId, RefundId},
    order::Order,
    payment::Payment,
    product::Product,
    recorded::Recorded,
    refund::Refund,
    stock::{Stock, StockId},
    upcast::Upcasters,
};
use serde::Serialize;
use sqlx::PgPool;

use crate::history::{
    HistoryError, LogRow, SkuState, State, Stream, Subject,
    state::{OrderReplay, PaymentReplay, ProductReplay, RefundReplay, StockReplay},
    stocks,
};

/// How many events are in memory at once.
const PAGE: i64 = 2_000;

/// A point in the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// After the event at this position.
    Position(i64),
    /// After everything that the log had taken by this time, inclusive.
    Time(Timestamp),
}

/// A state, and up to where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AsOf {
    /// The position of the last event that it holds.
    pub position: i64,
    /// When the log took that event.
    pub recorded_at: Timestamp,
    /// The state.
    pub state: State,
}

/// How a subject stood, or none where nothing had happened to it yet. Folds the subject's events from the first one: a
/// million of them take seconds.
pub async fn as_of(
    pool: &PgPool,
    upcasters: &Upcasters,
    subject: &Subject,
    at: At,
) -> Result<Option<AsOf>, HistoryError> {
    let mut replay = Replay { pool, upcasters, at, last: None };
    let state = match subject {
        Subject::Order(id) => {
            replay.fold::<Order, OrderReplay>(*id).await?.state().map(|order| State::Order(Box::new(order)))
        }
        Subject::Refund(id) => Some(State::Refund(replay.fold::<Refund, RefundReplay>(*id).await?.0)),
        Subject::Stock(id) => {
            let stock = replay.fold::<Stock, StockReplay>(id.clone()).await?.state(id.location.clone());
            Some(State::Sku(SkuState { sku: id.sku.clone(), product: None, stock: vec![stock] }))
        }
        Subject::Sku(sku) => {
            let product = replay.fold::<Product, ProductReplay>(sku.as_str()).await?.state();
            let mut stock = vec![];
            for id in stocks(pool, sku).await? {
                // Whatever else is between the first and the last possible id is no stock of this SKU.
                let Ok(StockId { location, .. }) = id.parse() else { continue };
                let before = replay.last.take();
                let counts = replay.fold::<Stock, StockReplay>(id).await?;
                if replay.last.is_some() {
                    stock.push(counts.state(location));
                }
                replay.last = before.max(replay.last);
            }
            Some(State::Sku(SkuState { sku: sku.clone(), product, stock }))
        }
    };
    Ok(replay.last.zip(state).map(|((position, recorded_at), state)| AsOf { position, recorded_at, state }))
}

/// How a payment stands by all that the log has of it; as if it had never been, where that is nothing.
pub async fn payment_as_recorded(pool: &PgPool, upcasters: &Upcasters, id: PaymentId) -> Result<Payment, HistoryError> {
    let mut replay = Replay { pool, upcasters, at: At::Position(i64::MAX), last: None };
    Ok(replay.fold::<Payment, PaymentReplay>(id).await?.0)
}

/// How a refund stands by all that the log has of it; as if it had never been, where that is nothing.
pub async fn refund_as_recorded(pool: &PgPool, upcasters: &Upcasters, id: RefundId) -> Result<Refund, HistoryError> {
    Ok(refund_since(pool, upcasters, id).await?.0)
}

/// The same, and when the log took the last of it.
pub async fn refund_since(
    pool: &PgPool,
    upcasters: &Upcasters,
    id: RefundId,
) -> Result<(Refund, Option<Timestamp>), HistoryError> {
    let mut replay = Replay { pool, upcasters, at: At::Position(i64::MAX), last: None };
    let refund = replay.fold::<Refund, RefundReplay>(id).await?.0;
    Ok((refund, replay.last.map(|(_, at)| at)))
}

struct Replay<'a> {
    pool: &'a PgPool,
    upcasters: &'a Upcasters,
    at: At,
    /// Position and time of the last event that was folded.
    last: Option<(i64, Timestamp)>,
}

impl Replay<'_> {
    async fn fold<A: Aggregate, V: View<A>>(&mut self, id: impl Into<String>) -> Result<V, HistoryError> {
        let stream = Stream::of::<A>(id);
        let mut view = V::default();
        let mut sequence = 0;
        loop {
            let page = page(self.pool, &stream, sequence).await?;
            let Some(last) = page.last() else { return Ok(view) };
            sequence = last.0.sequence;
            for LogRow(recorded) in page {
                if !self.at.includes(&recorded) {
                    return Ok(view);
                }
                self.last = Some((recorded.position, recorded.recorded_at));
                view.update(&self.read(recorded)?);
            }
        }
    }

    fn read<A: Aggregate>(&self, recorded: Recorded) -> Result<EventEnvelope<A>, HistoryError> {
        let payload = self
            .upcasters
            .read(&recorded)
            .map_err(|error| HistoryError::Unreadable { position: recorded.position, reason: error.to_string() })?;
        Ok(EventEnvelope {
            aggregate_id: recorded.aggregate_id,
            sequence: usize::try_from(recorded.sequence).unwrap_or_default(),
            payload,
            metadata: HashMap::new(),
        })
    }
}

impl At {
    fn includes(self, event: &Recorded) -> bool {
        match self {
            Self::Position(position) => event.position <= position,
            Self::Time(time) => event.recorded_at <= time,
        }
    }
}

async fn page(pool: &PgPool, stream: &Stream, after: i64) -> Result<Vec<LogRow>, sqlx::Error> {
    sqlx::query_as(
        "select * from events where aggregate_type = $1 and aggregate_id = $2 and sequence > $3
         order by sequence limit $4",
    )
    .bind(stream.aggregate_type)
    .bind(&stream.aggregate_id)
    .bind(after)
    .bind(PAGE)
    .persistent(false)
    .fetch_all(pool)
    .await
}
