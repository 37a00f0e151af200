//! Two writers on one log: whatever they believe, the log stays whole.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
};

use purser_commands::{Failure, FirstLease};
use purser_domain::{ids::OrderId, upcast::Upcasters};
use purser_projections::verify::verify;
use purser_tests::{
    TestDatabase, Wish, WriteSide, shop,
    wait::until,
    write_side::{order_of, place},
};
use uuid::Uuid;

/// Every order that was answered with yes is in the log once, none that was answered with no is, and the log is whole.
async fn check(database: &TestDatabase, accepted: &[OrderId], answered_no: &HashSet<OrderId>) {
    let logged: Vec<String> =
        sqlx::query_scalar("select aggregate_id from events where event_type = 'OrderPlaced' order by position")
            .fetch_all(&mut database.owner().await)
            .await
            .expect("the orders");
    let distinct: HashSet<OrderId> = logged.iter().map(|id| id.parse().expect("an order id")).collect();
    assert_eq!(distinct.len(), logged.len(), "an order is in the log twice");
    for order in accepted {
        assert!(distinct.contains(order), "{order} was accepted and is not in the log");
    }
    for order in answered_no {
        assert!(!distinct.contains(order), "{order} was answered with no and is in the log");
    }
    verify(&database.pool(), &[], &Upcasters::current(), |_| {}).await.expect("a log that is whole");
}

/// Waits until the log has grown by some appends.
async fn grown(database: &TestDatabase) {
    let enough = shop::head(database).await + 100;
    until("a log that grows", async || (shop::head(database).await >= enough).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_rival_writers_never_break_the_log() {
    let database = TestDatabase::create().await;
    let wish = Wish { first_lease: FirstLease::WaitForEnd, ..Wish::default() };
    let one = WriteSide::start(database.pool(), wish.clone()).await;
    let other = WriteSide::start(database.pool(), wish).await;
    let mut role = one.commands.role();
    let mut other_role = other.commands.role();
    let is_writer = |role: &purser_commands::Role| matches!(role, purser_commands::Role::Writer { .. });
    tokio::select! {
        _ = role.wait_for(is_writer) => one.stock("A", 1_000_000).await,
        _ = other_role.wait_for(is_writer) => other.stock("A", 1_000_000).await,
    }
    // Raising the epoch behind everybody's back is what a rival does; every holder must step down and come back.
    let over = AtomicBool::new(false);
    let disturb = async {
        let mut owner = database.owner().await;
        for _ in 0..12 {
            grown(&database).await;
            sqlx::query("update log_head set epoch = epoch + 1").execute(&mut owner).await.expect("a raised epoch");
            sqlx::query("update writer_lease set holder = null").execute(&mut owner).await.expect("a freed lease");
        }
        over.store(true, Ordering::Relaxed);
    };
    let load = async {
        let mut accepted = Vec::new();
        let mut refused = HashSet::new();
        let mut round = 0;
        while !over.load(Ordering::Relaxed) {
            tokio::select! {
                _ = role.wait_for(is_writer) => {}
                _ = other_role.wait_for(is_writer) => {}
            }
            let writers = [&one, &other];
            let asked: Vec<_> = (0..96).map(|caller| (writers[(round + caller) % 2], place(&[("A", 1)]))).collect();
            let ids: Vec<OrderId> = asked.iter().map(|(_, command)| id_of(command)).collect();
            let answers =
                futures_util::future::join_all(asked.into_iter().map(|(writer, command)| writer.execute(command)))
                    .await;
            for (id, answer) in ids.into_iter().zip(answers) {
                match answer {
                    Ok(done) => accepted.push(order_of(&done)),
                    Err(Failure::NoWriter { .. } | Failure::Unavailable { .. }) => {
                        refused.insert(id);
                    }
                    Err(failure) => panic!("{failure:?}"),
                }
            }
            round += 1;
        }
        (accepted, refused)
    };
    let ((), (accepted, refused)) = tokio::join!(disturb, load);
    assert!(!accepted.is_empty() && !refused.is_empty(), "{} accepted, {} refused", accepted.len(), refused.len());
    check(&database, &accepted, &refused).await;
    one.stop().await;
    other.stop().await;
}

fn id_of(command: &purser_commands::Command) -> OrderId {
    match command {
        purser_commands::Command::PlaceOrder(place) => place.order,
        other => panic!("{other:?}"),
    }
}

/// The sequencer's connections are cut again and again, in the middle of appends too: what became of each must be found out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_whose_answer_was_lost_is_found_out_about() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 1_000_000).await;
    let over = AtomicBool::new(false);
    let cut = async {
        let mut owner = database.owner().await;
        for _ in 0..30 {
            grown(&database).await;
            sqlx::query(
                "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()
                   and (query like '%log_head%' or query like '%into events%' or query = 'begin')",
            )
            .execute(&mut owner)
            .await
            .expect("cut connections");
        }
        over.store(true, Ordering::Relaxed);
    };
    let load = async {
        let mut accepted = Vec::new();
        while !over.load(Ordering::Relaxed) {
            let answers = futures_util::future::join_all((0..64).map(|_| write_side.execute(place(&[("A", 1)])))).await;
            accepted.extend(answers.into_iter().filter_map(Result::ok).map(|done| order_of(&done)));
        }
        accepted
    };
    let ((), accepted) = tokio::join!(cut, load);
    assert!(accepted.len() > 1_000, "only {} accepted", accepted.len());
    check(&database, &accepted, &HashSet::new()).await;
    write_side.stop().await;
}

#[tokio::test]
async fn a_writer_that_stops_hands_over_at_once() {
    let database = TestDatabase::create().await;
    let first = WriteSide::writing(database.pool(), Wish::default()).await;
    let wish = Wish { first_lease: FirstLease::WaitForEnd, ..Wish::default() };
    let second = WriteSide::start(database.pool(), wish).await;
    first.stock("A", 10).await;
    assert!(matches!(second.execute(place(&[("A", 1)])).await, Err(Failure::NoWriter { .. })));
    first.stop().await;
    second.wait_until_it_writes().await;
    let accepted = second.execute(place(&[("A", 1)])).await.unwrap();
    assert_eq!(accepted.position, 4);
    second.stop().await;
}

/// Whoever holds the lease.
async fn holder(database: &TestDatabase) -> Option<Uuid> {
    sqlx::query_scalar("select holder from writer_lease")
        .fetch_one(&mut database.owner().await)
        .await
        .expect("the lease")
}

/// Most of these are stopped while they take the lease: a turn of the scheduler is some microseconds, and a lease some
/// round trips.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_whatever_moment_a_writer_is_stopped_it_leaves_its_lease_to_the_next() {
    let database = TestDatabase::create().await;
    for turns in (0..6).chain((0..40).map(|round| round * 50)) {
        let wish = Wish { first_lease: FirstLease::WaitForEnd, ..Wish::default() };
        let writer = WriteSide::start(database.pool(), wish).await;
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        writer.stop().await;
        assert_eq!(holder(&database).await, None, "stopped after {turns} turns of the scheduler");
    }
}
