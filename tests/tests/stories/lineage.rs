//! A log that lost its latest events, or is another one, is not followed on by what was derived from what it was.

use std::sync::Arc;

use purser::engine::{Engine, StartError};
use purser_domain::upcast::Upcasters;
use purser_projections::{
    lineage::{LineageError, RealignError, realign},
    verify::verify,
    views,
};
use purser_tests::{Api, HandClock, TestDatabase, TestEngine, engine::config, wait::until};
use reqwest::Method;
use sqlx::Executor;

/// A shop with two products, of which the log remembers the first alone when it was restored.
async fn restored_from_an_older_backup() -> (TestDatabase, Api) {
    let engine = TestEngine::start().await;
    let api = engine.api();
    writes(&api).await;
    let kept = api.stocked("KEPT", 100, 10).await;
    let lost = api.stocked("LOST", 100, 10).await;
    let (_, placed) = api.placed(&[("LOST", 1)]).await;
    assert!(kept < lost && lost < placed);
    api.views_have(placed).await;
    until("the sagas have set the order's timer", async || {
        let timers: i64 = sqlx::query_scalar("select count(*) from saga_timers")
            .fetch_one(&mut engine.database().owner().await)
            .await
            .ok()?;
        (timers > 0).then_some(())
    })
    .await;
    let database = engine.stop().await;
    forget_after(&database, kept).await;
    (database, api)
}

/// What a restore of the log's tables alone does.
async fn forget_after(database: &TestDatabase, position: i64) {
    let mut owner = database.owner().await;
    let forget = format!(
        "set session_replication_role = replica;
         delete from events where position > {position};
         update log_head set position = {position}, hash = (select hash from events where position = {position})"
    );
    owner.execute(forget.as_str()).await.unwrap();
}

/// It is ready a moment before it is the writer.
async fn writes(api: &Api) {
    until("the engine writes", async || {
        let ready = api.anonymous(Method::GET, "/health/ready").send().await;
        (ready.body["role"] == "writer").then_some(())
    })
    .await;
}

async fn refusal(database: &TestDatabase) -> LineageError {
    let home = tempfile::tempdir().unwrap();
    match Engine::start(&config(home.path(), database), Arc::<HandClock>::default(), None).await {
        Err(StartError::Lineage(refusal)) => refusal,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("the engine started"),
    }
}

/// The engine starts, the views are those of the log, and trade goes on.
async fn goes_on(database: TestDatabase, api: &Api) {
    let engine = TestEngine::start_on(database, Arc::default()).await;
    let api = api.at(engine.engine().address());
    writes(&api).await;
    let position = api.stocked("NEXT", 100, 10).await;
    until("the views have followed", async || api.are_views_at(position).await.then_some(())).await;
    verify(&engine.database().pool(), &views::all(), &Upcasters::current(), |_| {}).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_log_without_its_latest_events_stops_the_start_and_is_realigned_by_command() {
    let (database, api) = restored_from_an_older_backup().await;

    let refused = refusal(&database).await;

    assert!(matches!(refused, LineageError::Ahead { .. }), "{refused}");
    let words = refused.to_string();
    assert!(words.contains("the view ") && words.contains(" more: "), "ten are named, and the rest counted: {words}");
    assert!(words.contains("purser realign"), "{words}");

    let realigned = realign(&database.pool(), &views::all()).await.unwrap();
    assert!(realigned.views.contains(&"stock_level") && realigned.keys > 0 && realigned.planned > 0, "{realigned:?}");
    goes_on(database, &api).await;
}

#[tokio::test]
async fn another_log_and_another_past_stop_the_start() {
    let engine = TestEngine::start().await;
    let api = engine.api();
    writes(&api).await;
    let position = api.stocked("KEPT", 100, 10).await;
    api.views_have(position).await;
    // Noted at the start: the next one knows the log as it is now.
    let database = engine.stop().await;
    TestEngine::start_on(database.clone(), Arc::default()).await.stop().await;
    let mut owner = database.owner().await;
    owner.execute("update log_witness set hash = sha256('another past')").await.unwrap();
    let refused = refusal(&database).await;
    assert!(matches!(refused, LineageError::OtherPast { position: at } if at == position), "{refused}");

    owner.execute("update log_witness set log_id = gen_random_uuid()").await.unwrap();
    let refused = refusal(&database).await;
    assert!(matches!(refused, LineageError::OtherLog { .. }), "{refused}");

    let realigned = realign(&database.pool(), &views::all()).await.unwrap();
    assert_eq!(realigned.views.len(), views::all().len());
    goes_on(database, &api).await;
}

#[tokio::test]
async fn nothing_is_realigned_under_a_running_engine() {
    let engine = TestEngine::start().await;
    let api = engine.api();
    writes(&api).await;
    api.stocked("KEPT", 100, 10).await;

    let refused = realign(&engine.database().pool(), &views::all()).await.unwrap_err();

    assert!(matches!(refused, RealignError::EngineRuns), "{refused}");
    engine.stop().await;
}
