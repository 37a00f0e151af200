//! What a gateway's callbacks go through on their way to the engine: it keeps them, or carries them on.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use purser::gateway::webhook::{WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, Webhooks};
use purser_domain::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::{Api, api::Call, sandbox::SECRET, wait::until};

/// A callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
    /// The body, byte for byte.
    pub body: String,
}

/// Takes callbacks.
#[derive(Debug, Clone)]
pub struct Postbox {
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    letters: Vec<Letter>,
    /// Whoever they are carried on to.
    to: Option<SocketAddr>,
}

impl Postbox {
    /// One that keeps what comes, as if it were lost.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let inside = Arc::<Mutex<Inside>>::default();
        let (to, client) = (Arc::clone(&inside), reqwest::Client::new());
        let take = async move |headers: HeaderMap, body: Bytes| take(&to, &client, &headers, &body).await;
        let router = Router::new().route("/", post(take));
        TaskTracker::new().spawn(async move { axum::serve(listener, router).await.expect("a postbox") });
        Self { address, inside }
    }

    /// Where callbacks are sent.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Carries what comes from now on to an engine, as from the gateway `sandbox`.
    pub fn carry_to(&self, engine: SocketAddr) {
        self.inside.lock().expect("no holder panics").to = Some(engine);
    }

    /// What came up to now.
    pub fn letters(&self) -> Vec<Letter> {
        self.inside.lock().expect("no holder panics").letters.clone()
    }

    /// Waits until so many came.
    pub async fn holds(&self, count: usize) -> Vec<Letter> {
        until(&format!("{count} callbacks"), async || {
            let letters = self.letters();
            (letters.len() >= count).then_some(letters)
        })
        .await
    }
}

async fn take(inside: &Mutex<Inside>, client: &reqwest::Client, headers: &HeaderMap, body: &Bytes) -> StatusCode {
    let text = |name| headers[name].to_str().expect("printable ASCII").to_owned();
    let letter = Letter {
        id: text(WEBHOOK_ID),
        timestamp: text(WEBHOOK_TIMESTAMP),
        signature: text(WEBHOOK_SIGNATURE),
        body: String::from_utf8(body.to_vec()).expect("a text"),
    };
    let to = {
        let mut inside = inside.lock().expect("no holder panics");
        inside.letters.push(letter.clone());
        inside.to
    };
    let Some(to) = to else { return StatusCode::NO_CONTENT };
    let request = client
        .post(format!("http://{to}/v1/webhooks/sandbox"))
        .header(WEBHOOK_ID, letter.id)
        .header(WEBHOOK_TIMESTAMP, letter.timestamp)
        .header(WEBHOOK_SIGNATURE, letter.signature)
        .header("content-type", "application/json")
        .body(letter.body);
    request.send().await.map_or(StatusCode::BAD_GATEWAY, |answered| answered.status())
}

impl Letter {
    /// One that nobody at the gateway wrote, signed as if somebody had.
    pub fn signed(secret: &str, id: &str, at: Timestamp, body: String) -> Self {
        let signature = Webhooks::new(secret.parse().expect("a secret")).sign(id, at, body.as_bytes());
        Self { id: id.to_owned(), timestamp: at.timestamp().to_string(), signature, body }
    }

    /// The same message, sent again at another time.
    #[must_use]
    pub fn again(&self, at: Timestamp) -> Self {
        Self::signed(SECRET, &self.id, at, self.body.clone())
    }

    /// What it says.
    pub fn says(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Its delivery to an engine, as from a gateway.
    pub fn deliver<'a>(&self, api: &'a Api, gateway: &str) -> Call<'a> {
        self.deliver_as(api, gateway, "application/json")
    }

    /// Its delivery as something else than JSON.
    pub fn deliver_as<'a>(&self, api: &'a Api, gateway: &str, content_type: &str) -> Call<'a> {
        api.anonymous(reqwest::Method::POST, &format!("/v1/webhooks/{gateway}"))
            .header(WEBHOOK_ID.as_str(), &self.id)
            .header(WEBHOOK_TIMESTAMP.as_str(), &self.timestamp)
            .header(WEBHOOK_SIGNATURE.as_str(), &self.signature)
            .body(content_type, self.body.clone())
    }
}
