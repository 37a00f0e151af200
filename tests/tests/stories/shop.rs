//! What these stories have in common: a shop behind HTTP, and ways to see that it is at rest and whole.

use purser_domain::upcast::Upcasters;
use purser_projections::{
    verify::{Verified, VerifyError, verify},
    views,
};
use purser_tests::{Answered, Api, TestDatabase, TestEngine, wait::until};
use reqwest::Method;
use serde_json::{Value, json};

/// Pieces of a SKU at all locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
}

/// An engine on a fresh database that takes commands already.
pub(crate) async fn open() -> (TestEngine, Api) {
    let engine = TestEngine::start().await;
    let api = engine.api();
    writes(&api).await;
    (engine, api)
}

/// Waits until the engine behind `api` is the one that writes.
pub(crate) async fn writes(api: &Api) {
    until("the engine writes", async || (role(api).await == "writer").then_some(())).await;
}

/// `writer` or `standby`.
pub(crate) async fn role(api: &Api) -> Value {
    api.anonymous(Method::GET, "/health/ready").send().await.body["role"].take()
}

/// Settles an order, or pays once more.
pub(crate) async fn pay(api: &Api, order: &str, amount: i64, reference: &str) -> Answered {
    let payment = json!({"reference": reference, "amount": {"amount": amount, "currency": "GBP"}});
    api.post(&format!("/v1/orders/{order}/pay"), &payment).send().await.expect_status(200)
}

/// Cancels an order.
pub(crate) async fn cancel(api: &Api, order: &str) -> Answered {
    let reason = json!({"reason": "changed my mind"});
    api.post(&format!("/v1/orders/{order}/cancel"), &reason).send().await.expect_status(200)
}

/// An order as the back office sees it.
pub(crate) async fn order(api: &Api, id: &str) -> Value {
    api.get(&format!("/v1/orders/{id}")).await
}

/// Waits until an order has a status, and returns it.
pub(crate) async fn reaches(api: &Api, id: &str, status: &str) -> Value {
    let path = format!("/v1/orders/{id}");
    until(status, async || {
        let found = api.with_token(&api.tokens().back_office, Method::GET, &path).send().await;
        (found.status.is_success() && found.body["status"] == status).then_some(found.body)
    })
    .await
}

/// The stock of a SKU.
pub(crate) async fn stock(api: &Api, sku: &str) -> Counts {
    let stock = api.get(&format!("/v1/stock/{sku}")).await;
    let count = |name: &str| stock[name].as_i64().expect("a count");
    Counts { on_hand: count("on_hand"), reserved: count("reserved") }
}

/// What is owed back for an order, or was.
pub(crate) async fn refunds(api: &Api, order: &str) -> Vec<Value> {
    items(&api.get(&format!("/v1/refunds?order={order}")).await)
}

/// The items of a list.
pub(crate) fn items(list: &Value) -> Vec<Value> {
    assert!(list["items"].is_array(), "no items in {list}");
    list["items"].as_array().expect("a list").clone()
}

/// A GET by the operator, which must succeed.
pub(crate) async fn operator_get(api: &Api, path: &str) -> Value {
    api.with_token(&api.tokens().operator, Method::GET, path).send().await.expect_status(200).body
}

/// A POST by the operator, without a body.
pub(crate) async fn operator_post(api: &Api, path: &str) -> Answered {
    api.with_token(&api.tokens().operator, Method::POST, path).send().await
}

/// Waits until nothing is left to do but what waits for the clock or for people, and every view has seen all of it.
/// Returns the end of the log.
pub(crate) async fn at_rest(api: &Api) -> i64 {
    until("everything is at rest", async || {
        let sagas = api.get("/v1/sagas").await;
        let views = items(&api.get("/v1/views").await);
        let head = sagas["head"].as_i64();
        let idle = sagas["lag_events"] == 0 && sagas["pending_commands"] == 0;
        let seen = views.iter().all(|view| view["position"].as_i64() >= head);
        head.filter(|_| idle && seen)
    })
    .await
}

/// How many events of a type the log has.
pub(crate) async fn events(database: &TestDatabase, event_type: &str) -> i64 {
    sqlx::query_scalar("select count(*) from events where event_type = $1")
        .bind(event_type)
        .fetch_one(&mut database.owner().await)
        .await
        .expect("a count")
}

/// Verifies the log and every view.
pub(crate) async fn verified(database: &TestDatabase) -> Result<Verified, VerifyError> {
    let pool = database.pool();
    let outcome = verify(&pool, &views::all(), &Upcasters::current(), |_| {}).await;
    pool.close().await;
    outcome
}
