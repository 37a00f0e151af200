//! What must follow from an event does follow, once, whatever happens to the engine.

use std::sync::Arc;

use chrono::TimeDelta;
use purser_commands::{Command, log::SNAPSHOT_FORM};
use purser_domain::ids::OrderId;
use purser_tests::{
    Api, HandClock, TestDatabase, TestEngine, Wish, WriteSide,
    shop::{self, Counts},
    wait::until,
    write_side::{order_of, place},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

#[tokio::test]
async fn the_stock_of_a_paid_order_is_deducted_and_the_work_begins() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 3)]).await;
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 3 });
    assert_eq!(shop::order(&api, &order).await["status"], "pending_payment");
    shop::pay(&api, &order, 750, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 7, reserved: 0 });
    assert_eq!(shop::refunds(&api, &order).await, Vec::<Value>::new());
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn the_stock_of_a_cancelled_unpaid_order_is_given_back() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 3)]).await;
    shop::cancel(&api, &order).await;
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 0 });
    assert_eq!(shop::order(&api, &order).await["status"], "cancelled");
    assert_eq!(shop::refunds(&api, &order).await, Vec::<Value>::new());
    assert_eq!(api.get("/v1/sagas").await["open_timers"], 0);
    engine.stop().await;
}

#[tokio::test]
async fn an_order_cancelled_during_the_work_gives_its_stock_and_its_money_back() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 3)]).await;
    shop::pay(&api, &order, 750, "tx-1").await;
    shop::reaches(&api, &order, "processing").await;
    shop::cancel(&api, &order).await;
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 0 });
    ends_in_a_refund(&api, &order, 750, "order_cancelled").await;
    shop::verified(engine.database()).await.unwrap();
    engine.stop().await;
}

/// Nothing follows from anything while only the write side runs, so that the cancellation comes before the work.
#[tokio::test]
async fn an_order_cancelled_before_the_work_gives_its_stock_and_its_money_back() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    let order = paid(&write_side).await;
    let reason = "changed my mind".parse().unwrap();
    write_side.execute(Command::CancelOrder { order, lines: vec![], reason }).await.unwrap();
    write_side.stop().await;
    let engine = TestEngine::start_on(database, Arc::default()).await;
    let api = engine.api();
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 0 });
    assert_eq!(shop::events(engine.database(), "ProcessingStarted").await, 0);
    assert_eq!(shop::items(&shop::operator_get(&api, "/v1/dead-letters").await), Vec::<Value>::new());
    ends_in_a_refund(&api, &order.to_string(), 250, "order_cancelled").await;
    engine.stop().await;
}

#[tokio::test]
async fn money_for_an_order_that_has_ended_is_owed_back() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (cancelled, _) = api.placed(&[("A", 1)]).await;
    let (expired, _) = api.placed(&[("A", 2)]).await;
    shop::cancel(&api, &cancelled).await;
    engine.clock().advance(TimeDelta::minutes(30));
    shop::reaches(&api, &expired, "expired").await;
    shop::pay(&api, &cancelled, 250, "tx-1").await;
    shop::pay(&api, &expired, 500, "tx-2").await;
    shop::at_rest(&api).await;
    ends_in_a_refund(&api, &cancelled, 250, "late_payment").await;
    ends_in_a_refund(&api, &expired, 500, "late_payment").await;
    assert_eq!(shop::order(&api, &expired).await["status"], "expired");
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 0 });
    engine.stop().await;
}

#[tokio::test]
async fn money_on_top_of_what_settled_an_order_is_owed_back_once() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (order, _) = api.placed(&[("A", 1)]).await;
    shop::pay(&api, &order, 250, "tx-1").await;
    shop::pay(&api, &order, 90, "tx-2").await;
    shop::pay(&api, &order, 90, "tx-2").await;
    shop::reaches(&api, &order, "processing").await;
    shop::at_rest(&api).await;
    ends_in_a_refund(&api, &order, 90, "surplus_payment").await;
    assert_eq!(shop::order(&api, &order).await["status"], "processing");
    engine.stop().await;
}

/// The second order was placed a microsecond after the first: when the first has ended, the timers have been looked at,
/// and the second one's was not due.
#[tokio::test]
async fn an_unpaid_order_expires_when_its_window_closes_and_not_a_microsecond_earlier() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (first, _) = api.placed(&[("A", 1)]).await;
    engine.clock().advance(TimeDelta::microseconds(1));
    let (second, _) = api.placed(&[("A", 2)]).await;
    shop::at_rest(&api).await;
    engine.clock().advance(TimeDelta::minutes(30) - TimeDelta::microseconds(1));
    shop::reaches(&api, &first, "expired").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::order(&api, &second).await["status"], "pending_payment");
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 2 });
    engine.clock().advance(TimeDelta::microseconds(1));
    shop::reaches(&api, &second, "expired").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 0 });
    assert_eq!(api.get("/v1/sagas").await["open_timers"], 0);
    engine.stop().await;
}

#[tokio::test]
async fn an_order_that_was_paid_in_time_does_not_expire() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let (paid, _) = api.placed(&[("A", 1)]).await;
    let (unpaid, _) = api.placed(&[("A", 1)]).await;
    engine.clock().advance(TimeDelta::minutes(29));
    shop::pay(&api, &paid, 250, "tx-1").await;
    engine.clock().advance(TimeDelta::hours(1));
    shop::reaches(&api, &unpaid, "expired").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::order(&api, &paid).await["status"], "processing");
    assert_eq!(shop::events(engine.database(), "OrderExpired").await, 1);
    assert_eq!(api.get("/v1/sagas").await["open_timers"], 1, "the parcel is waited for");
    engine.stop().await;
}

#[tokio::test]
async fn a_payment_window_outlives_the_engine() {
    let (engine, api) = shop::open().await;
    api.stocked("A", 250, 10).await;
    let clock = Arc::clone(engine.clock());
    let (first, _) = api.placed(&[("A", 1)]).await;
    let engine = TestEngine::start_on(engine.stop().await, Arc::clone(&clock)).await;
    let api = api.at(engine.engine().address());
    shop::writes(&api).await;
    clock.advance(TimeDelta::minutes(20));
    let (second, _) = api.placed(&[("A", 2)]).await;
    clock.advance(TimeDelta::minutes(10));
    shop::reaches(&api, &first, "expired").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::order(&api, &second).await["status"], "pending_payment");
    // The second window closes while no engine is there.
    let database = engine.stop().await;
    clock.advance(TimeDelta::hours(1));
    let engine = TestEngine::start_on(database, clock).await;
    let api = api.at(engine.engine().address());
    shop::reaches(&api, &second, "expired").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 10, reserved: 0 });
    assert_eq!(shop::events(engine.database(), "OrderExpired").await, 2);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_dies_while_timers_fire_leaves_none_forgotten_and_none_fired_twice() {
    const ORDERS: i64 = 150;
    let database = TestDatabase::create().await;
    let clock = Arc::<HandClock>::default();
    // Its tasks die with their runtime, wherever they are.
    let doomed = Runtime::new().unwrap();
    let first = doomed.spawn(TestEngine::start_on(database.clone(), Arc::clone(&clock))).await.unwrap();
    let api = first.api();
    shop::writes(&api).await;
    let second = TestEngine::start_on(database.clone(), Arc::clone(&clock)).await;
    api.stocked("A", 250, 1_000).await;
    futures_util::future::join_all((0..ORDERS).map(|_| async { api.placed(&[("A", 1)]).await })).await;
    shop::at_rest(&api).await;
    assert_eq!(api.get("/v1/sagas").await["open_timers"], ORDERS);
    clock.advance(TimeDelta::minutes(30));
    until("the first order expires", async || (shop::events(&database, "OrderExpired").await > 0).then_some(())).await;
    doomed.shutdown_background();
    let api = api.at(second.engine().address());
    shop::writes(&api).await;
    // What the new writer could not do at once, it tries again after a rest: the clock has to go on.
    until("all timers have fired", async || {
        clock.advance(TimeDelta::seconds(1));
        let sagas = api.get("/v1/sagas").await;
        let idle = sagas["lag_events"] == 0 && sagas["pending_commands"] == 0;
        (idle && shop::events(&database, "OrderExpired").await >= ORDERS).then_some(())
    })
    .await;
    shop::at_rest(&api).await;
    assert_eq!(shop::events(&database, "OrderExpired").await, ORDERS);
    assert_eq!(shop::events(&database, "ReservationReleased").await, ORDERS);
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 1_000, reserved: 0 });
    assert_eq!(api.get("/v1/sagas").await["open_timers"], 0);
    shop::verified(&database).await.unwrap();
    second.stop().await;
}

/// A snapshot that lies makes the stock refuse what its order asks of it, until it is taken away.
#[tokio::test]
async fn what_a_saga_is_refused_too_often_waits_for_an_operator() {
    let database = TestDatabase::create().await;
    let write_side = WriteSide::writing(database.pool(), Wish::default()).await;
    write_side.stock("A", 10).await;
    let retried = paid(&write_side).await.to_string();
    let skipped = paid(&write_side).await.to_string();
    write_side.stop().await;
    sqlx::query(
        "insert into stream_snapshots (aggregate_type, aggregate_id, sequence, form, state)
         select aggregate_type, aggregate_id, max(sequence), $1, '{\"on_hand\":10,\"reserved\":0,\"reservations\":{}}'
         from events where aggregate_type = 'stock' group by aggregate_type, aggregate_id",
    )
    .bind(SNAPSHOT_FORM)
    .execute(&mut database.owner().await)
    .await
    .unwrap();
    let engine = TestEngine::start_on(database, Arc::default()).await;
    let api = engine.api();
    let letters = until("two dead letters", async || {
        // The pauses between attempts go by this clock.
        engine.clock().advance(TimeDelta::seconds(1));
        let letters = shop::items(&shop::operator_get(&api, "/v1/dead-letters").await);
        (letters.len() == 2).then_some(letters)
    })
    .await;
    for (letter, order) in letters.iter().zip([&retried, &skipped]) {
        assert_eq!(letter["saga"], "processing");
        assert!(letter["action"].to_string().contains(order.as_str()), "{letter}");
        assert!(letter["last_error"].is_string(), "{letter}");
        assert_eq!(shop::order(&api, order).await["status"], "paid");
    }
    sqlx::query("delete from stream_snapshots").execute(&mut engine.database().owner().await).await.unwrap();
    let decide = async |letter: &Value, decision: &str| {
        let id = letter["id"].as_str().unwrap();
        shop::operator_post(&api, &format!("/v1/dead-letters/{id}/{decision}")).await
    };
    assert_eq!(decide(&letters[0], "retry").await.expect_status(200).body["state"], "pending");
    assert_eq!(decide(&letters[1], "skip").await.expect_status(200).body["state"], "skipped");
    decide(&letters[1], "retry").await.expect_problem(404, "not-found");
    shop::reaches(&api, &retried, "processing").await;
    shop::at_rest(&api).await;
    assert_eq!(shop::order(&api, &skipped).await["status"], "paid");
    assert_eq!(shop::stock(&api, "A").await, Counts { on_hand: 9, reserved: 1 });
    assert_eq!(shop::items(&shop::operator_get(&api, "/v1/dead-letters").await), Vec::<Value>::new());
    let on_record = shop::items(&shop::operator_get(&api, "/v1/dead-letters?with_skipped=true").await);
    assert_eq!(on_record.len(), 1);
    assert_eq!(on_record[0]["id"], letters[1]["id"]);
    assert!(on_record[0]["skipped_by"].as_str().unwrap().starts_with("operator"), "{}", on_record[0]);
    engine.stop().await;
}

/// One piece of A, paid.
async fn paid(write_side: &WriteSide) -> OrderId {
    let order = order_of(&write_side.execute(place(&[("A", 1)])).await.expect("a placement"));
    let payment = Command::RecordPayment {
        order,
        reference: format!("tx-{order}").parse().expect("a reference"),
        amount: serde_json::from_value(json!({"amount": 250, "currency": "GBP"})).expect("money"),
        tender: None,
        at: None,
    };
    write_side.execute(payment).await.expect("a payment");
    order
}

/// One refund is due; the back office performs it; it is done, once.
async fn ends_in_a_refund(api: &Api, order: &str, amount: i64, cause: &str) {
    let refunds = shop::refunds(api, order).await;
    assert_eq!(refunds.len(), 1, "{refunds:?}");
    let refund = &refunds[0];
    assert_eq!(refund["amount"], json!({"amount": amount, "currency": "GBP"}));
    assert_eq!(refund["cause"], cause);
    assert_eq!(refund["status"], "submitted");
    let id = refund["id"].as_str().expect("an id");
    assert_eq!(in_list(api, "due", id).await, 1);
    let transfer = json!({"reference": format!("bank-{id}"), "note": "sent back"});
    let path = format!("/v1/refunds/{id}/done");
    let done = api.post(&path, &transfer).send().await.expect_status(200).position();
    let refund = api.get(&format!("/v1/refunds/{id}?min_position={done}")).await;
    assert_eq!(refund["status"], "succeeded");
    assert_eq!(refund["transfer_reference"], transfer["reference"]);
    assert_eq!((in_list(api, "due", id).await, in_list(api, "done", id).await), (0, 1));
    let other = json!({"reference": "another-transfer"});
    api.post(&path, &other).send().await.expect_problem(409, "refund-conflict");
}

async fn in_list(api: &Api, status: &str, id: &str) -> usize {
    let list = shop::items(&api.get(&format!("/v1/refunds?status={status}")).await);
    list.iter().filter(|refund| refund["id"] == id).count()
}
