//! A view can be dropped and derived again from the log, while it serves and while orders come in.

use std::sync::atomic::{AtomicBool, Ordering};

use purser_projections::{
    verify::{Difference, VerifyError},
    views,
};
use purser_tests::{Api, TestDatabase, Till, shop, wait::until};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection, Executor};

/// Has a view rebuilt and waits until that is done.
async fn rebuild(api: &Api, view: &str) {
    shop::operator_post(api, &format!("/v1/views/{view}/rebuild")).await.expect_status(202);
    rebuilt(api, view).await;
}

async fn rebuilt(api: &Api, view: &str) {
    let rebuild = until("a rebuild ends", async || {
        let mut rebuild = api.get(&format!("/v1/views/{view}")).await["rebuild"].take();
        (rebuild["running"] == false).then(|| rebuild.take())
    })
    .await;
    assert!(rebuild["finished_at"].is_string() && rebuild["error"] == Value::Null, "{view}: {rebuild}");
}

/// An order that is paid, one that is cancelled, one that waits for its payment at a gateway; and two with a coupon and points, of which one is
/// cancelled.
async fn trade(api: &Api) {
    for _ in 0..5 {
        let (paid, _) = api.placed(&[("A", 1), ("B", 2)]).await;
        shop::pay(api, &paid, 650, &format!("tx-{paid}")).await;
        let (cancelled, _) = api.placed(&[("A", 1)]).await;
        shop::cancel(api, &cancelled).await;
        shop::pay(api, &cancelled, 250, &format!("tx-{cancelled}")).await;
        let (waiting, _) = api.placed(&[("B", 1)]).await;
        let wish = json!({"gateway": "sandbox"});
        api.post(&format!("/v1/orders/{waiting}/payments"), &wish).send().await.expect_status(201);
        let claims = shop::order_with(&[("A", 1)], &json!({"coupons": ["POUND-OFF"], "points": 50}));
        let claimed = shop::place(api, &claims).await;
        shop::pay(api, &claimed, 100, &format!("tx-{claimed}")).await;
        let given_back = shop::place(api, &claims).await;
        shop::cancel(api, &given_back).await;
    }
}

/// A shop with something in every view: a return is asked for, and the gateway has taken money that nobody knows, which a
/// reconciliation says.
async fn stocked() -> Till {
    let till = Box::pin(Till::open()).await;
    let api = &till.api;
    api.stocked("A", 250, 100_000).await;
    api.stocked("B", 200, 100_000).await;
    shop::set(api, "policies", &shop::points_policy()).await;
    shop::grant(api, "demo-customer", 1_000_000).await;
    let pound_off = json!({"kind": "amount_off_order", "amount": {"amount": 100, "currency": "GBP"}});
    shop::issue(api, "POUND-OFF", &pound_off, &json!({"uses_max": 100_000})).await;
    let (returned, _) = api.placed(&[("A", 2)]).await;
    shop::pay(api, &returned, 500, "tx-returned").await;
    shop::reaches(api, &returned, "processing").await;
    for step in ["ship", "deliver"] {
        api.post(&format!("/v1/orders/{returned}/{step}"), &json!({})).send().await.expect_status(200);
    }
    let wish = json!({"kind": "return", "lines": [{"line": 0, "quantity": 1, "reason": "broken"}]});
    api.post(&format!("/v1/orders/{returned}/returns"), &wish).send().await.expect_status(201);
    till.sandbox.take_unasked("INV-7", "ORDER-7", 999).await;
    let reconcile = api.with_token(&api.tokens().back_office, Method::POST, "/v1/reconciliations");
    reconcile.send().await.expect_status(200);
    till
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_view_is_rebuilt_while_orders_come_in() {
    let till = stocked().await;
    let (engine, api) = (&till.engine, &till.api);
    trade(api).await;
    let rebuilding = AtomicBool::new(true);
    let orders_come_in = async {
        while rebuilding.load(Ordering::Relaxed) {
            trade(api).await;
        }
    };
    let rebuilds = async {
        for view in views::all() {
            rebuild(api, view.name()).await;
        }
        rebuilding.store(false, Ordering::Relaxed);
    };
    tokio::join!(orders_come_in, rebuilds);
    let head = shop::at_rest(api).await;
    let verified = shop::verified(engine.database()).await.unwrap();
    assert_eq!(verified.views.len(), views::all().len());
    assert!(verified.views.iter().all(|view| view.position == head && view.rows > 0), "{verified:?}");
    till.close().await;
}

async fn damage(database: &TestDatabase, table: &str) {
    // Half of the rows, or the only one.
    let delete = format!(
        "delete from views.{table} where ctid in
             (select ctid from views.{table} limit greatest(1, (select count(*) / 2 from views.{table})))"
    );
    let deleted = sqlx::query(&delete).execute(&mut database.owner().await).await.expect("a deletion");
    assert!(deleted.rows_affected() > 0, "{table} is empty");
}

#[tokio::test]
async fn what_is_wrong_in_a_view_is_right_after_its_rebuild() {
    let till = stocked().await;
    let (engine, api) = (&till.engine, &till.api);
    trade(api).await;
    shop::at_rest(api).await;
    for view in views::all() {
        for table in view.tables() {
            damage(engine.database(), table).await;
        }
        let found = shop::verified(engine.database()).await.unwrap_err();
        let VerifyError::Difference(Difference::Row(row)) = &found else { panic!("{found:?}") };
        assert_eq!(row.view, view.name());
        rebuild(api, view.name()).await;
        shop::verified(engine.database()).await.unwrap();
    }
    till.close().await;
}

/// Whoever reads the old rows in a long transaction keeps them from being exchanged, so that the rebuild goes on.
#[tokio::test]
async fn a_view_serves_and_refuses_a_second_rebuild_while_it_is_rebuilt() {
    let till = stocked().await;
    let (engine, api) = (&till.engine, &till.api);
    trade(api).await;
    shop::at_rest(api).await;
    let mut reader = engine.database().owner().await;
    let mut reading = reader.begin().await.unwrap();
    reading.execute("select count(*) from views.order_detail").await.unwrap();
    shop::operator_post(api, "/v1/views/order_detail/rebuild").await.expect_status(202);
    for _ in 0..5 {
        let refused = shop::operator_post(api, "/v1/views/order_detail/rebuild").await;
        refused.expect_problem(409, "rebuild-running");
        let (order, position) = api.placed(&[("A", 1)]).await;
        let served = api.get(&format!("/v1/orders/{order}?min_position={position}")).await;
        assert_eq!(served["status"], "pending_payment");
    }
    assert_eq!(api.get("/v1/views/order_detail").await["rebuild"]["running"], true);
    // The rebuild of one view is no other view's business.
    rebuild(api, "sales").await;
    reading.rollback().await.unwrap();
    rebuilt(api, "order_detail").await;
    shop::at_rest(api).await;
    shop::verified(engine.database()).await.unwrap();
    till.close().await;
}
