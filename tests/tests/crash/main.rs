//! Crashes: the engine as a real process on its embedded servers, killed while it works.

use std::{collections::HashMap, path::Path, process::Command, time::Duration};

use purser_tests::{
    api::order,
    process::{EngineProcess, Owned, free_address, program},
    wait::until,
};
use reqwest::Method;

/// How often each victim is killed.
const KILLS: usize = 5;

/// How many orders each story places.
const ORDERS: usize = 120;

/// Who is killed while orders come in.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Engine,
    Server(Owned),
}

/// Places orders one after another, each repeated under its key until it is answered, while the victim dies again and
/// again; then every order is there exactly once, all stock is accounted for, and the verification says OK.
async fn orders_survive(victim: Victim) {
    let program = program();
    let home = tempfile::tempdir().unwrap();
    let data_dir = home.path().join("data");
    let address = free_address();
    let mut engine = EngineProcess::start_at(&program, &data_dir, address).await;
    let api = engine.api();
    api.stocked("A", 100, 100_000).await;
    let (placed_in, mut placed) = tokio::sync::mpsc::unbounded_channel();
    let placing = {
        let api = api.clone();
        tokio::task::spawn_local(async move {
            for number in 0..ORDERS {
                let key = format!("order-{number}");
                let answered = until("an answer to a placement", async || {
                    let call = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders");
                    let answered = call.key(&key).json(&order(&[("A", 2)])).try_send().await.ok()?;
                    (answered.status != 503 && answered.status != 504).then_some(answered)
                })
                .await;
                let id = answered.expect_status(201).body["id"].as_str().unwrap().to_owned();
                placed_in.send((key, id)).unwrap();
            }
        })
    };
    let mut orders = HashMap::new();
    for kill in 0..KILLS {
        // Some orders between two deaths, so that each death meets work under way.
        for _ in 0..ORDERS / (KILLS + 1) {
            let (key, id) = placed.recv().await.expect("an order");
            orders.insert(key, id);
        }
        match victim {
            Victim::Engine => {
                engine.kill();
                engine = EngineProcess::start_at(&program, &data_dir, address).await;
            }
            Victim::Server(owned) => engine.kill_owned(owned),
        }
        assert!(!placing.is_finished() || kill + 1 == KILLS, "the orders came too fast for the deaths");
    }
    while let Some((key, id)) = placed.recv().await {
        orders.insert(key, id);
    }
    placing.await.unwrap();
    check(&engine, &orders).await;
    verify(&program, &data_dir);
    assert!(engine.terminate().success());
}

async fn check(engine: &EngineProcess, orders: &HashMap<String, String>) {
    let api = engine.api();
    assert_eq!(orders.len(), ORDERS);
    for (key, id) in orders {
        let call = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders");
        let again = call.key(key).json(&order(&[("A", 2)])).send().await.expect_status(201);
        assert_eq!(again.body["id"], *id, "the repeat of {key} is another order");
    }
    let last = api.post("/v1/stock/A/receive", &serde_json::json!({"quantity": 1})).send().await.expect_status(200);
    let stock = api.get(&format!("/v1/stock/A?min_position={}", last.position())).await;
    assert_eq!(stock["on_hand"], 100_001);
    assert_eq!(stock["reserved"], 2 * ORDERS);
}

fn verify(program: &Path, data_dir: &Path) {
    let verified = Command::new(program).args(["verify", "--data-dir"]).arg(data_dir).output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&verified.stdout), String::from_utf8_lossy(&verified.stderr));
    assert!(verified.status.success() && said.contains("OK"), "{said}{complained}");
}

fn run(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(tokio::task::LocalSet::new().run_until(async {
        tokio::time::timeout(Duration::from_mins(5), story).await.expect("the story in time");
    }));
}

#[test]
fn no_order_is_lost_or_doubled_when_the_engine_is_killed() {
    run(orders_survive(Victim::Engine));
}

#[test]
fn no_order_is_lost_or_doubled_when_postgres_is_killed() {
    run(orders_survive(Victim::Server(Owned::Postgres)));
}

#[test]
fn no_order_is_lost_or_doubled_when_nats_is_killed() {
    run(orders_survive(Victim::Server(Owned::Nats)));
}

/// SIGTERM: what is under way is answered, then the process ends with 0.
#[test]
fn a_stop_answers_what_is_under_way_and_exits_with_zero() {
    run(async {
        let program = program();
        let home = tempfile::tempdir().unwrap();
        let data_dir = home.path().join("data");
        let engine = EngineProcess::start(&program, &data_dir).await;
        let api = engine.api();
        api.stocked("A", 100, 1_000).await;
        let placements =
            futures_util::future::join_all((0..50).map(|_| api.post("/v1/orders", &order(&[("A", 1)])).try_send()));
        let (answers, ended) = tokio::join!(placements, async {
            tokio::task::yield_now().await;
            tokio::task::spawn_blocking(move || engine.terminate()).await.unwrap()
        });
        assert!(ended.success(), "{ended}");
        let accepted = answers.into_iter().flatten().filter(|answer| answer.status == 201).count();
        let engine = EngineProcess::start(&program, &data_dir).await;
        let api = engine.api();
        let last = api.post("/v1/stock/A/receive", &serde_json::json!({"quantity": 1})).send().await.expect_status(200);
        let stock = api.get(&format!("/v1/stock/A?min_position={}", last.position())).await;
        let reserved = stock["reserved"].as_u64().unwrap();
        assert!(reserved >= accepted as u64, "{accepted} accepted, {reserved} reserved");
    });
}
