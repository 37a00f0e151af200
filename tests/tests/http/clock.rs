//! A time of day that jumps: nothing is dated by it and nothing expires by it, until it is back or confirmed.

use chrono::{DateTime, TimeDelta, Utc};
use purser_domain::{Timestamp, clock::Sources};
use purser_tests::{Api, JumpingClocks, TestEngine, wait::until};
use reqwest::Method;
use serde_json::Value;

async fn clock(api: &Api) -> Value {
    api.with_token(&api.tokens().operator, Method::GET, "/v1/clock").send().await.expect_status(200).body
}

/// It is ready a moment before it is the writer.
async fn writes(api: &Api) {
    until("the engine writes", async || {
        let ready = api.anonymous(Method::GET, "/health/ready").send().await;
        (ready.body["role"] == "writer").then_some(())
    })
    .await;
}

async fn is_in_doubt(api: &Api, doubt: bool) {
    until("the clock is watched", async || (clock(api).await["in_doubt"] == doubt).then_some(())).await;
}

async fn status(api: &Api, order: &str) -> String {
    api.get(&format!("/v1/orders/{order}")).await["status"].as_str().unwrap().to_owned()
}

async fn recorded_at(engine: &TestEngine) -> Timestamp {
    let last: DateTime<Utc> = sqlx::query_scalar("select max(recorded_at) from events")
        .fetch_one(&mut engine.database().owner().await)
        .await
        .unwrap();
    last
}

#[tokio::test]
async fn nothing_expires_and_nothing_is_dated_by_a_clock_that_jumped_until_an_operator_confirms_it() {
    let clocks = JumpingClocks::default();
    let engine = TestEngine::start_by(&clocks).await;
    let api = engine.api();
    writes(&api).await;
    let _telling = api.tells(&["GET /v1/clock", "POST /v1/clock/confirm", "GET /health/ready"]);
    api.stocked("A", 100, 10).await;
    let (before, _) = api.placed(&[("A", 1)]).await;
    is_in_doubt(&api, false).await;

    clocks.jump(TimeDelta::hours(1));
    is_in_doubt(&api, true).await;

    let doubted = clock(&api).await;
    let ahead = doubted["wall_ahead_ms"].as_i64().unwrap();
    assert!((3_590_000..=3_610_000).contains(&ahead), "{doubted}");
    let ready = api.anonymous(Method::GET, "/health/ready").send().await.expect_status(200);
    assert_eq!(ready.body["clock"]["in_doubt"], true);
    let (during, _) = api.placed(&[("A", 1)]).await;
    assert!(recorded_at(&engine).await < clocks.wall() - TimeDelta::minutes(50));
    assert_eq!(status(&api, &before).await, "pending_payment");

    let confirm = api.with_token(&api.tokens().operator, Method::POST, "/v1/clock/confirm").send().await;
    assert_eq!(confirm.expect_status(200).body["in_doubt"], false);

    for order in [before, during] {
        until("what is due by the confirmed time", async || (status(&api, &order).await == "expired").then_some(()))
            .await;
    }
    assert!(recorded_at(&engine).await > clocks.wall() - TimeDelta::minutes(1));
    engine.stop().await;
}

#[tokio::test]
async fn a_jump_that_is_taken_back_leaves_the_orders_and_the_logs_time_as_they_were() {
    let clocks = JumpingClocks::default();
    let engine = TestEngine::start_by(&clocks).await;
    let api = engine.api();
    writes(&api).await;
    api.stocked("A", 100, 10).await;
    let (order, _) = api.placed(&[("A", 1)]).await;

    clocks.jump(TimeDelta::hours(1));
    is_in_doubt(&api, true).await;
    clocks.jump(TimeDelta::hours(-1));
    is_in_doubt(&api, false).await;

    api.placed(&[("A", 1)]).await;
    assert!(recorded_at(&engine).await <= clocks.wall());
    assert_eq!(status(&api, &order).await, "pending_payment");
    engine.stop().await;
}
