//! The write side alone, for stories below HTTP.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use chrono::TimeDelta;
use purser_commands::{
    Accepted, Answer, Command, Commands, Failure, FirstLease, IdempotencyKey, MerchantChange, PlaceOrder, Request,
    Role, Settings,
};
use purser_domain::{
    checkout::LineRequest, ids::OrderId, metadata::Metadata, points::Issuer, principal::Principal, product::Listing,
    stock::StockId,
};
use sqlx::PgPool;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{HandClock, TestDatabase};

/// A write side and its tasks.
pub struct WriteSide {
    /// The door.
    pub commands: Commands,
    /// Its clock.
    pub clock: Arc<HandClock>,
    tracker: TaskTracker,
    stop: CancellationToken,
}

/// How a write side of a story may differ from the ordinary.
#[derive(Debug, Clone)]
pub struct Wish {
    /// How it comes to its first lease.
    pub first_lease: FirstLease,
    /// The most commands that may wait.
    pub queue_capacity: usize,
    /// The most aggregates in memory.
    pub cached_aggregates: usize,
}

impl Default for Wish {
    fn default() -> Self {
        Self { first_lease: FirstLease::Seize, queue_capacity: 4_096, cached_aggregates: 10_000 }
    }
}

impl WriteSide {
    /// Starts one that does not write yet, perhaps.
    pub async fn start(pool: PgPool, wish: Wish) -> Self {
        let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
        let clock = Arc::new(HandClock::default());
        let settings = Settings {
            node: Uuid::from_u128(u128::from(crate::fresh_number()) + 1),
            first_lease: wish.first_lease,
            queue_capacity: NonZeroUsize::new(wish.queue_capacity).expect("a capacity"),
            cached_aggregates: NonZeroUsize::new(wish.cached_aggregates).expect("a capacity"),
            request_timeout: Duration::from_mins(1),
            payment_window: TimeDelta::minutes(30),
        };
        let commands = Commands::start(pool, None, Arc::clone(&clock) as _, settings, &tracker, stop.clone())
            .await
            .expect("a write side");
        Self { commands, clock, tracker, stop }
    }

    /// Starts one and waits until it writes.
    pub async fn writing(pool: PgPool, wish: Wish) -> Self {
        let started = Self::start(pool, wish).await;
        started.wait_until_it_writes().await;
        started
    }

    /// Waits until this node writes.
    pub async fn wait_until_it_writes(&self) {
        let mut role = self.commands.role();
        let writes = role.wait_for(|role| matches!(role, Role::Writer { .. }));
        tokio::time::timeout(crate::wait::LONGEST, writes).await.expect("the lease in time").expect("a sequencer");
    }

    /// Carries out a command of the back office.
    pub async fn execute(&self, command: Command) -> Result<Accepted, Failure> {
        self.commands.execute(request(command, None)).await
    }

    /// Carries out a command of the back office under a key.
    pub async fn execute_once(&self, command: Command, key: &str) -> Result<Accepted, Failure> {
        self.commands.execute(request(command, Some(key))).await
    }

    /// Lists a product in GBP and receives stock of it at `main`.
    pub async fn stock(&self, sku: &str, quantity: i64) {
        let listing = listing(250);
        self.execute(Command::ListProduct { sku: sku.parse().expect("a sku"), listing }).await.expect("a listing");
        self.execute(receive(sku, quantity)).await.expect("a receipt");
    }

    /// Ends it in order.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// A request of the back office.
pub fn request(command: Command, key: Option<&str>) -> Request {
    let fingerprint = serde_json::to_vec(&without_order_id(&command)).expect("JSON");
    Request {
        command,
        principal: Principal::BackOffice,
        metadata: Metadata {
            actor: "back_office:test".to_owned(),
            correlation_id: "story".to_owned(),
            causation_id: "request:story".to_owned(),
        },
        idempotency: key.map(|key| IdempotencyKey::new("back_office", key, &[&fingerprint])),
    }
}

/// The engine mints a new id for each request, a repeat's too.
fn without_order_id(command: &Command) -> serde_json::Value {
    let mut json = serde_json::to_value(command).expect("JSON");
    if let (Command::PlaceOrder(_), Some(fields)) = (command, json.as_object_mut()) {
        fields.remove("order");
    }
    json
}

/// Goods of `m1` at a price in pence.
pub fn listing(price: i64) -> Listing {
    serde_json::from_value(serde_json::json!({
        "title": "A thing", "kind": "goods", "price": {"amount": price, "currency": "GBP"}, "merchant": "m1"
    }))
    .expect("a listing")
}

/// A receipt at `main`.
pub fn receive(sku: &str, quantity: i64) -> Command {
    Command::ReceiveStock { stock: main(sku), quantity: quantity.try_into().expect("a quantity"), at: None }
}

/// The stock of a SKU at `main`.
pub fn main(sku: &str) -> StockId {
    format!("{sku}@main").parse().expect("a stock id")
}

/// A placement by a guest.
pub fn place(lines: &[(&str, i64)]) -> Command {
    let line = |(sku, quantity): &(&str, i64)| LineRequest {
        sku: sku.parse().expect("a sku"),
        quantity: (*quantity).try_into().expect("a quantity"),
        unit_price: None,
    };
    Command::PlaceOrder(PlaceOrder {
        order: OrderId::from_uuid(Uuid::from_u128((1 << 100) + u128::from(crate::fresh_number()))),
        customer: None,
        reference: None,
        lines: lines.iter().map(line).collect(),
        currency: "GBP".parse().expect("a currency"),
        ship_to: serde_json::from_value(serde_json::json!({"recipient": "Ada Lovelace", "country": "GB"}))
            .expect("an address"),
        contact: None,
        placed_at: None,
        coupons: vec![],
        points: None,
        points_of: Issuer::Merchant,
        shipping_method: None,
        expected: None,
    })
}

/// The coupon of [`offer`].
pub const COUPON: &str = "PIECE-OFF";

/// The customer of [`claiming`].
const CUSTOMER: &str = "c";

/// Issues a coupon worth 2.50 for so many orders, lets `m1` take a hundred points for a pound, and grants some.
pub async fn offer(write_side: &WriteSide, uses: i64, points: i64) {
    let terms = serde_json::from_value(serde_json::json!({
        "title": "A piece off", "uses_max": uses,
        "offer": {"discount": {"amount_off_order": {"amount": {"amount": 250, "currency": "GBP"}}}}
    }))
    .expect("terms");
    let coupon = COUPON.parse().expect("a code");
    write_side.execute(Command::IssueCoupon { coupon, terms }).await.expect("an issue");
    let policies = serde_json::from_value(serde_json::json!({
        "points": {"value_per_100": {"amount": 100, "currency": "GBP"}, "granted_per_100": 0}
    }))
    .expect("policies");
    let change = MerchantChange::SetPolicies(policies);
    let merchant = "m1".parse().expect("a merchant");
    write_side.execute(Command::ChangeMerchant { merchant, change }).await.expect("policies that hold");
    let grant = Command::GrantPoints {
        account: format!("m1/{CUSTOMER}").parse().expect("an account"),
        points: points.try_into().expect("points"),
        reason: "a welcome".parse().expect("a reason"),
    };
    write_side.execute(grant).await.expect("a grant");
}

/// A placement by a customer who presents the coupon and spends points.
pub fn claiming(lines: &[(&str, i64)], points: i64) -> Command {
    let Command::PlaceOrder(plain) = place(lines) else { unreachable!("a placement is one") };
    Command::PlaceOrder(PlaceOrder {
        customer: Some(CUSTOMER.parse().expect("a customer")),
        coupons: vec![COUPON.parse().expect("a code")],
        points: Some(points.try_into().expect("points")),
        points_of: Issuer::Merchant,
        ..plain
    })
}

/// The most uses of the coupon that orders ever held or had redeemed at one time, and the fewest points that were ever
/// available, both counted event by event from the log.
pub async fn held_and_available(database: &TestDatabase) -> (i64, i64) {
    let counts = "select coalesce(max(held), 0)::bigint, coalesce(min(available), 0)::bigint from (
        select sum(case event_type when 'CouponFrozen' then 1
                                   when 'CouponUnfrozen' then -1
                                   when 'CouponGivenBack' then -1 else 0 end) over (order by position) as held,
               sum(case when event_type in ('PointsGranted', 'PointsUnfrozen', 'PointsReturned') then points
                        when event_type in ('PointsFrozen', 'PointsRevoked') then -points
                        else 0 end) over (order by position) as available
        from (select position, event_type, (payload -> event_type ->> 'points')::bigint as points
              from events_json where aggregate_type in ('coupon', 'points_account')) as changes
    ) as counts";
    sqlx::query_as(counts).fetch_one(&mut database.owner().await).await.expect("the counts")
}

/// The id of the order that was placed.
pub fn order_of(accepted: &Accepted) -> OrderId {
    match &accepted.answer {
        Answer::OrderPlaced { order, .. } | Answer::OrderIs { order, .. } => *order,
        Answer::Quoted(_)
        | Answer::PointsAre { .. }
        | Answer::PaymentIs { .. }
        | Answer::FulfillmentIs { .. }
        | Answer::ReturnIs { .. }
        | Answer::StockIs { .. }
        | Answer::Done
        | Answer::Told(_) => {
            panic!("not about an order: {accepted:?}")
        }
    }
}
