//! What stories have in common: a shop behind HTTP, and ways to see that it is at rest and whole.

use purser_domain::upcast::Upcasters;
use purser_projections::{
    verify::{Verified, VerifyError, verify},
    views,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Answered, Api, TestDatabase, TestEngine, api::Call, wait::until};

/// Pieces of a SKU at all locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Pieces that are there.
    pub on_hand: i64,
    /// Pieces of these that are held for orders.
    pub reserved: i64,
}

/// An engine on a fresh database that takes commands already.
pub async fn open() -> (TestEngine, Api) {
    // Boxed: the start of an engine is a large future, and every story would carry it.
    let engine = Box::pin(TestEngine::start()).await;
    let api = engine.api();
    writes(&api).await;
    (engine, api)
}

/// A path of the API's document with the examples of its parameters in their places.
pub fn with_examples(path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.filter(|parameter| parameter["in"] == "path").fold(path.to_owned(), |path, parameter| {
        let example = match &parameter["schema"]["examples"][0] {
            Value::String(text) => text.clone(),
            Value::Null => "sales".to_owned(),
            other => other.to_string(),
        };
        path.replace(&format!("{{{}}}", parameter["name"].as_str().expect("a name")), &example)
    })
}

/// Waits until the engine behind `api` is the one that writes.
pub async fn writes(api: &Api) {
    until("the engine writes", async || (role(api).await == "writer").then_some(())).await;
}

/// `writer` or `standby`.
pub async fn role(api: &Api) -> Value {
    api.anonymous(Method::GET, "/health/ready").send().await.body["role"].take()
}

/// Settles an order, or pays once more.
pub async fn pay(api: &Api, order: &str, amount: i64, reference: &str) -> Answered {
    let payment = json!({"reference": reference, "amount": {"amount": amount, "currency": "GBP"}});
    api.post(&format!("/v1/orders/{order}/pay"), &payment).send().await.expect_status(200)
}

/// Cancels an order.
pub async fn cancel(api: &Api, order: &str) -> Answered {
    let reason = json!({"reason": "changed my mind"});
    api.post(&format!("/v1/orders/{order}/cancel"), &reason).send().await.expect_status(200)
}

/// An order as the back office sees it.
pub async fn order(api: &Api, id: &str) -> Value {
    api.get(&format!("/v1/orders/{id}")).await
}

/// Waits until an order has a status, and every view has seen that; returns the order.
pub async fn reaches(api: &Api, id: &str, status: &str) -> Value {
    let path = format!("/v1/orders/{id}");
    let order = until(status, async || {
        let found = api.with_token(&api.tokens().back_office, Method::GET, &path).send().await;
        (found.status.is_success() && found.body["status"] == status).then_some(found.body)
    })
    .await;
    api.views_have(order["position"].as_i64().expect("a position")).await;
    order
}

/// The stock of a SKU, as it is after all that this caller has done.
pub async fn stock(api: &Api, sku: &str) -> Counts {
    let stock = api.get(&format!("/v1/stock/{sku}?min_position={}", api.furthest())).await;
    let count = |name: &str| stock[name].as_i64().expect("a count");
    Counts { on_hand: count("on_hand"), reserved: count("reserved") }
}

/// What is owed back for an order, or was.
pub async fn refunds(api: &Api, order: &str) -> Vec<Value> {
    items(&api.get(&format!("/v1/refunds?order={order}")).await)
}

/// The items of a list.
pub fn items(list: &Value) -> Vec<Value> {
    assert!(list["items"].is_array(), "no items in {list}");
    list["items"].as_array().expect("a list").clone()
}

/// A GET by the operator, which must succeed.
pub async fn operator_get(api: &Api, path: &str) -> Value {
    api.with_token(&api.tokens().operator, Method::GET, path).send().await.expect_status(200).body
}

/// A POST by the operator, without a body.
pub async fn operator_post(api: &Api, path: &str) -> Answered {
    api.with_token(&api.tokens().operator, Method::POST, path).send().await
}

/// Waits until nothing is left to do but what waits for the clock or for people, and every view has seen all of it.
/// Returns the end of the log.
pub async fn at_rest(api: &Api) -> i64 {
    until("everything is at rest", async || {
        let sagas = api.get("/v1/sagas").await;
        let idle = sagas["lag_events"] == 0 && sagas["pending_commands"] == 0;
        let head = sagas["head"].as_i64().filter(|_| idle)?;
        api.are_views_at(head).await.then_some(head)
    })
    .await
}

/// How many events of a type the log has.
pub async fn events(database: &TestDatabase, event_type: &str) -> i64 {
    sqlx::query_scalar("select count(*) from events where event_type = $1")
        .bind(event_type)
        .fetch_one(&mut database.owner().await)
        .await
        .expect("a count")
}

/// Verifies the log and every view.
pub async fn verified(database: &TestDatabase) -> Result<Verified, VerifyError> {
    let pool = database.pool();
    let outcome = verify(&pool, &views::all(), &Upcasters::current(), |_| {}).await;
    pool.close().await;
    outcome
}

/// The position of the log's last event.
pub async fn head(database: &TestDatabase) -> i64 {
    sqlx::query_scalar("select position from log_head").fetch_one(&mut database.owner().await).await.expect("the head")
}

/// Sends what must be refused, and sees that it left nothing in the log. Everything else must be at rest.
pub async fn refused(engine: &TestEngine, call: Call<'_>, status: u16, kind: &str) -> Answered {
    let before = head(engine.database()).await;
    let answered = call.send().await.expect_problem(status, kind);
    assert_eq!(head(engine.database()).await, before, "{kind} left something in the log");
    answered
}

/// A new token of a customer or a merchant.
pub async fn token(api: &Api, role: &str, subject: &str) -> String {
    let wish = json!({"role": role, role: subject});
    let operator = &api.tokens().operator;
    let issued = api.with_token(operator, Method::POST, "/v1/tokens").json(&wish).send().await.expect_status(201);
    issued.body["token"].as_str().expect("a token").to_owned()
}

/// A new token of a role that is bound to nobody, issued to an owner.
pub async fn owned_token(api: &Api, role: &str, owner: &str) -> String {
    let wish = json!({"role": role, "owner": owner});
    let issued = api.post_as(&api.tokens().operator, "/v1/tokens", &wish).send().await.expect_status(201);
    issued.body["token"].as_str().expect("a token").to_owned()
}

/// A product, as it is listed by the back office in GBP.
pub fn product(merchant: &str, sku: &str, kind: &str, price: i64) -> Value {
    json!({"sku": sku, "title": format!("Title of {sku}"), "kind": kind,
        "price": {"amount": price, "currency": "GBP"}, "merchant": merchant})
}

/// Lists goods of a merchant and receives stock of them at `main`.
pub async fn stocked(api: &Api, merchant: &str, sku: &str, price: i64, quantity: i64) -> i64 {
    api.post("/v1/products", &product(merchant, sku, "goods", price)).send().await.expect_status(201);
    let receipt = json!({"quantity": quantity});
    api.post(&format!("/v1/stock/{sku}/receive"), &receipt).send().await.expect_status(200).position()
}

/// What one field of each item of a list says.
pub fn field(list: &Value, name: &str) -> Vec<String> {
    let text = |item: &Value| item[name].as_str().unwrap_or_else(|| panic!("no {name} in {item}")).to_owned();
    items(list).iter().map(text).collect()
}

/// Each location of a stock with its pieces and those of them that are held for orders.
pub fn locations(stock: &Value) -> Vec<(String, i64, i64)> {
    let count = |location: &Value, name: &str| location[name].as_i64().expect("a count");
    let location = |location: &Value| {
        let name = location["location"].as_str().expect("a location").to_owned();
        (name, count(location, "on_hand"), count(location, "reserved"))
    };
    stock["locations"].as_array().expect("locations").iter().map(location).collect()
}

/// The items of all pages of a list, asked for one after the other.
pub async fn pages(api: &Api, token: &str, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = api.get_as(token, &next(path, cursor.as_deref())).await;
        all.extend(items(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return all,
        }
    }
}

/// The path of a page of a list.
pub fn next(path: &str, cursor: Option<&str>) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    cursor.map_or_else(|| path.to_owned(), |cursor| format!("{path}{separator}cursor={cursor}"))
}

/// The path of a list in pages of this length.
pub fn limited(path: &str, limit: usize) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}limit={limit}")
}

/// Defines a promotion of `demo-merchant`.
pub async fn promote(api: &Api, id: &str, offer: &Value) -> Answered {
    let body = json!({"title": format!("Promotion {id}"), "offer": offer});
    api.put(&format!("/v1/merchants/demo-merchant/promotions/{id}"), &body).send().await.expect_status(200)
}

/// Sets something else of `demo-merchant`: `policies`, `shipping-rates`, `tax-rates`.
pub async fn set(api: &Api, what: &str, body: &Value) -> Answered {
    api.put(&format!("/v1/merchants/demo-merchant/{what}"), body).send().await.expect_status(200)
}

/// A policy by which a hundred points are worth a pound, and a pound paid earns ten points.
pub fn points_policy() -> Value {
    json!({"points": {"value_per_100": {"amount": 100, "currency": "GBP"}, "granted_per_100": 10}})
}

/// The terms of a coupon, to be issued by the back office.
pub fn coupon(code: &str, offer: &Value, limits: &Value) -> Value {
    let mut body = json!({"code": code, "title": format!("Coupon {code}"), "offer": offer});
    for (name, value) in limits.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// Issues a coupon.
pub async fn issue(api: &Api, code: &str, offer: &Value, limits: &Value) -> Answered {
    api.post("/v1/coupons", &coupon(code, offer, limits)).send().await.expect_status(201)
}

/// Gives points of `demo-merchant` to a customer.
pub async fn grant(api: &Api, customer: &str, points: i64) -> Answered {
    let body = json!({"merchant": "demo-merchant", "points": points, "reason": "a welcome"});
    api.post(&format!("/v1/customers/{customer}/points"), &body).send().await.expect_status(200)
}

/// A customer's points with `demo-merchant`: the balance, and how many of it are frozen.
pub async fn points(api: &Api, customer: &str) -> (i64, i64) {
    points_with(api, customer, Some("demo-merchant")).await
}

/// A customer's points with a merchant, or with the platform: the balance, and how many of it are frozen.
pub async fn points_with(api: &Api, customer: &str, merchant: Option<&str>) -> (i64, i64) {
    let merchant = merchant.map_or_else(String::new, |merchant| format!("&merchant={merchant}"));
    let path = format!("/v1/customers/{customer}/points?min_position={}{merchant}", api.furthest());
    let account = api.get(&path).await;
    let count = |name: &str| account[name].as_i64().expect("a count");
    assert_eq!(count("available"), count("balance") - count("frozen"));
    (count("balance"), count("frozen"))
}

/// A coupon's uses: those that are frozen, and those that are redeemed.
pub async fn uses(api: &Api, code: &str) -> (i64, i64) {
    let coupon = api.get(&format!("/v1/coupons/{code}?min_position={}", api.furthest())).await;
    let count = |name: &str| coupon[name].as_i64().expect("a count");
    (count("frozen"), count("redeemed"))
}

/// A placement for `demo-customer` with further fields: coupons, points, a way of delivery.
pub fn order_with(lines: &[(&str, i64)], fields: &Value) -> Value {
    let mut body = crate::api::order(lines);
    for (name, value) in fields.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// Places an order by the back office and returns its id.
pub async fn place(api: &Api, body: &Value) -> String {
    let placed = api.post("/v1/orders", body).send().await.expect_status(201);
    placed.body["id"].as_str().expect("an id").to_owned()
}

/// Sees a paid order through to its completion.
pub async fn complete(api: &Api, order: &str) {
    reaches(api, order, "processing").await;
    for step in ["ship", "deliver", "complete"] {
        api.post(&format!("/v1/orders/{order}/{step}"), &json!({})).send().await.expect_status(200);
    }
}

/// Receives pieces of a SKU at a location.
pub async fn receive(api: &Api, sku: &str, location: &str, quantity: i64) -> Answered {
    let receipt = json!({"quantity": quantity, "location": location});
    api.post(&format!("/v1/stock/{sku}/receive"), &receipt).send().await.expect_status(200)
}

/// The fulfillments of an order, by number, as they are after all that this caller has done.
pub async fn parcels(api: &Api, order: &str) -> Vec<Value> {
    let path = format!("/v1/fulfillments?order={order}&min_position={}", api.furthest());
    let mut parcels = items(&api.get(&path).await);
    parcels.sort_by_key(|parcel| parcel["number"].as_i64());
    parcels
}
