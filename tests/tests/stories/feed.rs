//! NATS carries the log and is never the truth: whatever becomes of it, nothing is lost and nothing is done twice.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_nats::jetstream;
use futures_util::TryStreamExt;
use purser::config::NatsSource;
use purser_tests::{
    Api, HandClock, TestDatabase, TestEngine, api, cluster,
    shop::{self, Counts},
    wait::until,
};
use reqwest::Method;
use sqlx::{ConnectOptions, PgConnection};
use uuid::Uuid;

async fn log_stream(owner: &mut PgConnection) -> String {
    let log_id: Uuid = sqlx::query_scalar("select log_id from log_head").fetch_one(owner).await.expect("the log's id");
    format!("PURSER_{}_LOG", log_id.simple())
}

async fn jet_stream() -> jetstream::Context {
    let address = cluster::nats().await;
    let client = address.connect_options().connect(address.servers()).await.expect("nats");
    jetstream::new(client)
}

/// Deletes the streams of tests that are over. NATS sets room aside for each stream, of which there is an end, and lets
/// nobody make another one then: engines go on without it, but this story is about having one.
async fn make_room(jet_stream: &jetstream::Context, database: &TestDatabase) {
    let at_work: Vec<String> =
        sqlx::query_scalar("select distinct datname::text from pg_stat_activity where datname like 'test\\_%'")
            .fetch_all(&mut database.owner().await)
            .await
            .expect("the databases at work");
    let mut needed = HashSet::new();
    for name in at_work {
        let mut owner = database.owner_options().database(&name).connect().await.expect("a connection");
        needed.insert(log_stream(&mut owner).await);
    }
    let streams: Vec<String> = jet_stream.stream_names().try_collect().await.expect("the streams' names");
    for stream in streams {
        let log_stream = stream.replace("_EVENTS", "_LOG");
        if !needed.contains(&log_stream) {
            jet_stream.delete_stream(&stream).await.expect("a deletion");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_in_nats_is_deleted_again_and_again_and_nothing_is_lost() {
    const DELETIONS: u32 = 5;
    let (engine, api) = shop::open().await;
    let (stream, jet_stream) = (log_stream(&mut engine.database().owner().await).await, jet_stream().await);
    make_room(&jet_stream, engine.database()).await;
    api.stocked("A", 250, 100_000).await;
    let deleting = AtomicBool::new(true);
    let orders_come_in = async {
        let mut orders = 0;
        while deleting.load(Ordering::Relaxed) {
            let (order, _) = api.placed(&[("A", 1)]).await;
            shop::pay(&api, &order, 250, &format!("tx-{order}")).await;
            orders += 1;
        }
        orders
    };
    let deletions = async {
        for _ in 0..DELETIONS {
            // It must have been made, and written to, or there is nothing to lose.
            until("messages in the stream", async || {
                let mut stream = jet_stream.get_stream(&stream).await.ok()?;
                (stream.info().await.ok()?.state.messages > 0).then_some(())
            })
            .await;
            jet_stream.delete_stream(&stream).await.expect("a deletion");
        }
        deleting.store(false, Ordering::Relaxed);
    };
    let (orders, ()) = tokio::join!(orders_come_in, deletions);
    shop::at_rest(&api).await;
    assert_eq!(shop::events(engine.database(), "OrderPlaced").await, orders);
    assert_eq!(shop::events(engine.database(), "ProcessingStarted").await, orders);
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 100_000 - orders, reserved: 0 });
    let sales = api.get("/v1/sales/days").await;
    assert_eq!(sales["items"][0]["orders"], orders);
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn an_engine_without_nats_does_everything() {
    let engine = TestEngine::start_with(TestDatabase::create().await, Arc::default(), |config| {
        config.nats = NatsSource::Off;
    })
    .await;
    let api = engine.api();
    shop::writes(&api).await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 1)]).await;
    let paid = shop::pay(&api, &order, 250, "tx-1").await.position();
    assert_ne!(api.get(&format!("/v1/orders/{order}?min_position={paid}")).await["status"], "pending_payment");
    shop::reaches(&api, &order, "processing").await;
    shop::cancel(&api, &order).await;
    shop::at_rest(&api).await;
    assert_eq!(shop::refunds(&api, &order).await.len(), 1);
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 0 });
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

/// A NATS that is down is no reason not to start, and not to work.
#[tokio::test]
async fn an_engine_whose_nats_is_away_does_everything() {
    let nowhere = purser_tests::process::free_address();
    let engine = TestEngine::start_with(TestDatabase::create().await, Arc::default(), |config| {
        config.nats = NatsSource::External(format!("nats://{nowhere}").parse().expect("an address"));
    })
    .await;
    let api = engine.api();
    shop::writes(&api).await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 1)]).await;
    shop::pay(&api, &order, 250, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

/// Two engines on one database; the first one writes.
struct Pair {
    writer: TestEngine,
    at_writer: Api,
    standby: TestEngine,
    at_standby: Api,
}

async fn pair(nats: NatsSource) -> Pair {
    let (database, clock) = (TestDatabase::create().await, Arc::<HandClock>::default());
    let source = nats.clone();
    let writer = TestEngine::start_with(database.clone(), Arc::clone(&clock), |config| config.nats = source).await;
    let at_writer = writer.api();
    shop::writes(&at_writer).await;
    let standby = TestEngine::start_with(database, clock, |config| config.nats = nats).await;
    let at_standby = at_writer.at(standby.engine().address());
    Pair { writer, at_writer, standby, at_standby }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_serves_reads_forwards_commands_and_takes_over() {
    let Pair { writer, at_writer, standby, at_standby } = pair(NatsSource::External(cluster::nats().await)).await;
    assert_eq!(shop::role(&at_standby).await, "standby");
    at_writer.stocked("A", 250, 1_000).await;
    let mut orders = Vec::new();
    for round in 0..20 {
        let api = [&at_writer, &at_standby][round % 2];
        let other = [&at_writer, &at_standby][(round + 1) % 2];
        let (order, position) = api.placed(&[("A", 1)]).await;
        // What was accepted at one is seen at the other.
        let seen = other.get(&format!("/v1/orders/{order}?min_position={position}")).await;
        assert_eq!(seen["id"], order);
        orders.push((order, position));
    }
    // A repeat at the other node hears the first answer.
    let body = api::order(&[("A", 1)]);
    let place = async |api: &Api| {
        let call = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders");
        call.key("once").json(&body).send().await.expect_status(201).body
    };
    assert_eq!(place(&at_standby).await, place(&at_writer).await);
    // A refusal comes back as what it is.
    let refused = at_standby.post("/v1/orders", &api::order(&[("A", 100_000)])).send().await;
    refused.expect_problem(409, "out-of-stock");
    shop::pay(&at_standby, &orders[0].0, 250, "tx-1").await;
    shop::reaches(&at_standby, &orders[0].0, "processing").await;
    writer.stop().await;
    shop::writes(&at_standby).await;
    let (order, position) = at_standby.placed(&[("A", 1)]).await;
    assert!(orders.iter().all(|(_, earlier)| *earlier < position));
    shop::pay(&at_standby, &order, 250, "tx-2").await;
    shop::reaches(&at_standby, &order, "processing").await;
    shop::at_rest(&at_standby).await;
    assert_eq!(shop::stock(&at_standby, "A").await, Counts { on_hand: 998, reserved: 20 });
    shop::verified(standby.database()).await.unwrap();
    standby.stop().await;
}

#[tokio::test]
async fn without_nats_a_standby_serves_reads_and_says_that_it_cannot_write() {
    let Pair { writer, at_writer, standby, at_standby } = pair(NatsSource::Off).await;
    let position = at_writer.stocked("A", 250, 10).await;
    assert_eq!(at_standby.get(&format!("/v1/stock/A?min_position={position}")).await["on_hand"], 10);
    let refused = at_standby.post("/v1/orders", &api::order(&[("A", 1)])).send().await;
    let refused = refused.expect_problem(503, "no-writer");
    let retry_after = refused.headers["retry-after"].to_str().unwrap().parse().map(Duration::from_secs).unwrap();
    assert!(retry_after <= Duration::from_secs(10), "{retry_after:?}");
    assert_eq!(shop::events(standby.database(), "OrderPlaced").await, 0);
    writer.stop().await;
    shop::writes(&at_standby).await;
    let (order, position) = at_standby.placed(&[("A", 1)]).await;
    assert_eq!(at_standby.get(&format!("/v1/orders/{order}?min_position={position}")).await["id"], order);
    standby.stop().await;
}
