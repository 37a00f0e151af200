//! Appends on the heels of each other: what one that fails leaves to those behind it.

use std::collections::HashSet;

use futures_util::future::join_all;
use purser_commands::{Accepted, Answer, Failure, Refusal};
use purser_domain::{ids::OrderId, upcast::Upcasters};
use purser_projections::verify::verify;
use purser_tests::{
    TestDatabase, Wish, WriteSide, shop,
    wait::until,
    write_side::{main, order_of, place, receive},
};
use sqlx::{Connection, Executor};
use tokio_util::task::TaskTracker;

/// As many as are divided among several appends.
const MANY: usize = 64;

async fn whole(database: &TestDatabase) {
    verify(&database.pool(), &[], &Upcasters::current(), |_| {}).await.expect("a log that is whole");
}

/// How many connections wait for the head of the log.
async fn waiting_for_head(database: &TestDatabase) -> Option<()> {
    let waiting: i64 = sqlx::query_scalar(
        "select count(*) from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like 'update log_head%'",
    )
    .fetch_one(&mut database.owner().await)
    .await
    .expect("the activity");
    (waiting > 0).then_some(())
}

/// How many transactions have put events into the log that nobody sees yet.
async fn half_appended(database: &TestDatabase) -> i64 {
    let open = "select count(*) from pg_stat_activity
                where datname = current_database() and state = 'idle in transaction' and query like '%into events%'";
    sqlx::query_scalar(open).fetch_one(&mut database.owner().await).await.expect("the activity")
}

/// On one thread, where all have asked before the sequencer looks.
#[tokio::test]
async fn while_one_append_is_not_committed_the_next_is_put_behind_it_and_nobody_sees_either() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 1_000).await;
    // What a batch needs and memory does not hold is loaded with nothing under way: the first order warms it.
    write_side.execute(place(&[("A", 1)])).await.unwrap();
    let head = shop::head(&database).await;
    let mut blocker = database.owner().await;
    let mut transaction = blocker.begin().await.unwrap();
    transaction.execute("select * from log_head for update").await.unwrap();
    let tasks = TaskTracker::new();
    let placed: Vec<_> = (0..MANY)
        .map(|_| {
            let commands = write_side.commands.clone();
            tasks.spawn(
                async move { commands.execute(purser_tests::write_side::request(place(&[("A", 1)]), None)).await },
            )
        })
        .collect();
    until("an append at the fence and one behind it", async || {
        waiting_for_head(&database).await?;
        (half_appended(&database).await > 0).then_some(())
    })
    .await;
    assert_eq!(shop::head(&database).await, head);
    let visible: i64 =
        sqlx::query_scalar("select count(*) from events").fetch_one(&mut database.owner().await).await.unwrap();
    assert_eq!(visible, head);
    assert!(placed.iter().all(|task| !task.is_finished()));
    transaction.rollback().await.unwrap();
    let positions: HashSet<i64> =
        join_all(placed).await.into_iter().map(|done| done.unwrap().unwrap().position).collect();
    assert_eq!(positions.len(), MANY);
    assert_eq!(shop::head(&database).await, head + 2 * i64::try_from(MANY).unwrap());
    whole(&database).await;
    write_side.stop().await;
}

#[tokio::test]
async fn keys_that_memory_has_forgotten_fail_an_append_and_nobody_suffers() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 1_000).await;
    let ask = async |write_side: &WriteSide, kind: &str| {
        let asked = (0..MANY).map(|number| {
            let key = format!("{kind}-{number}");
            async move { write_side.execute_once(place(&[("A", 1)]), &key).await.expect("an order") }
        });
        join_all(asked).await
    };
    let first = ask(&write_side, "known").await;
    write_side.stop().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    // The stock is in memory from here on, and the keys are not.
    write_side.execute(receive("A", 1)).await.unwrap();
    let (others, again) = tokio::join!(ask(&write_side, "new"), ask(&write_side, "known"));
    let repeated = first.iter().cloned().map(|first| Accepted { replayed: true, ..first });
    assert_eq!(again, repeated.collect::<Vec<_>>());
    let orders: HashSet<OrderId> = first.iter().chain(&others).map(order_of).collect();
    assert_eq!(orders.len(), 2 * MANY);
    let stock = write_side.execute(receive("A", 1)).await.unwrap();
    let reserved = 2 * i64::try_from(MANY).unwrap();
    assert_eq!(
        stock.answer,
        Answer::StockIs { stock: main("A"), on_hand: 1_002, reserved, waiting: 0, shorted: vec![] }
    );
    whole(&database).await;
    write_side.stop().await;
}

#[tokio::test]
async fn what_an_append_that_failed_had_reserved_can_be_had_by_others() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 100).await;
    let mut owner = database.owner().await;
    owner
        .execute("alter table events add constraint objection check (payload not like '%\"quantity\":7%')")
        .await
        .unwrap();
    // One in eight cannot be stored. All of them are decided on what those before them left, stored or not.
    let quantity = |number: usize| if number % 8 == 3 { 7 } else { 2 };
    let asked = (0..MANY).map(|number| write_side.execute(place(&[("A", quantity(number))])));
    let answers = join_all(asked).await;
    let placed = answers.iter().filter(|answer| answer.is_ok()).count();
    for (number, answer) in answers.iter().enumerate() {
        match (quantity(number), answer) {
            (2, Ok(_)) | (7, Err(Failure::Unavailable { .. } | Failure::Refused(Refusal::OutOfStock(_)))) => {}
            (2, Err(Failure::Refused(Refusal::OutOfStock(_)))) => assert_eq!(placed, 50, "refused what was there"),
            (_, answer) => panic!("order {number}: {answer:?}"),
        }
    }
    assert_eq!(placed, 50);
    whole(&database).await;
    write_side.stop().await;
}
