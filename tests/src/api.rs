//! A caller of the HTTP API, one for each role.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use crate::{
    telling::{Journal, Telling},
    wait::until,
    wire::Wire,
};

/// The four roles' tokens and a connection pool.
#[derive(Debug, Clone)]
pub struct Api {
    address: SocketAddr,
    tokens: Tokens,
    client: reqwest::Client,
    /// Clones share it: a story is one, however many engines it has.
    journal: Arc<Journal>,
    /// The furthest position that a command answered.
    furthest: Arc<AtomicI64>,
    /// The position that all views are known to have come to.
    seen: Arc<AtomicI64>,
}

/// A token for each role, as the first start wrote them.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Bound to `demo-customer`.
    pub customer: String,
    /// Bound to `demo-merchant`.
    pub merchant: String,
    /// The shop's staff.
    pub back_office: String,
    /// Who runs the engine.
    pub operator: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null where it is empty or no JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

/// A request in the making.
#[derive(Debug)]
pub struct Call<'a> {
    api: &'a Api,
    method: Method,
    path: String,
    request: reqwest::RequestBuilder,
}

impl Api {
    /// Talks to an engine with the tokens of a data directory.
    pub fn new(address: SocketAddr, data_dir: &Path) -> Self {
        let path = data_dir.join("credentials.toml");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let token = |role: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("{role} = \"")));
            line.and_then(|rest| rest.strip_suffix('"')).unwrap_or_else(|| panic!("no token for {role}")).to_owned()
        };
        let tokens = Tokens {
            customer: token("customer"),
            merchant: token("merchant"),
            back_office: token("back_office"),
            operator: token("operator"),
        };
        Self {
            address,
            tokens,
            client: reqwest::Client::new(),
            journal: Arc::default(),
            furthest: Arc::default(),
            seen: Arc::default(),
        }
    }

    /// The same caller at another engine on the same database.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    /// The furthest position that a command of this caller answered.
    pub fn furthest(&self) -> i64 {
        self.furthest.load(Ordering::Relaxed)
    }

    /// The tokens.
    pub const fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The story's word that it tells of these routes (`POST /v1/orders`, each to succeed) and problem types
    /// (`out-of-stock`, each to be answered). The story fails at its end if it did not.
    pub fn tells(&self, subjects: &[&'static str]) -> Telling {
        Telling::new(Arc::clone(&self.journal), subjects)
    }

    /// Whether any request of the story was answered by a problem of this type.
    pub fn has_heard(&self, problem: &str) -> bool {
        self.journal.tells(problem)
    }

    /// A connection, for what no honest client sends.
    pub async fn wire(&self) -> Wire {
        Wire::connect(self.address, Arc::clone(&self.journal)).await
    }

    /// A request without a token.
    pub fn anonymous(&self, method: Method, path: &str) -> Call<'_> {
        let request = self.client.request(method.clone(), format!("http://{}{path}", self.address));
        Call { api: self, method, path: path.to_owned(), request }
    }

    /// A request with any token.
    pub fn with_token(&self, token: &str, method: Method, path: &str) -> Call<'_> {
        let call = self.anonymous(method, path);
        Call { request: call.request.bearer_auth(token), ..call }
    }

    /// A GET by the back office, which must succeed.
    pub async fn get(&self, path: &str) -> Value {
        self.get_as(&self.tokens.back_office, path).await
    }

    /// A POST by the back office under a key of its own.
    pub fn post(&self, path: &str, body: &Value) -> Call<'_> {
        self.with_token(&self.tokens.back_office, Method::POST, path).fresh_key().json(body)
    }

    /// A PUT by the back office.
    pub fn put(&self, path: &str, body: &Value) -> Call<'_> {
        self.put_as(&self.tokens.back_office, path, body)
    }

    /// A PUT by anybody under a key of its own.
    pub fn put_as(&self, token: &str, path: &str, body: &Value) -> Call<'_> {
        self.with_token(token, Method::PUT, path).fresh_key().json(body)
    }

    /// A GET by anybody, which must succeed.
    pub async fn get_as(&self, token: &str, path: &str) -> Value {
        if is_of_views(path) {
            self.views_have(self.furthest()).await;
        }
        self.with_token(token, Method::GET, path).send().await.expect_status(200).body
    }

    /// Waits until every view has come to a position: a story that has waited for one of them may look at another.
    pub async fn views_have(&self, position: i64) {
        if self.seen.load(Ordering::Relaxed) >= position {
            return;
        }
        until("every view where the story is", async || self.are_views_at(position).await.then_some(())).await;
        self.seen.fetch_max(position, Ordering::Relaxed);
    }

    /// Whether every view has come to a position by now.
    pub async fn are_views_at(&self, position: i64) -> bool {
        let views = self.with_token(&self.tokens.back_office, Method::GET, "/v1/views").send().await;
        let views = views.expect_status(200).body;
        let views = views["items"].as_array().expect("views");
        views.iter().all(|view| view["position"].as_i64() >= Some(position))
    }

    /// A POST by anybody under a key of its own.
    pub fn post_as(&self, token: &str, path: &str, body: &Value) -> Call<'_> {
        self.with_token(token, Method::POST, path).fresh_key().json(body)
    }

    /// Lists a product of `demo-merchant` in GBP and receives stock of it at `main`.
    pub async fn stocked(&self, sku: &str, price: i64, quantity: i64) -> i64 {
        let product = json!({"sku": sku, "title": format!("Title of {sku}"), "kind": "goods",
            "price": {"amount": price, "currency": "GBP"}, "merchant": "demo-merchant"});
        self.post("/v1/products", &product).send().await.expect_status(201);
        let receipt = json!({"quantity": quantity});
        let received = self.post(&format!("/v1/stock/{sku}/receive"), &receipt).send().await.expect_status(200);
        received.position()
    }

    /// Places an order of `demo-customer` by the back office and returns its id and position.
    pub async fn placed(&self, lines: &[(&str, i64)]) -> (String, i64) {
        let answered = self.post("/v1/orders", &order(lines)).send().await.expect_status(201);
        (answered.body["id"].as_str().expect("an id").to_owned(), answered.position())
    }
}

/// The body of a placement for `demo-customer`, in GBP.
pub fn order(lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    json!({"customer": "demo-customer", "currency": "GBP", "lines": lines,
        "ship_to": {"recipient": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London", "country": "GB"}})
}

impl Call<'_> {
    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With any body.
    #[must_use]
    pub fn body(self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        Self { request: self.request.header("content-type", content_type).body(body), ..self }
    }

    /// With a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    /// Under an idempotency key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Under an idempotency key that nobody has used.
    #[must_use]
    pub fn fresh_key(self) -> Self {
        let api = self.api;
        let key = format!("{:p}-{}", api, FRESH.fetch_add(1, Ordering::Relaxed));
        self.key(&key)
    }

    /// Sends it.
    pub async fn send(self) -> Answered {
        self.try_send().await.expect("an answer")
    }

    /// Sends it to an engine that may be gone.
    pub async fn try_send(self) -> Result<Answered, reqwest::Error> {
        let response = self.request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        let answered = Answered::new(status, headers, text);
        if [Method::POST, Method::PUT].contains(&self.method)
            && status.is_success()
            && let Some(position) = answered.body["position"].as_i64()
        {
            self.api.furthest.fetch_max(position, Ordering::Relaxed);
        }
        self.api.journal.note(self.method, &self.path, status, answered.problem());
        Ok(answered)
    }
}

static FRESH: AtomicU64 = AtomicU64::new(0);

impl Answered {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, text: String) -> Self {
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, body, text }
    }

    /// The end of the problem's type, if it is a problem.
    pub fn problem(&self) -> Option<&str> {
        self.body["type"].as_str()?.strip_prefix("urn:purser:problem:")
    }

    /// A header's text.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        value.to_str().expect("printable ASCII")
    }

    /// Insists that a problem names one place in the request, and that it is this one: `("pointer", "/lines/0/sku")`,
    /// `("parameter", "limit")` or `("header", "Idempotency-Key")`.
    #[track_caller]
    pub fn expect_fault(self, place: &str, name: &str) -> Self {
        let errors = self.body["errors"].as_array().unwrap_or_else(|| panic!("no errors in {}", self.text));
        assert_eq!(errors.len(), 1, "{}", self.text);
        assert_eq!(errors[0][place], name, "{}", self.text);
        assert!(errors[0]["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{}", self.text);
        self
    }

    /// Insists on a status and shows the body if it is another.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Insists on a problem: its status, the end of its type (`urn:purser:problem:` comes before) and its media type.
    #[track_caller]
    pub fn expect_problem(self, status: u16, kind: &str) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.body["type"], format!("urn:purser:problem:{kind}"), "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["instance"], format!("urn:purser:request:{}", self.header("x-request-id")));
        self
    }

    /// The log position in the answer.
    #[track_caller]
    pub fn position(&self) -> i64 {
        self.body["position"].as_i64().unwrap_or_else(|| panic!("no position in {}", self.text))
    }
}

/// Whether an answer comes out of the views, and does not say by itself what they must have seen.
fn is_of_views(path: &str) -> bool {
    let about_the_engine = ["/v1/views", "/v1/sagas", "/v1/dead-letters", "/v1/parked", "/v1/tokens"];
    let by_itself = ["min_position=", "/history", "/as-of"];
    path.starts_with("/v1/")
        && !about_the_engine.iter().any(|start| path.starts_with(start))
        && !by_itself.iter().any(|part| path.contains(part))
}
