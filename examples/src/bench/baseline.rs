//! The baseline: cqrs-es and postgres-es as their documentation shows.
//!
//! One framework for each kind of aggregate, made by `postgres_cqrs` on the documented tables and a pool of the documented
//! size. An order is a command to the order's aggregate and one to each stock that it needs, each with its own commit;
//! a command that loses the race for a stream is given again. The aggregates are this engine's own, so that both sides
//! decide the same and write the same events.

use std::sync::Arc;

use chrono::TimeDelta;
use cqrs_es::{Aggregate, AggregateError};
use futures_util::{StreamExt, TryStreamExt, stream};
use postgres_es::{PostgresCqrs, postgres_cqrs};
use purser::{clock::SystemClock, embedded::EmbeddedPostgres, mint::Mint};
use purser_domain::{
    clock::Clock,
    money::Money,
    order::{Allocation, Order, OrderCommand, PlaceOrder},
    stock::{Stock, StockCommand, StockId},
    text::{Location, Sku},
    time_zone::TimeZone,
};
use sqlx::{PgPool, postgres::PgPoolOptions};

use super::{
    BenchError,
    load::Caller,
    workload::{self, Dice, Spread},
};

/// What `postgres_es::default_postgress_pool` makes.
const CONNECTIONS: u32 = 10;

/// The baseline on a database of its own.
pub struct Baseline {
    orders: PostgresCqrs<Order>,
    stocks: PostgresCqrs<Stock>,
    mint: Mint,
    pool: PgPool,
}

/// A caller of the baseline.
pub struct BaselineCaller {
    baseline: Arc<Baseline>,
    spread: Spread,
    /// Each round has its own SKUs: the streams of the baseline are read whole for every command, and rounds are to be alike.
    round: usize,
    dice: Dice,
}

impl Baseline {
    /// Makes the database and its tables in a cluster.
    pub async fn start(postgres: &EmbeddedPostgres) -> Result<Arc<Self>, BenchError> {
        let owner = PgPoolOptions::new().max_connections(1).connect_with(postgres.connect_options("postgres")).await?;
        sqlx::query("create database baseline").execute(&owner).await?;
        owner.close().await;
        let options = PgPoolOptions::new().max_connections(CONNECTIONS);
        let pool = options.connect_with(postgres.connect_options("baseline")).await?;
        sqlx::query(include_str!("baseline.sql")).execute(&pool).await?;
        Ok(Arc::new(Self {
            orders: postgres_cqrs(pool.clone(), vec![], ()),
            stocks: postgres_cqrs(pool.clone(), vec![], ()),
            mint: Mint::new(Arc::new(SystemClock)),
            pool,
        }))
    }

    /// Stocks the SKUs of a round.
    pub async fn prepare(&self, round: usize, spread: Spread) -> Result<(), BenchError> {
        let skus = match spread {
            Spread::ThousandSkus => workload::SKUS,
            Spread::HotSku => 1,
        };
        let prepared = stream::iter(0..skus).map(|number| async move {
            let command =
                StockCommand::Adjust { change: workload::STOCK, reason: "opening".parse()?, at: SystemClock.now() };
            let stock = stock(number, round, spread)?.to_string();
            self.stocks.execute(&stock, command).await.map_err(|error| BenchError::Baseline(error.to_string()))
        });
        prepared.buffer_unordered(workload::PREPARED_AT_ONCE).try_collect().await
    }

    /// Callers for a round.
    pub fn callers(self: &Arc<Self>, count: usize, round: usize, spread: Spread) -> Vec<BaselineCaller> {
        let caller = |number| BaselineCaller {
            baseline: Arc::clone(self),
            spread,
            round,
            dice: Dice::of_caller(number + round * count),
        };
        (0..count).map(caller).collect()
    }

    /// Ends its connections.
    pub async fn stop(&self) {
        self.pool.close().await;
    }
}

impl Caller for BaselineCaller {
    async fn place(&mut self) -> Result<(), BenchError> {
        let numbers = self.spread.pick(&mut self.dice);
        let order = self.baseline.mint.order_id();
        let now = SystemClock.now();
        let lines = numbers.map(workload::frozen_line).into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut needed: Vec<Allocation> = Vec::with_capacity(2);
        for number in numbers {
            let stock = stock(number, self.round, self.spread)?;
            match needed.iter_mut().find(|allocation| allocation.stock == stock) {
                // The lines of one SKU are summed, so that a hot SKU costs the baseline one reservation, not two.
                Some(allocation) => allocation.quantity = 2.try_into()?,
                None => needed.push(Allocation { stock, quantity: 1.try_into()? }),
            }
        }
        let place = PlaceOrder {
            order,
            customer: None,
            merchant: "bench".parse()?,
            reference: None,
            lines,
            total: Money { amount: (2 * workload::PRICE).try_into()?, currency: workload::currency()? },
            pricing: None,
            limited: vec![],
            buyer: None,
            ship_to: workload::address()?,
            allocations: needed.clone(),
            waiting: vec![],
            placed_at: now,
            pay_by: now + TimeDelta::minutes(30),
            time_zone: TimeZone::default(),
        };
        insist(&self.baseline.orders, &order.to_string(), || OrderCommand::Place(place.clone())).await?;
        for Allocation { stock, quantity } in needed {
            insist(&self.baseline.stocks, &stock.to_string(), || StockCommand::Reserve { order, quantity }).await?;
        }
        Ok(())
    }
}

/// Gives a command until it wins the race for its stream.
async fn insist<A>(cqrs: &PostgresCqrs<A>, id: &str, command: impl Fn() -> A::Command) -> Result<(), BenchError>
where
    A: Aggregate + 'static,
{
    loop {
        match cqrs.execute(id, command()).await {
            Ok(()) => return Ok(()),
            Err(AggregateError::AggregateConflict) => {}
            Err(error) => return Err(BenchError::Baseline(error.to_string())),
        }
    }
}

fn stock(number: usize, round: usize, spread: Spread) -> Result<StockId, BenchError> {
    let sku: Sku = match spread {
        Spread::ThousandSkus => workload::sku(number)?,
        Spread::HotSku => "HOT".parse()?,
    };
    let location: Location = format!("round-{round}").parse()?;
    Ok(StockId { sku, location })
}
