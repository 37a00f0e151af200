//! No interleaving of place, cancel, pay, receive and adjust breaks `on_hand >= reserved >= 0`, lets more orders hold a
//! coupon than may, or spends a point twice.

use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use purser_commands::{Command, Failure};
use purser_domain::{ids::OrderId, upcast::Upcasters};
use purser_projections::verify::verify;
use purser_tests::{
    TestDatabase, Wish, WriteSide,
    write_side::{claiming, held_and_available, main, offer, order_of, place, receive},
};

const SKUS: [&str; 3] = ["A", "B", "C"];

/// How many orders may use the coupon.
const USES: i64 = 2;

/// How many points an order spends; the customer has three times as many.
const POINTS: i64 = 250;

#[derive(Debug, Clone)]
enum Step {
    Place { first: usize, second: usize, quantity: i64, claims: bool },
    Pay { order: usize },
    Cancel { order: usize },
    Process { order: usize },
    Release { order: usize },
    Ship { order: usize },
    Receive { sku: usize, quantity: i64 },
    Adjust { sku: usize, change: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (sku, order) = (0..SKUS.len(), 0..12_usize);
    prop_oneof![
        4 => (sku.clone(), sku.clone(), 1..6_i64, any::<bool>())
            .prop_map(|(first, second, quantity, claims)| Step::Place { first, second, quantity, claims }),
        2 => order.clone().prop_map(|order| Step::Pay { order }),
        2 => order.clone().prop_map(|order| Step::Cancel { order }),
        2 => order.clone().prop_map(|order| Step::Process { order }),
        2 => order.clone().prop_map(|order| Step::Release { order }),
        1 => order.prop_map(|order| Step::Ship { order }),
        1 => (sku.clone(), 1..8_i64).prop_map(|(sku, quantity)| Step::Receive { sku, quantity }),
        2 => (sku, -8..8_i64).prop_map(|(sku, change)| Step::Adjust { sku, change }),
    ]
}

fn command(step: &Step, orders: &[OrderId]) -> Option<Command> {
    let order = |index: usize| orders.get(index % orders.len().max(1)).copied();
    Some(match *step {
        Step::Place { first, second, quantity, claims: false } => place(&[(SKUS[first], quantity), (SKUS[second], 1)]),
        Step::Place { first, second, quantity, claims: true } => {
            claiming(&[(SKUS[first], quantity), (SKUS[second], 1)], POINTS)
        }
        Step::Pay { order: index } => Command::RecordPayment {
            order: order(index)?,
            reference: format!("tx-{index}").parse().unwrap(),
            amount: purser_tests::write_side::listing(750).price,
            tender: None,
            at: None,
        },
        Step::Cancel { order: index } => {
            Command::CancelOrder { order: order(index)?, lines: vec![], reason: "a story".parse().unwrap() }
        }
        Step::Process { order: index } => Command::StartProcessing { order: order(index)? },
        Step::Release { order: index } => Command::ReleaseReservations { order: order(index)? },
        Step::Ship { order: index } => Command::ShipOrder { order: order(index)?, tracking: None, at: None },
        Step::Receive { sku, quantity } => receive(SKUS[sku], quantity),
        Step::Adjust { sku, change } => Command::AdjustStock {
            stock: main(SKUS[sku]),
            change,
            reason: "counted".parse().unwrap(),
            at: None,
            orders: vec![],
        },
    })
}

/// Steps of one wave are given at the same time, so that they meet in one append, in any order.
async fn run(waves: Vec<Vec<Step>>) -> Result<(), TestCaseError> {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish { cached_aggregates: 3, ..Wish::default() }).await;
    for sku in SKUS {
        write_side.stock(sku, 10).await;
    }
    offer(&write_side, USES, 3 * POINTS).await;
    let mut orders = Vec::new();
    for wave in waves {
        let commands: Vec<Command> = wave.iter().filter_map(|step| command(step, &orders)).collect();
        let places: Vec<bool> = commands.iter().map(|command| matches!(command, Command::PlaceOrder(_))).collect();
        let answers =
            futures_util::future::join_all(commands.into_iter().map(|command| write_side.execute(command))).await;
        for (answer, places) in answers.into_iter().zip(places) {
            match answer {
                Ok(done) if places => orders.push(order_of(&done)),
                Ok(_) | Err(Failure::Refused(_)) => {}
                Err(failure) => return Err(TestCaseError::fail(format!("{failure:?}"))),
            }
        }
    }
    write_side.stop().await;
    let (held, available) = held_and_available(&database).await;
    prop_assert!(held <= USES, "{held} orders held one of {USES} uses of the coupon");
    prop_assert!(available >= 0, "{available} points were available");
    // The verification counts every stock after every event, and every sequence, position and hash.
    let verified = verify(&database.pool(), &[], &Upcasters::current(), |_| {}).await;
    prop_assert!(verified.is_ok(), "{verified:?}");
    Ok(())
}

#[test]
fn no_interleaving_oversells() {
    let mut runner = TestRunner::new(Config { cases: 24, ..Config::default() });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let waves = prop::collection::vec(prop::collection::vec(step(), 1..12), 1..8);
    runner.run(&waves, |waves| runtime.block_on(run(waves))).unwrap();
}
