//! For those who run the engine: views, rebuilds, parked events, sagas, dead letters.

use std::sync::Arc;

use purser_commands::log::SNAPSHOT_FORM;
use purser_tests::{Answered, Api, TestEngine, shop, wait::until};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Executor;

const VIEWS: [&str; 14] = [
    "catalogue",
    "coupon",
    "exception",
    "fulfillment",
    "merchant_terms",
    "order_detail",
    "order_search",
    "payment",
    "points",
    "refund",
    "return",
    "sales",
    "statistics",
    "stock_level",
];

async fn post(api: &Api, path: &str) -> Answered {
    shop::operator_post(api, path).await
}

/// Presses twice under one key: it is done once and told twice.
async fn once(api: &Api, path: &str) -> Answered {
    let press = || api.with_token(&api.tokens().operator, Method::POST, path).key(path).send();
    let (first, again) = (press().await, press().await);
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.headers.get("location"), first.headers.get("location"));
    assert_eq!(
        (first.headers.get("idempotent-replayed"), again.header("idempotent-replayed")),
        (None, "true"),
        "{path}"
    );
    first
}

#[tokio::test]
async fn every_view_tells_how_far_it_has_come() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["GET /v1/views", "GET /v1/views/{name}", "GET /v1/sagas", "not-found"]);
    api.stocked("A", 250, 10).await;
    api.placed(&[("A", 1)]).await;
    let head = shop::at_rest(&api).await;
    let list = shop::operator_get(&api, "/v1/views").await;
    let names = shop::field(&list, "name");
    assert!(VIEWS.iter().all(|view| names.contains(&(*view).to_owned())), "{names:?}");
    for view in VIEWS {
        let status = shop::operator_get(&api, &format!("/v1/views/{view}")).await;
        let expected = json!({"name": view, "position": head, "head": head, "lag_events": 0,
            "updated_at": status["updated_at"], "parked_events": 0, "skipped_events": 0});
        assert_eq!(status, expected);
        assert!(shop::items(&list).contains(&status), "{view} is another in the list");
    }
    let missing = api.with_token(&api.tokens().operator, reqwest::Method::GET, "/v1/views/none").send().await;
    missing.expect_problem(404, "not-found");
    let expected = json!({"position": head, "head": head, "lag_events": 0, "pending_commands": 0, "dead_letters": 0,
        "parked_events": 0, "open_timers": 1, "next_timer_due": "2026-01-15T12:30:00.000000Z"});
    assert_eq!(shop::operator_get(&api, "/v1/sagas").await, expected);
    engine.stop().await;
}

#[tokio::test]
async fn a_view_is_rebuilt_from_the_log_one_rebuild_at_a_time() {
    let (engine, api) = shop::open().await;
    let _telling = api.tells(&["POST /v1/views/{name}/rebuild", "rebuild-running", "not-found"]);
    api.stocked("A", 250, 10).await;
    let head = shop::at_rest(&api).await;
    let mut owner = engine.database().owner().await;
    owner.execute("update views.stock_level set on_hand = 9").await.unwrap();
    assert_eq!(shop::stock(&api, "A").await.on_hand, 9);
    // Whoever reads the old rows keeps them from being exchanged.
    owner.execute("begin; select count(*) from views.stock_level").await.unwrap();
    let begun = once(&api, "/v1/views/stock_level/rebuild").await.expect_status(202);
    assert_eq!(begun.header("location"), "/v1/views/stock_level");
    assert_eq!((&begun.body["view"], &begun.body["target"]), (&json!("stock_level"), &json!(head)));
    post(&api, "/v1/views/stock_level/rebuild").await.expect_problem(409, "rebuild-running");
    let status = || async { shop::operator_get(&api, "/v1/views/stock_level").await["rebuild"].clone() };
    assert_eq!(status().await["running"], true);
    owner.execute("rollback").await.unwrap();
    let done =
        until("the rebuild ends", async || Some(status().await).filter(|rebuild| rebuild["running"] == false)).await;
    assert_eq!((&done["position"], &done["target"], &done["error"]), (&json!(head), &json!(head), &Value::Null));
    assert!(done["finished_at"].is_string(), "{done}");
    assert_eq!(shop::stock(&api, "A").await.on_hand, 10);
    post(&api, "/v1/views/none/rebuild").await.expect_problem(404, "not-found");
    engine.stop().await;
}

/// A table that objects to what an event asks of it, and a shipped order whose delivery will have to wait for that.
async fn parked() -> (TestEngine, Api, String, i64) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 1)]).await;
    shop::pay(&api, &order, 250, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    let objection = "alter table views.order_search_status add constraint objection check (status <> 'shipped')";
    engine.database().owner().await.execute(objection).await.unwrap();
    let shipped = step(&api, &order, "ship").await;
    (engine, api, order, shipped)
}

/// Takes a step of an order and waits until every view has seen it.
async fn step(api: &Api, order: &str, step: &str) -> i64 {
    let taken = api.post(&format!("/v1/orders/{order}/{step}"), &json!({})).send().await.expect_status(200);
    shop::at_rest(api).await;
    taken.position()
}

async fn consent(engine: &TestEngine) {
    let consent = "alter table views.order_search_status drop constraint objection";
    engine.database().owner().await.execute(consent).await.unwrap();
}

fn decision(position: i64, word: &str) -> String {
    format!("/v1/parked-events/order_search/{position}/{word}")
}

#[tokio::test]
async fn a_parked_event_is_retried_once_its_cause_is_gone() {
    let (engine, api, order, shipped) = Box::pin(parked()).await;
    let _telling = api.tells(&[
        "GET /v1/parked-events",
        "POST /v1/parked-events/{view}/{position}/retry",
        "still-poison",
        "malformed-id",
    ]);
    let still = post(&api, &decision(shipped, "retry")).await.expect_problem(409, "still-poison");
    assert!(still.body["detail"].as_str().unwrap().contains("objection"), "{}", still.text);
    step(&api, &order, "deliver").await;
    let list = shop::operator_get(&api, "/v1/parked-events").await;
    assert_eq!(shop::field(&list, "event_type"), ["OrderShipped", "ParcelDelivered", "OrderDelivered"]);
    let [first, second, _] = &shop::items(&list)[..] else { panic!("{list}") };
    assert_eq!((&first["view"], &first["position"]), (&json!("order_search"), &json!(shipped)));
    assert!(first["error"].as_str().unwrap().contains("objection"), "{first}");
    assert_eq!((&second["position"], second.get("error")), (&json!(shipped + 2), None));
    let pages = shop::pages(&api, &api.tokens().operator, "/v1/parked-events?view=order_search&limit=1").await;
    assert_eq!(pages, shop::items(&list));
    assert_eq!(shop::operator_get(&api, "/v1/parked-events?view=sales").await["items"], json!([]));
    for malformed in ["-1", "x", "99999999999999999999"] {
        let refused = post(&api, &format!("/v1/parked-events/order_search/{malformed}/retry")).await;
        refused.expect_problem(400, "malformed-id").expect_fault("parameter", "position");
    }
    consent(&engine).await;
    let freed = once(&api, &decision(shipped, "retry")).await.expect_status(200);
    assert_eq!(freed.body, json!({"folded_events": 3}));
    assert_eq!(shop::operator_get(&api, "/v1/parked-events").await["items"], json!([]));
    assert_eq!(shop::field(&api.get("/v1/orders").await, "status"), ["delivered"]);
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_parked_event_is_skipped_on_record_and_by_name() {
    let (engine, api, order, shipped) = Box::pin(parked()).await;
    step(&api, &order, "deliver").await;
    let _telling = api.tells(&[
        "POST /v1/parked-events/{view}/{position}/skip",
        "not-first-parked",
        "rebuild-running",
        "not-found",
    ]);
    post(&api, &decision(shipped + 2, "skip")).await.expect_problem(409, "not-first-parked");
    post(&api, &decision(shipped - 1, "skip")).await.expect_problem(404, "not-found");
    post(&api, &format!("/v1/parked-events/none/{shipped}/skip")).await.expect_problem(404, "not-found");
    let mut rebuilder = engine.database().owner().await;
    rebuilder.execute("begin; select pg_advisory_xact_lock(x'50555253'::int, hashtext('order_search'))").await.unwrap();
    post(&api, &decision(shipped, "skip")).await.expect_problem(409, "rebuild-running");
    rebuilder.execute("rollback").await.unwrap();
    let freed = once(&api, &decision(shipped, "skip")).await.expect_status(200);
    assert_eq!(freed.body, json!({"folded_events": 2}));
    assert_eq!(shop::operator_get(&api, "/v1/parked-events").await["items"], json!([]));
    let record = shop::operator_get(&api, "/v1/parked-events?with_skipped=true").await;
    assert_eq!((&record["items"][0]["position"], shop::items(&record).len()), (&json!(shipped), 1));
    assert!(record["items"][0]["skipped_by"].as_str().unwrap().starts_with("operator:tok_"), "{record}");
    assert_eq!(shop::operator_get(&api, "/v1/views/order_search").await["skipped_events"], 1);
    engine.stop().await;
}

/// Two paid orders whose stock, because of a snapshot that lies, knows nothing of them.
async fn given_up() -> (TestEngine, Api, [String; 2]) {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (one, _) = api.placed(&[("A", 1)]).await;
    let (other, _) = api.placed(&[("A", 1)]).await;
    shop::at_rest(&api).await;
    let clock = Arc::clone(engine.clock());
    let database = engine.stop().await;
    let lie = "insert into stream_snapshots (aggregate_type, aggregate_id, sequence, form, state)
               select aggregate_type, aggregate_id, max(sequence), $1, '{\"on_hand\":10,\"reserved\":0,\"reservations\":{}}'
               from events where aggregate_type = 'stock' group by aggregate_type, aggregate_id";
    sqlx::query(lie).bind(SNAPSHOT_FORM).execute(&mut database.owner().await).await.unwrap();
    let engine = TestEngine::start_on(database, clock).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    shop::pay(&api, &one, 250, "tx-1").await;
    shop::pay(&api, &other, 250, "tx-2").await;
    until("two dead letters", async || {
        // The pauses between attempts go by this clock.
        engine.clock().advance(chrono::TimeDelta::seconds(1));
        (shop::operator_get(&api, "/v1/sagas").await["dead_letters"] == 2).then_some(())
    })
    .await;
    (engine, api, [one, other])
}

#[tokio::test]
async fn a_dead_letter_waits_for_an_operator_who_retries_or_skips_it() {
    let (engine, api, [one, other]) = Box::pin(given_up()).await;
    let _telling = api.tells(&[
        "GET /v1/dead-letters",
        "POST /v1/dead-letters/{id}/retry",
        "POST /v1/dead-letters/{id}/skip",
        "not-found",
        "malformed-id",
    ]);
    let list = shop::operator_get(&api, "/v1/dead-letters?saga=processing").await;
    let letters = shop::items(&list);
    assert_eq!(letters.len(), 2);
    for (letter, order) in letters.iter().zip([&one, &other]) {
        assert_eq!((&letter["saga"], &letter["waiting"]), (&json!("processing"), &json!(0)));
        assert!(letter["action"].to_string().contains(order.as_str()), "{letter}");
        assert_eq!(letter["causation_id"], format!("event:{}", letter["position"]));
        assert!(letter["last_error"].is_string() && letter["attempts"].as_i64() >= Some(5), "{letter}");
    }
    let pages = shop::pages(&api, &api.tokens().operator, "/v1/dead-letters?limit=1").await;
    assert_eq!(pages, letters);
    assert_eq!(shop::operator_get(&api, "/v1/dead-letters?saga=release").await["items"], json!([]));
    engine.database().owner().await.execute("delete from stream_snapshots").await.unwrap();
    let decide = async |letter: &Value, word: &str| {
        once(&api, &format!("/v1/dead-letters/{}/{word}", letter["id"].as_str().unwrap())).await
    };
    let retried = decide(&letters[0], "retry").await.expect_status(200);
    assert_eq!(retried.body, json!({"id": letters[0]["id"], "state": "pending"}));
    let skipped = decide(&letters[1], "skip").await.expect_status(200);
    assert_eq!(skipped.body, json!({"id": letters[1]["id"], "state": "skipped"}));
    let path = format!("/v1/dead-letters/{}/retry", letters[1]["id"].as_str().unwrap());
    post(&api, &path).await.expect_problem(404, "not-found");
    let malformed = post(&api, "/v1/dead-letters/1/skip").await.expect_problem(400, "malformed-id");
    malformed.expect_fault("parameter", "id");
    shop::reaches(&api, &one, "processing").await;
    assert_eq!(shop::order(&api, &other).await["status"], "paid");
    let record = shop::operator_get(&api, "/v1/dead-letters?with_skipped=true").await;
    assert_eq!(record["items"][0]["id"], letters[1]["id"]);
    assert!(record["items"][0]["skipped_by"].as_str().unwrap().starts_with("operator:tok_"), "{record}");
    engine.stop().await;
}
