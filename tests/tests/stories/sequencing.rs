//! The sequencer: bounded, atomic, and right after every cold start.

use purser_commands::{Answer, Command, Failure, Refusal, Request};
use purser_domain::{
    ids::OrderId,
    order::{OrderRefusal, OrderStatus},
    principal::Principal,
    text::Reason,
};
use purser_tests::{
    TestDatabase, Wish, WriteSide, foreign,
    wait::until,
    write_side::{main, order_of, place, receive, request},
};
use sqlx::{Connection, Executor};

#[tokio::test]
async fn an_order_and_all_its_reservations_are_one_append() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    write_side.stock("B", 1).await;
    let refused = write_side.execute(place(&[("A", 2), ("B", 2)])).await.unwrap_err();
    assert!(matches!(refused, Failure::Refused(Refusal::OutOfStock(shortages)) if shortages.len() == 1));
    write_side.execute(place(&[("A", 2), ("B", 1), ("A", 3)])).await.unwrap();
    let events: Vec<(String, String, String)> = sqlx::query_as(
        "select event_type, aggregate_id, payload->>'quantity' from events_json where position > 4 order by position",
    )
    .fetch_all(&mut database.owner().await)
    .await
    .unwrap_or_default();
    let events: Vec<(&str, &str)> = events.iter().map(|(kind, id, _)| (kind.as_str(), id.as_str())).collect();
    assert!(events.is_empty() || events.len() == 3, "{events:?}");
    let reserved: Vec<(String, i64)> = sqlx::query_as(
        "select aggregate_id, (payload#>>'{StockReserved,quantity}')::bigint from events_json
         where event_type = 'StockReserved' order by aggregate_id",
    )
    .fetch_all(&mut database.owner().await)
    .await
    .unwrap();
    assert_eq!(reserved, [("A@main".to_owned(), 5), ("B@main".to_owned(), 1)]);
    let moments: i64 = sqlx::query_scalar("select count(distinct recorded_at) from events where position > 4")
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
    assert_eq!(moments, 1);
    write_side.stop().await;
}

#[tokio::test]
async fn past_its_bound_the_queue_refuses_at_once_and_loses_nothing() {
    let database = TestDatabase::create().await;
    let wish = Wish { queue_capacity: 4, ..Wish::default() };
    let write_side = WriteSide::writing(database.pool(), wish).await;
    write_side.stock("A", 100).await;
    let mut blocker = database.owner().await;
    let mut transaction = blocker.begin().await.unwrap();
    transaction.execute("select * from log_head for update").await.unwrap();
    let (outcomes_in, mut outcomes) = tokio::sync::mpsc::unbounded_channel();
    let tasks = tokio_util::task::TaskTracker::new();
    for _ in 0..32 {
        let (commands, outcomes_in) = (write_side.commands.clone(), outcomes_in.clone());
        tasks.spawn(async move {
            let outcome = commands.execute(request(place(&[("A", 1)]), None)).await;
            outcomes_in.send(outcome).unwrap();
        });
    }
    // While the log is blocked, only refusals can come back; at most the queue and the batch under way wait.
    let mut overloaded = 0;
    while overloaded < 20 {
        match outcomes.recv().await.unwrap() {
            Err(Failure::Overloaded { .. }) => overloaded += 1,
            other => panic!("{other:?}"),
        }
    }
    // A saga is not sent away: it waits for its place.
    let order = OrderId::from_uuid(uuid::Uuid::from_u128(1));
    let saga = Request { principal: Principal::Saga, ..request(Command::StartProcessing { order }, None) };
    let commands = write_side.commands.clone();
    let mut saga = std::pin::pin!(commands.execute(saga));
    assert!(futures_util::poll!(&mut saga).is_pending());
    transaction.commit().await.unwrap();
    assert!(matches!(saga.await, Err(Failure::Refused(Refusal::Order(OrderRefusal::Unknown)))));
    let mut accepted = 0;
    for _ in overloaded..32 {
        match outcomes.recv().await.unwrap() {
            Ok(_) => accepted += 1,
            Err(Failure::Overloaded { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    let logged: i64 = sqlx::query_scalar("select count(*) from events where event_type = 'OrderPlaced'")
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
    assert_eq!(logged, accepted);
    assert!(accepted >= 4, "{accepted}");
    write_side.stop().await;
}

#[tokio::test]
async fn what_was_pushed_out_of_memory_is_decided_from_the_log() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish { cached_aggregates: 1, ..Wish::default() }).await;
    for sku in ["A", "B", "C"] {
        write_side.stock(sku, 10).await;
    }
    let order = order_of(&write_side.execute(place(&[("A", 4), ("B", 4)])).await.unwrap());
    write_side.execute(place(&[("C", 1)])).await.unwrap();
    write_side.execute(place(&[("C", 1)])).await.unwrap();
    let reason: Reason = "changed my mind".parse().unwrap();
    let cancelled = write_side.execute(Command::CancelOrder { order, lines: vec![], reason }).await.unwrap();
    assert_eq!(cancelled.answer, Answer::OrderIs { order, status: OrderStatus::Cancelled });
    write_side.execute(Command::ReleaseReservations { order }).await.unwrap();
    let whole = write_side.execute(place(&[("A", 10), ("B", 10)])).await;
    assert!(whole.is_ok(), "{whole:?}");
    write_side.stop().await;
}

#[tokio::test]
async fn a_long_stream_is_loaded_from_its_snapshot() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    for _ in 0..15 {
        futures_util::future::join_all((0..100).map(|_| write_side.execute(receive("A", 1)))).await;
    }
    let sequence: i64 = until("a snapshot", async || {
        sqlx::query_scalar("select sequence from stream_snapshots where aggregate_id = 'A@main'")
            .fetch_optional(&mut database.owner().await)
            .await
            .unwrap()
    })
    .await;
    assert!(sequence >= 1_000, "{sequence}");
    write_side.stop().await;
    // A snapshot that lies shows that it is what was read.
    sqlx::query(
        "update stream_snapshots set state = '{\"on_hand\":5,\"reserved\":0,\"reservations\":{}}', sequence = 1501",
    )
    .execute(&mut database.owner().await)
    .await
    .unwrap();
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    let adjusted = write_side.execute(receive("A", 1)).await.unwrap();
    assert_eq!(
        adjusted.answer,
        Answer::StockIs { stock: main("A"), on_hand: 6, reserved: 0, waiting: 0, shorted: vec![] }
    );
    write_side.stop().await;
    // One of another form is passed over.
    sqlx::query("update stream_snapshots set form = 0").execute(&mut database.owner().await).await.unwrap();
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    let adjusted = write_side.execute(receive("A", 1)).await.unwrap();
    assert_eq!(
        adjusted.answer,
        Answer::StockIs { stock: main("A"), on_hand: 1_512, reserved: 0, waiting: 0, shorted: vec![] }
    );
    write_side.stop().await;
}

#[tokio::test]
async fn a_stream_that_cannot_be_read_fails_its_own_command_and_none_that_came_with_it() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 100).await;
    let mut orders = Vec::new();
    for _ in 0..6 {
        orders.push(order_of(&write_side.execute(place(&[("A", 1)])).await.unwrap()));
    }
    write_side.stop().await;
    let unreadable = orders[2];
    foreign::append(&database, &unreadable.to_string(), foreign::TELEPORTED).await;

    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    let free = write_side.commands.queue_free();
    let mut blocker = database.owner().await;
    let mut transaction = blocker.begin().await.unwrap();
    transaction.execute("select * from log_head for update").await.unwrap();
    let tasks = tokio_util::task::TaskTracker::new();
    let spawn = |command| {
        let commands = write_side.commands.clone();
        tasks.spawn(async move { commands.execute(request(command, None)).await })
    };
    let first = spawn(receive("A", 1));
    until("the first at the lock", async || {
        let waits = "select true from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        sqlx::query_scalar::<_, bool>(waits).fetch_optional(&mut database.owner().await).await.unwrap()
    })
    .await;
    let reason: Reason = "changed my mind".parse().unwrap();
    let rest: Vec<_> = orders
        .iter()
        .map(|&order| spawn(Command::CancelOrder { order, lines: vec![], reason: reason.clone() }))
        .collect();
    // One batch, behind the one that waits for the lock.
    until("all in the queue", async || (write_side.commands.queue_free() + orders.len() <= free).then_some(())).await;
    transaction.commit().await.unwrap();
    first.await.unwrap().unwrap();
    for (order, outcome) in orders.into_iter().zip(rest) {
        match outcome.await.unwrap() {
            Err(Failure::Internal) => assert_eq!(order, unreadable),
            Ok(_) => assert_ne!(order, unreadable),
            other => panic!("{other:?}"),
        }
    }
    write_side.stop().await;
}
