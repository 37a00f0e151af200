//! This engine's write side, called in the same process: what the sequencer and the log can do, without HTTP, NATS and
//! views. It keeps what it promises: idempotency keys, the hash chain, one commit with fsync for every answer.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::{StreamExt, TryStreamExt, stream};
use purser::{clock::SystemClock, embedded::EmbeddedPostgres, mint::Mint};
use purser_commands::{
    Command, Commands, FirstLease, IdempotencyKey, MerchantChange, PlaceOrder, Request, Role, Settings,
    database::{self, OwnerAsEngine},
};
use purser_domain::{
    address::Address,
    checkout::LineRequest,
    clock::Clock,
    metadata::Metadata,
    principal::Principal,
    stock::StockId,
    text::{CouponCode, Sku},
};
use sqlx::PgPool;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use super::{
    BenchError,
    load::Caller,
    workload::{self, Dice, Spread, Terms},
};

const DATABASE: &str = "purser";
const CONNECTIONS: u32 = 10;

/// The write side on a cluster.
pub struct InProcess {
    commands: Commands,
    mint: Mint,
    skus: Vec<Sku>,
    skus_with_terms: Vec<Sku>,
    coupon: CouponCode,
    address: Address,
    pool: PgPool,
    tracker: TaskTracker,
    stop: CancellationToken,
}

/// A caller of the write side.
pub struct InProcessCaller {
    engine: Arc<InProcess>,
    spread: Spread,
    terms: Terms,
    dice: Dice,
    name: String,
    orders: u64,
}

impl InProcess {
    /// Starts the write side in the cluster's database, with everything in stock.
    pub async fn start(postgres: &EmbeddedPostgres) -> Result<Arc<Self>, BenchError> {
        database::migrate(postgres.connect_options(DATABASE), OwnerAsEngine::Refused).await?;
        let pool = database::pool(postgres.connect_options(DATABASE), CONNECTIONS);
        let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let settings = Settings {
            node: Uuid::from_u128(1),
            first_lease: FirstLease::Seize,
            queue_capacity: NonZeroUsize::MIN.saturating_add(4_095),
            cached_aggregates: NonZeroUsize::MIN.saturating_add(99_999),
            request_timeout: Duration::from_secs(10),
            payment_window: TimeDelta::minutes(30),
        };
        let commands =
            Commands::start(pool.clone(), None, Arc::clone(&clock), settings, &tracker, stop.clone()).await?;
        // The sender lives as long as the commands do.
        let _ = commands.role().wait_for(|role| matches!(role, Role::Writer { .. })).await;
        let engine = Self {
            commands,
            mint: Mint::new(clock),
            skus: (0..workload::SKUS).map(workload::sku).collect::<Result<_, _>>()?,
            skus_with_terms: (0..workload::SKUS).map(workload::sku_with_terms).collect::<Result<_, _>>()?,
            coupon: workload::COUPON.parse()?,
            address: workload::address()?,
            pool,
            tracker,
            stop,
        };
        engine.prepare(&engine.skus, workload::PLAIN_MERCHANT).await?;
        engine.prepare(&engine.skus_with_terms, workload::MERCHANT_WITH_TERMS).await?;
        engine.prepare_terms().await?;
        Ok(Arc::new(engine))
    }

    async fn prepare(&self, skus: &[Sku], merchant: &str) -> Result<(), BenchError> {
        let prepared = stream::iter(skus).map(|sku| async move {
            let list = Command::ListProduct { sku: sku.clone(), listing: workload::listing(merchant)? };
            self.commands.execute(self.request(list, None)).await?;
            let stock = StockId { sku: sku.clone(), location: "main".parse()? };
            let fill = Command::AdjustStock {
                stock,
                change: workload::STOCK,
                reason: "opening".parse()?,
                at: None,
                orders: vec![],
            };
            self.commands.execute(self.request(fill, None)).await?;
            Ok(())
        });
        prepared.buffer_unordered(workload::PREPARED_AT_ONCE).try_collect().await
    }

    async fn prepare_terms(&self) -> Result<(), BenchError> {
        let change = MerchantChange::DefinePromotion(workload::promotion().map_err(BenchError::Terms)?);
        let merchant = workload::MERCHANT_WITH_TERMS.parse()?;
        self.commands.execute(self.request(Command::ChangeMerchant { merchant, change }, None)).await?;
        let issue =
            Command::IssueCoupon { coupon: self.coupon.clone(), terms: workload::coupon().map_err(BenchError::Terms)? };
        self.commands.execute(self.request(issue, None)).await?;
        Ok(())
    }

    fn request(&self, command: Command, idempotency: Option<IdempotencyKey>) -> Request {
        let request = self.mint.request_id().to_string();
        Request {
            command,
            principal: Principal::BackOffice,
            metadata: Metadata {
                actor: "back_office:bench".to_owned(),
                causation_id: format!("request:{request}"),
                correlation_id: request,
            },
            idempotency,
        }
    }

    /// Callers for a round; no two callers of any round share an idempotency key.
    pub fn callers(self: &Arc<Self>, count: usize, round: usize, spread: Spread, terms: Terms) -> Vec<InProcessCaller> {
        let caller = |number| InProcessCaller {
            engine: Arc::clone(self),
            spread,
            terms,
            dice: Dice::of_caller(number + round * count),
            name: format!("{count}-{}{}-{round}-{number}", spread.label(), terms.label()),
            orders: 0,
        };
        (0..count).map(caller).collect()
    }

    /// Answers what is waiting and ends.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
        self.pool.close().await;
    }
}

impl Caller for InProcessCaller {
    async fn place(&mut self) -> Result<(), BenchError> {
        self.orders += 1;
        let engine = &self.engine;
        let [first, second] = self.spread.pick(&mut self.dice);
        let (skus, coupons) = match self.terms {
            Terms::Plain => (&engine.skus, vec![]),
            Terms::PromotionAndCoupon => (&engine.skus_with_terms, vec![engine.coupon.clone()]),
        };
        let line = |number: usize| {
            Ok::<_, BenchError>(LineRequest { sku: skus[number].clone(), quantity: 1.try_into()?, unit_price: None })
        };
        let key = format!("{}-{}", self.name, self.orders);
        let fingerprint = format!("{first} {second}");
        let idempotency = IdempotencyKey::new("back_office", &key, &[b"POST", b"/v1/orders", fingerprint.as_bytes()]);
        let place = Command::PlaceOrder(PlaceOrder {
            order: engine.mint.order_id(),
            customer: None,
            reference: None,
            lines: vec![line(first)?, line(second)?],
            currency: workload::currency()?,
            ship_to: engine.address.clone(),
            contact: None,
            placed_at: None,
            coupons,
            points: None,
            points_of: purser_domain::points::Issuer::Merchant,
            shipping_method: None,
            expected: None,
        });
        engine.commands.execute(engine.request(place, Some(idempotency))).await?;
        Ok(())
    }
}
