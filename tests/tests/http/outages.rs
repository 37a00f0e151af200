//! What an engine answers that cannot answer: the caller is told whether and when to come back, and nothing is done by
//! halves.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use purser::config::{Config, NatsSource};
use purser_tests::{Answered, Api, TestDatabase, TestEngine, api::order, cluster, foreign, shop, wait::until};
use reqwest::Method;
use serde_json::json;
use sqlx::{Executor, PgConnection};

/// An engine that is out of patience after a second, with a hundred `A`.
async fn impatient(change: impl FnOnce(&mut Config)) -> (TestEngine, Api) {
    let nats = NatsSource::External(cluster::nats().await);
    let engine = TestEngine::start_with(TestDatabase::create().await, std::sync::Arc::default(), |config| {
        config.request_timeout = Duration::from_secs(1);
        config.nats = nats;
        change(config);
    })
    .await;
    let api = engine.api();
    shop::writes(&api).await;
    api.stocked("A", 250, 100).await;
    shop::at_rest(&api).await;
    (engine, api)
}

/// Keeps everybody else from a table until the connection says `rollback`.
async fn locked(database: &TestDatabase, table: &str) -> PgConnection {
    locked_as(database, table, "access exclusive").await
}

/// Keeps a table as it is until the connection says `rollback`; it can be read.
async fn frozen(database: &TestDatabase, table: &str) -> PgConnection {
    locked_as(database, table, "share row exclusive").await
}

async fn locked_as(database: &TestDatabase, table: &str, mode: &str) -> PgConnection {
    let mut owner = database.owner().await;
    owner.execute(&*format!("begin; lock table {table} in {mode} mode")).await.expect("a lock");
    owner
}

/// Waits until a statement waits for a lock on a table, and returns its process.
async fn waiting_for(database: &TestDatabase, table: &str) -> i32 {
    let mut owner = database.owner().await;
    let waiting = "select pid from pg_locks where relation = $1::regclass and not granted
                   and database = (select oid from pg_database where datname = current_database()) limit 1";
    let owner = std::sync::Arc::new(tokio::sync::Mutex::new(&mut owner));
    until("a statement waits", async || {
        sqlx::query_scalar(waiting).bind(table).fetch_optional(&mut **owner.lock().await).await.expect("the locks")
    })
    .await
}

async fn get(api: &Api, path: &str) -> Answered {
    api.with_token(&api.tokens().back_office, Method::GET, path).send().await
}

async fn place(api: &Api, key: &str) -> Answered {
    let call = api.with_token(&api.tokens().back_office, Method::POST, "/v1/orders");
    call.key(key).json(&order(&[("A", 1)])).send().await
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_given_up() {
    let (engine, api) = impatient(|_| {}).await;
    let _telling = api.tells(&["query-timeout"]);
    let mut lock = locked(engine.database(), "views.order_search").await;
    let refused = get(&api, "/v1/orders").await.expect_problem(503, "query-timeout");
    assert_eq!(refused.header("retry-after"), "1");
    lock.execute("rollback").await.unwrap();
    get(&api, "/v1/orders").await.expect_status(200);
    engine.stop().await;
}

#[tokio::test]
async fn a_database_that_goes_away_is_a_matter_of_waiting() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["unavailable"]);
    let mut lock = locked(engine.database(), "views.order_search").await;
    let end = async {
        let process = waiting_for(engine.database(), "views.order_search").await;
        let mut owner = engine.database().owner().await;
        sqlx::query("select pg_terminate_backend($1)").bind(process).execute(&mut owner).await.unwrap();
    };
    let (refused, ()) = tokio::join!(get(&api, "/v1/orders"), end);
    let refused = refused.expect_problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), "1");
    lock.execute("rollback").await.unwrap();
    get(&api, "/v1/orders").await.expect_status(200);
    engine.stop().await;
}

#[tokio::test]
async fn a_log_that_takes_nothing_leaves_no_trace_of_what_was_asked() {
    let (engine, api) = impatient(|_| {}).await;
    let _telling = api.tells(&["unavailable", "POST /v1/orders"]);
    let mut owner = engine.database().owner().await;
    owner.execute("alter table events add constraint objection check (event_type <> 'OrderPlaced')").await.unwrap();
    let before = shop::head(engine.database()).await;
    let refused = place(&api, "k").await.expect_problem(503, "unavailable");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(shop::head(engine.database()).await, before);
    // Others are not held up.
    api.post("/v1/stock/A/receive", &json!({"quantity": 1})).send().await.expect_status(200);
    owner.execute("alter table events drop constraint objection").await.unwrap();
    place(&api, "k").await.expect_status(201);
    engine.stop().await;
}

#[tokio::test]
async fn a_view_that_is_behind_says_so_after_a_while() {
    let (engine, api) = impatient(|_| {}).await;
    let _telling = api.tells(&["view-behind"]);
    let mut lock = frozen(engine.database(), "views.product").await;
    let head = shop::stocked(&api, "m-2", "B", 250, 1).await;
    let of_all = format!("/v1/products?min_position={head}");
    for path in [of_all.clone(), format!("/v1/products/B?min_position={head}")] {
        let refused = get(&api, &path).await.expect_problem(503, "view-behind");
        assert_eq!(refused.expect_fault("parameter", "min_position").header("retry-after"), "1");
    }
    lock.execute("rollback").await.unwrap();
    get(&api, &of_all).await.expect_status(200);
    engine.stop().await;
}

/// It would be waited for in vain; nor is a position below the first one a place in the log.
#[tokio::test]
async fn what_the_log_does_not_have_is_refused_at_once_by_every_view() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["position-ahead", "malformed-parameter"]);
    api.stocked("A", 250, 10).await;
    let end = shop::head(engine.database()).await;
    let document = api.anonymous(Method::GET, "/openapi.json").send().await.body;
    let mut asked = 0;
    let started = Instant::now();
    for (path, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array();
        if !parameters.is_some_and(|all| all.iter().any(|parameter| parameter["name"] == "min_position")) {
            continue;
        }
        let path = shop::with_examples(path, &item["get"]);
        for (position, status, kind) in [
            (end + 1, 409, "position-ahead"),
            (i64::MAX, 409, "position-ahead"),
            (-1, 400, "malformed-parameter"),
            (i64::MIN, 400, "malformed-parameter"),
        ] {
            let refused = get(&api, &format!("{path}?min_position={position}")).await;
            refused.expect_problem(status, kind).expect_fault("parameter", "min_position");
            asked += 1;
        }
    }
    assert!(asked >= 40, "{asked}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    get(&api, &format!("/v1/orders?min_position={end}")).await.expect_status(200);
    engine.stop().await;
}

#[tokio::test]
async fn stock_by_merchant_is_shown_when_the_catalogue_knows_whose_it_is() {
    let (engine, api) = impatient(|_| {}).await;
    let _telling = api.tells(&["view-behind", "GET /v1/stock"]);
    let mut lock = frozen(engine.database(), "views.product").await;
    let head = shop::stocked(&api, "m-2", "B", 250, 1).await;
    let of_all = format!("/v1/stock?min_position={head}");
    let of_one = format!("{of_all}&merchant=m-2");
    get(&api, &of_all).await.expect_status(200);
    get(&api, &of_one).await.expect_problem(503, "view-behind").expect_fault("parameter", "min_position");
    lock.execute("rollback").await.unwrap();
    let found = get(&api, &of_one).await.expect_status(200);
    assert_eq!(shop::field(&found.body, "sku"), ["B"]);
    engine.stop().await;
}

#[tokio::test]
async fn an_outcome_that_is_not_known_is_told_to_who_asks_again_with_the_same_key() {
    let (engine, api) = impatient(|_| {}).await;
    let _telling = api.tells(&["outcome-unknown", "POST /v1/orders"]);
    let mut lock = locked(engine.database(), "events").await;
    let unknown = place(&api, "k").await.expect_problem(504, "outcome-unknown");
    assert_eq!(unknown.header("retry-after"), "1");
    lock.execute("rollback").await.unwrap();
    let known = until("the outcome is known", async || {
        Some(place(&api, "k").await).filter(|answered| answered.status.is_success())
    })
    .await;
    assert_eq!(place(&api, "k").await.text, known.text);
    assert_eq!(shop::events(engine.database(), "OrderPlaced").await, 1);
    engine.stop().await;
}

#[tokio::test]
async fn more_commands_than_may_wait_are_turned_away_untouched() {
    const CALLERS: usize = 12;
    let (engine, api) = impatient(|config| {
        config.queue_capacity = 2;
        config.request_timeout = Duration::from_secs(20);
    })
    .await;
    let _telling = api.tells(&["overloaded", "POST /v1/orders"]);
    let mut lock = locked(engine.database(), "events").await;
    let keys: Vec<String> = (0..CALLERS).map(|number| format!("k-{number}")).collect();
    let asked = join_all(keys.iter().map(|key| place(&api, key)));
    let unlock = async {
        waiting_for(engine.database(), "events").await;
        until("a caller is turned away", async || api.has_heard("overloaded").then_some(())).await;
        lock.execute("rollback").await.unwrap();
    };
    let (answers, ()) = tokio::join!(asked, unlock);
    let mut placed = 0;
    for (key, answered) in keys.iter().zip(answers) {
        if answered.status.is_success() {
            placed += 1;
            continue;
        }
        let refused = answered.expect_problem(503, "overloaded");
        assert_eq!(refused.header("retry-after"), "1");
        // Whoever comes back finds room, and no trace of the first time.
        place(&api, key).await.expect_status(201);
    }
    assert!((1..CALLERS).contains(&placed), "{placed}");
    assert_eq!(shop::events(engine.database(), "OrderPlaced").await, i64::try_from(CALLERS).unwrap());
    engine.stop().await;
}

/// Without NATS an engine has no way to the one that writes.
#[tokio::test]
async fn an_engine_that_cannot_reach_the_writer_reads_and_does_not_write() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["no-writer", "GET /v1/orders/{id}"]);
    api.stocked("A", 250, 10).await;
    let (id, position) = api.placed(&[("A", 1)]).await;
    let database = engine.database().clone();
    let standby = TestEngine::start_with(database, std::sync::Arc::clone(engine.clock()), |_| {}).await;
    let there = api.at(standby.engine().address());
    assert_eq!(shop::role(&there).await, "standby");
    let call = there.post("/v1/orders", &order(&[("A", 1)]));
    let refused = shop::refused(&engine, call, 503, "no-writer").await;
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(there.get(&format!("/v1/orders/{id}?min_position={position}")).await["id"], id);
    standby.stop().await;
    engine.stop().await;
}

#[tokio::test]
async fn an_engine_whose_database_does_not_answer_is_alive_and_not_ready() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["not-ready", "GET /health/live"]);
    let mut lock = locked(engine.database(), "log_head").await;
    let refused = api.anonymous(Method::GET, "/health/ready").send().await.expect_problem(503, "not-ready");
    assert_eq!(refused.header("retry-after"), "1");
    api.anonymous(Method::GET, "/health/live").send().await.expect_status(200);
    lock.execute("rollback").await.unwrap();
    shop::writes(&api).await;
    engine.stop().await;
}

#[tokio::test]
async fn what_only_people_can_mend_is_not_explained_to_callers() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["internal"]);
    api.stocked("A", 250, 10).await;
    let (id, _) = api.placed(&[("A", 1)]).await;
    let unreadable = foreign::append(engine.database(), &id, foreign::TELEPORTED).await;
    let refused = get(&api, &format!("/v1/orders/{id}/as-of?position={unreadable}")).await;
    let refused = refused.expect_problem(500, "internal");
    assert!(!refused.text.contains("Teleported") && !refused.text.contains("events"), "{}", refused.text);
    // The history shows the event as it is, and what was before it can be read.
    let history = get(&api, &format!("/v1/orders/{id}/history")).await.expect_status(200);
    assert_eq!(shop::field(&history.body, "event_type"), ["OrderPlaced", "OrderTeleported"]);
    let before = get(&api, &format!("/v1/orders/{id}/as-of?position={}", unreadable - 1)).await.expect_status(200);
    assert_eq!(before.body["status"], json!("pending_payment"));
    engine.stop().await;
}
