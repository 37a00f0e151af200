//! Uses of coupons and points outlive whoever counted them: each writer goes on where the log ends.

use futures_util::future::join_all;
use purser_commands::{Command, Failure};
use purser_domain::upcast::Upcasters;
use purser_projections::{verify::verify, views};
use purser_tests::{
    TestDatabase, Wish, WriteSide,
    write_side::{claiming, held_and_available, offer, order_of},
};

/// How many orders may use the coupon; the points are enough for as many.
const USES: i64 = 10;
const POINTS: i64 = 100;

/// Nothing of an earlier writer is in the memory of a later one, and little of its own.
const FORGETFUL: usize = 1;

/// Writers come one after the other, each taking over from one that lost its life in the middle of a rush: it is not
/// stopped, it only does not write any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_use_and_no_point_is_counted_twice_or_forgotten_by_writers_that_follow_one_another() {
    let database = TestDatabase::create().await;
    let wish = Wish { cached_aggregates: FORGETFUL, ..Wish::default() };
    let first = WriteSide::writing(database.pool(), wish.clone()).await;
    first.stock("A", 1_000).await;
    offer(&first, USES, USES * POINTS).await;
    let mut writers = vec![first];
    let mut holding = Vec::new();
    for round in 0..5 {
        let writer = WriteSide::writing(database.pool(), wish.clone()).await;
        let rush = join_all((0..4).map(|_| writer.execute(claiming(&[("A", 2)], POINTS)))).await;
        let mut refused = 0;
        for answer in rush {
            match answer {
                Ok(placed) => holding.push(order_of(&placed)),
                Err(Failure::Refused(_)) => refused += 1,
                Err(failure) => panic!("{failure:?}"),
            }
        }
        assert!(refused == 0 || holding.len() == 10, "{refused} were refused in round {round} before their time");
        // Who takes over next knows of what was given back here.
        if round == 3 {
            for order in holding.drain(..3) {
                let reason = "a story".parse().unwrap();
                writer.execute(Command::CancelOrder { order, lines: vec![], reason }).await.unwrap();
                writer.execute(Command::ReleaseReservations { order }).await.unwrap();
            }
        }
        writers.push(writer);
    }
    assert_eq!(holding.len(), 10, "what was given back is taken again, and no more");
    assert_eq!(held_and_available(&database).await, (USES, 0));
    for writer in writers {
        writer.stop().await;
    }
    verify(&database.pool(), &views::all(), &Upcasters::current(), |_| {}).await.unwrap();
}
