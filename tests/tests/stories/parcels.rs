//! Orders in parcels: every unit is in exactly one of them, ships once, and the stock adds up, whatever is asked for.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use proptest::{prelude::*, test_runner::TestRunner};
use purser_commands::{Accepted, Command, Failure, FulfillmentChange, Request};
use purser_domain::{
    fulfillment::{Fulfillment, FulfillmentStatus, Remedy, Undelivered},
    ids::{FulfillmentId, OrderId},
    order::{LineUnits, Order, OrderStatus},
    principal::Principal,
    product::{Backorder, Listing},
    stock::Stock,
    upcast::Upcasters,
};
use purser_projections::{verify::verify, views};
use purser_tests::{
    TestDatabase, Wish, WriteSide, foreign,
    write_side::{listing, main, order_of, place, receive, request},
};
use serde::de::DeserializeOwned;
use sqlx::PgPool;

/// Pieces of either SKU at either location.
const PIECES: i64 = 10;

/// Pieces that the order waits for.
const AWAITED: i64 = 4;

/// What is asked for; parcels and lines are named by their numbers, whether there are such or not.
#[derive(Debug, Clone)]
enum Step {
    Ship {
        parcel: u32,
        part: Option<(u32, i64)>,
    },
    ShipOrder,
    Start {
        parcel: u32,
    },
    CancelUnits {
        line: u32,
        units: i64,
    },
    CancelParcel {
        parcel: u32,
    },
    CancelOrder,
    Deliver {
        parcel: u32,
    },
    Fail {
        parcel: u32,
    },
    GiveUp {
        parcel: u32,
        outcome: Undelivered,
        remedy: Remedy,
    },
    /// What is waited for comes in, and the saga sees it.
    Come,
}

fn step() -> impl Strategy<Value = Step> {
    let parcel = || 1..6_u32;
    let outcome = prop::sample::select(vec![Undelivered::Returned, Undelivered::Lost]);
    let remedy = prop::sample::select(vec![Remedy::Refund, Remedy::Replacement, Remedy::Nothing]);
    prop_oneof![
        4 => (parcel(), prop::option::weighted(0.7, (0..4_u32, 1..4_i64))).prop_map(|(parcel, part)| Step::Ship { parcel, part }),
        1 => Just(Step::ShipOrder),
        2 => parcel().prop_map(|parcel| Step::Start { parcel }),
        3 => (0..4_u32, 1..4_i64).prop_map(|(line, units)| Step::CancelUnits { line, units }),
        1 => parcel().prop_map(|parcel| Step::CancelParcel { parcel }),
        1 => Just(Step::CancelOrder),
        2 => parcel().prop_map(|parcel| Step::Deliver { parcel }),
        1 => parcel().prop_map(|parcel| Step::Fail { parcel }),
        2 => (parcel(), outcome, remedy).prop_map(|(parcel, outcome, remedy)| Step::GiveUp { parcel, outcome, remedy }),
        1 => Just(Step::Come),
    ]
}

fn units(line: u32, quantity: i64) -> LineUnits {
    LineUnits { line, quantity: quantity.try_into().unwrap() }
}

async fn take(write_side: &WriteSide, order: OrderId, step: &Step) -> Result<Accepted, Failure> {
    if let Step::Come = step {
        write_side.execute(receive("LATE", AWAITED)).await?;
    }
    let request = Request { principal: principal(step), ..request(command(order, step), None) };
    write_side.commands.execute(request).await
}

const fn principal(step: &Step) -> Principal {
    match step {
        Step::Come => Principal::Saga,
        Step::Ship { .. }
        | Step::ShipOrder
        | Step::Start { .. }
        | Step::CancelUnits { .. }
        | Step::CancelParcel { .. }
        | Step::CancelOrder
        | Step::Deliver { .. }
        | Step::Fail { .. }
        | Step::GiveUp { .. } => Principal::BackOffice,
    }
}

fn command(order: OrderId, step: &Step) -> Command {
    let change = |parcel: u32, change| Command::ChangeFulfillment {
        fulfillment: FulfillmentId::of_order(order, parcel),
        change,
    };
    let reason = || "a story".parse().unwrap();
    match *step {
        Step::Ship { parcel, part } => {
            let lines = part.map(|(line, quantity)| vec![units(line, quantity)]);
            change(parcel, FulfillmentChange::Ship { lines, tracking: None, carrier: None, at: None })
        }
        Step::ShipOrder => Command::ShipOrder { order, tracking: None, at: None },
        Step::Start { parcel } => change(parcel, FulfillmentChange::Start),
        Step::CancelUnits { line, units: quantity } => {
            Command::CancelOrder { order, lines: vec![units(line, quantity)], reason: reason() }
        }
        Step::CancelParcel { parcel } => change(parcel, FulfillmentChange::Cancel { reason: reason() }),
        Step::CancelOrder => Command::CancelOrder { order, lines: vec![], reason: reason() },
        Step::Deliver { parcel } => change(parcel, FulfillmentChange::Deliver { at: None }),
        Step::Fail { parcel } => change(parcel, FulfillmentChange::FailDelivery { reason: reason(), at: None }),
        Step::GiveUp { parcel, outcome, remedy } => {
            change(parcel, FulfillmentChange::GiveUp { outcome, remedy, location: None, reason: reason() })
        }
        Step::Come => Command::ServeBackorder { order, stock: main("LATE") },
    }
}

/// Twelve pieces of `A` in one line, from two locations, and two and three of `B` in two more, from one; and four of `LATE` in a
/// fourth, which are waited for. Paid and begun.
async fn begun(write_side: &WriteSide) -> OrderId {
    for sku in ["A", "B"] {
        write_side.stock(sku, PIECES).await;
        let north = format!("{sku}@north").parse().unwrap();
        let receive = Command::ReceiveStock { stock: north, quantity: PIECES.try_into().unwrap(), at: None };
        write_side.execute(receive).await.unwrap();
    }
    let listing = Listing { backorder: Backorder::Allowed, ..listing(250) };
    write_side.execute(Command::ListProduct { sku: "LATE".parse().unwrap(), listing }).await.unwrap();
    let lines = [("A", 12), ("B", 2), ("B", 3), ("LATE", AWAITED)];
    let order = order_of(&write_side.execute(place(&lines)).await.unwrap());
    pay(write_side, order, 17 + AWAITED).await;
    write_side.execute(Command::StartProcessing { order }).await.unwrap();
    order
}

async fn pay(write_side: &WriteSide, order: OrderId, pieces: i64) {
    let price = listing(250 * pieces).price;
    let pay =
        Command::RecordPayment { order, reference: "tx-1".parse().unwrap(), amount: price, tender: None, at: None };
    write_side.execute(pay).await.unwrap();
}

/// The states of an aggregate's streams, as the log has them.
async fn states<E: DeserializeOwned, A: Default>(
    pool: &PgPool,
    aggregate_type: &str,
    evolve: impl Fn(A, E) -> A,
) -> BTreeMap<String, A> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select aggregate_id, payload from events where aggregate_type = $1 order by position")
            .bind(aggregate_type)
            .fetch_all(pool)
            .await
            .unwrap();
    rows.into_iter().fold(BTreeMap::new(), |mut states, (id, payload)| {
        let before: A = states.remove(&id).unwrap_or_default();
        states.insert(id, evolve(before, serde_json::from_str(&payload).unwrap()));
        states
    })
}

/// Units by line in the parcels that are in one of these states.
fn count(parcels: &BTreeMap<String, Fulfillment>, is: impl Fn(FulfillmentStatus) -> bool) -> [i64; 4] {
    let mut units = [0; 4];
    for parcel in parcels.values().filter(|parcel| parcel.status().is_some_and(&is)) {
        for line in &parcel.parcel().unwrap().lines {
            units[usize::try_from(line.line).unwrap()] += i64::from(line.quantity);
        }
    }
    units
}

async fn run(waves: Vec<Vec<Step>>) -> Result<(), TestCaseError> {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish { cached_aggregates: 2, ..Wish::default() }).await;
    let order = begun(&write_side).await;
    for wave in waves {
        let commands = wave.iter().map(|step| take(&write_side, order, step));
        for answer in join_all(commands).await {
            prop_assert!(matches!(answer, Ok(_) | Err(Failure::Refused(_))), "{answer:?}");
        }
    }
    // What a saga would do about an order that has ended.
    drop(write_side.execute(Command::ReleaseReservations { order }).await);
    write_side.stop().await;
    let pool = database.pool();
    let parcels = states(&pool, "fulfillment", Fulfillment::evolve).await;
    let order = states(&pool, "order", Order::evolve).await.remove(&order.to_string()).unwrap();
    let is_pending =
        |status| [FulfillmentStatus::Open, FulfillmentStatus::OnHold, FulfillmentStatus::InProgress].contains(&status);
    let pending = count(&parcels, is_pending);
    let is_gone =
        |status| !is_pending(status) && ![FulfillmentStatus::Cancelled, FulfillmentStatus::Returned].contains(&status);
    let gone: i64 = count(&parcels, is_gone).iter().sum();
    let any = |statuses: &[FulfillmentStatus]| {
        parcels.values().any(|parcel| parcel.status().is_some_and(|status| statuses.contains(&status)))
    };
    let unshipped = |order: &Order| {
        let mut units = [0; 4];
        for left in order.settled().map_or_else(Vec::new, |settled| settled.terms.book.unshipped()) {
            units[usize::try_from(left.line).unwrap()] += i64::from(left.quantity);
        }
        units
    };
    let mut left = unshipped(&order);
    let waits = order.settled().is_some_and(|settled| !settled.terms.waiting.is_empty());
    if waits {
        prop_assert!(left[3] > 0 && pending[3] == 0, "what waits is in no parcel");
        left[3] = 0;
    }
    prop_assert_eq!(left, pending, "what the order has left is in its parcels, or waits");
    let status = order.status().unwrap();
    let is_sent = gone > 0 || any(&[FulfillmentStatus::Returned]);
    let is_awaited = any(&[FulfillmentStatus::Shipped, FulfillmentStatus::DeliveryFailed]);
    let expected = match (is_sent, pending == [0; 4] && !waits, is_awaited) {
        (_, false, _) => OrderStatus::Processing,
        (false, true, _) => OrderStatus::Cancelled,
        (true, true, true) => OrderStatus::Shipped,
        (true, true, false) if any(&[FulfillmentStatus::Delivered]) => OrderStatus::Delivered,
        (true, true, false) => OrderStatus::Completed,
    };
    prop_assert_eq!(status, expected);
    // On the shelves is whatever came in and neither left nor waits in a parcel.
    let on_hand: i64 = sqlx::query_scalar(
        "select sum(case event_type
             when 'StockReceived' then (payload -> event_type ->> 'quantity')::bigint
             when 'StockRestocked' then (payload -> event_type ->> 'quantity')::bigint
             when 'ReservationExtended' then -(payload -> event_type ->> 'quantity')::bigint
             when 'ReservationCommitted' then -(payload -> event_type ->> 'quantity')::bigint
             when 'ReservationReleased' then case when payload -> event_type ->> 'from' = 'committed'
                 then (payload -> event_type ->> 'quantity')::bigint else 0 end
             else 0 end)::bigint from events_json where aggregate_type = 'stock'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let come: i64 = sqlx::query_scalar(
        "select count(*) from events where aggregate_id = 'LATE@main' and event_type = 'StockReceived'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    prop_assert_eq!(on_hand, 4 * PIECES + come * AWAITED - gone - pending.iter().sum::<i64>());
    let open = states(&pool, "stock", |mut stock: Stock, event| {
        stock.evolve(&event);
        stock
    });
    let (held, awaited) = open
        .await
        .values()
        .fold((0, 0), |(held, awaited), stock| (held + stock.reserved(), awaited + stock.awaited_pieces()));
    prop_assert_eq!((held, awaited), (0, if waits { unshipped(&order)[3] } else { 0 }), "nothing is left over");
    pool.close().await;
    let verified = verify(&database.pool(), &[], &Upcasters::current(), |_| {}).await;
    prop_assert!(verified.is_ok(), "{:?}", verified);
    Ok(())
}

#[test]
fn every_unit_is_in_one_parcel_ships_once_and_the_stock_adds_up() {
    let mut runner = TestRunner::new(ProptestConfig { cases: 24, ..ProptestConfig::default() });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let waves = prop::collection::vec(prop::collection::vec(step(), 1..6), 1..8);
    runner.run(&waves, |waves| runtime.block_on(run(waves))).unwrap();
}

/// The work on it began under a version of the engine that knew no fulfillments.
#[tokio::test]
async fn an_order_that_was_begun_before_there_were_fulfillments_ships_and_arrives_whole() {
    let database = TestDatabase::create().await;
    let older = WriteSide::writing(database.pool(), Wish::default()).await;
    older.stock("A", PIECES).await;
    let order = order_of(&older.execute(place(&[("A", 4)])).await.unwrap());
    pay(&older, order, 4).await;
    older.stop().await;
    let committed = format!(r#"{{"ReservationCommitted":{{"order":"{order}","quantity":4}}}}"#);
    foreign::append_to(&database, "stock", "A@main", ("ReservationCommitted", &committed)).await;
    let started = ("ProcessingStarted", r#"{"ProcessingStarted":{"at":"2026-01-15T12:00:00Z"}}"#);
    foreign::append(&database, &order.to_string(), started).await;
    let engine = WriteSide::writing(database.pool(), Wish::default()).await;
    let lines = vec![units(0, 1)];
    let reason = "one fewer".parse().unwrap();
    engine.execute(Command::CancelOrder { order, lines, reason }).await.unwrap();
    engine.execute(Command::ShipOrder { order, tracking: None, at: None }).await.unwrap();
    engine.execute(Command::DeliverOrder { order, at: None }).await.unwrap();
    engine.execute(receive("A", 1)).await.unwrap();
    engine.stop().await;
    let pool = database.pool();
    let delivered = states(&pool, "order", Order::evolve).await.remove(&order.to_string()).unwrap();
    assert_eq!(delivered.status(), Some(OrderStatus::Delivered));
    assert_eq!(states(&pool, "fulfillment", Fulfillment::evolve).await.len(), 0);
    pool.close().await;
    verify(&database.pool(), &views::all(), &Upcasters::current(), |_| {}).await.unwrap();
}
