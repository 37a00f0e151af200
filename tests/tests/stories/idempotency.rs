//! Same key and same request: one effect and one answer, also when memory has forgotten it.

use purser_commands::{Accepted, Command, Failure, Refusal};
use purser_domain::allocation::Shortage;
use purser_tests::{
    TestDatabase, Wish, WriteSide,
    write_side::{main, order_of, place, receive},
};

/// What whoever asks again is told.
fn repeated(first: &Accepted) -> Accepted {
    assert!(!first.replayed, "{first:?}");
    Accepted { replayed: true, ..first.clone() }
}

async fn orders(database: &TestDatabase) -> i64 {
    sqlx::query_scalar("select count(*) from events where event_type = 'OrderPlaced'")
        .fetch_one(&mut database.owner().await)
        .await
        .expect("a count")
}

#[tokio::test]
async fn a_repeat_hears_the_first_answer_and_has_no_effect() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    let first = write_side.execute_once(place(&[("A", 2)]), "k").await.unwrap();
    let again = write_side.execute_once(place(&[("A", 2)]), "k").await.unwrap();
    assert_eq!(again, repeated(&first));
    assert_eq!(orders(&database).await, 1);
    write_side.stop().await;
}

#[tokio::test]
async fn a_repeat_after_a_restart_hears_the_first_answer() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    let first = write_side.execute_once(place(&[("A", 2)]), "k").await.unwrap();
    write_side.stop().await;

    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    // Others of the same append must not suffer from the repeat among them.
    let (again, other) = tokio::join!(
        write_side.execute_once(place(&[("A", 2)]), "k"),
        write_side.execute_once(place(&[("A", 3)]), "another"),
    );
    assert_eq!(again.unwrap(), repeated(&first));
    assert_ne!(order_of(&other.unwrap()), order_of(&first));
    assert_eq!(orders(&database).await, 2);
    write_side.stop().await;
}

#[tokio::test]
async fn another_request_under_a_used_key_is_refused_before_and_after_a_restart() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    write_side.execute_once(place(&[("A", 2)]), "k").await.unwrap();
    assert_eq!(write_side.execute_once(place(&[("A", 3)]), "k").await, Err(Failure::KeyReused));
    write_side.stop().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    assert_eq!(write_side.execute_once(place(&[("A", 3)]), "k").await, Err(Failure::KeyReused));
    assert_eq!(orders(&database).await, 1);
    write_side.stop().await;
}

#[tokio::test]
async fn a_refusal_leaves_no_key_behind() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 1).await;
    let short = Shortage { sku: "A".parse().unwrap(), lines: vec![0], asked: 2, available: 1 };
    let refused = write_side.execute_once(place(&[("A", 2)]), "k").await;
    assert_eq!(refused, Err(Failure::Refused(Refusal::OutOfStock(vec![short]))));
    write_side.execute(receive("A", 5)).await.unwrap();
    write_side.execute_once(place(&[("A", 2)]), "k").await.unwrap();
    write_side.stop().await;
}

/// A retry of an old repricing must not undo what came after it, even where the first one changed nothing.
#[tokio::test]
async fn a_command_that_found_everything_so_already_uses_its_key_up() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 1).await;
    let reprice = |amount: i64| Command::RepriceProduct {
        sku: main("A").sku,
        price: purser_tests::write_side::listing(amount).price,
    };
    write_side.execute_once(reprice(250), "same price").await.unwrap();
    write_side.execute_once(reprice(300), "dearer").await.unwrap();
    write_side.stop().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.execute_once(reprice(250), "same price").await.unwrap();
    let repriced: i64 = sqlx::query_scalar("select count(*) from events where event_type = 'ProductRepriced'")
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
    assert_eq!(repriced, 1);
    write_side.stop().await;
}

#[tokio::test]
async fn the_same_key_twice_at_the_same_moment_has_one_effect() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 100).await;
    let repeats = (0..32).map(|_| write_side.execute_once(place(&[("A", 1)]), "k"));
    let answers: Vec<_> = futures_util::future::join_all(repeats).await;
    let answers: Vec<Accepted> = answers.into_iter().map(Result::unwrap).collect();
    let firsts: Vec<&Accepted> = answers.iter().filter(|answer| !answer.replayed).collect();
    let [first] = firsts[..] else { panic!("{firsts:?}") };
    assert!(answers.iter().all(|answer| answer == first || *answer == repeated(first)), "{answers:?}");
    assert_eq!(orders(&database).await, 1);
    write_side.stop().await;
}
