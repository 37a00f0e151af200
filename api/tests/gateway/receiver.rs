//! A shop's end of the webhook.

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
use purser::{
    clock::SystemClock,
    gateway::{
        GatewayEvent,
        webhook::{Verified, WebhookError, Webhooks},
    },
};
use purser_domain::{Timestamp, clock::Clock};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::wait::until;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What came in.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) verified: Result<Verified, WebhookError>,
    pub(crate) event: GatewayEvent,
    pub(crate) at: Timestamp,
}

#[derive(Debug, Default)]
struct Inbox {
    received: Vec<Received>,
    refusing: usize,
}

/// Takes callbacks and remembers them, the ones of strangers, too.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    inbox: Arc<Mutex<Inbox>>,
    serving: TaskTracker,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        Self::start_with(&Webhooks::new(SECRET.parse().unwrap())).await
    }

    pub(crate) async fn start_with(webhooks: &Webhooks) -> Self {
        Self::start_at(webhooks, ([127, 0, 0, 1], 0).into()).await
    }

    pub(crate) async fn start_at(webhooks: &Webhooks, address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inbox = Arc::new(Mutex::new(Inbox::default()));
        let (to, webhooks) = (Arc::clone(&inbox), webhooks.clone());
        let take = async move |headers: HeaderMap, body: Bytes| take(&to, &webhooks, &headers, &body);
        let serving = TaskTracker::new();
        serving.spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await.unwrap() });
        Self { address, inbox, serving }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Answers so many callbacks with 500.
    pub(crate) fn refuse(&self, count: usize) {
        self.inbox.lock().unwrap().refusing = count;
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.inbox.lock().unwrap().received.clone()
    }

    /// Waits for so many callbacks.
    pub(crate) async fn receives(&self, count: usize) -> Vec<Received> {
        assert!(!self.serving.is_empty(), "nobody receives");
        until(&format!("{count} callbacks"), async || {
            let received = self.received();
            (received.len() >= count).then_some(received)
        })
        .await
    }
}

fn take(inbox: &Mutex<Inbox>, webhooks: &Webhooks, headers: &HeaderMap, body: &Bytes) -> StatusCode {
    let now = SystemClock.now();
    let verified = webhooks.verify(headers, body, now);
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let status = if verified.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED };
    let event = serde_json::from_slice(body).unwrap();
    let mut inbox = inbox.lock().unwrap();
    inbox.received.push(Received { id, verified, event, at: now });
    if inbox.refusing > 0 {
        inbox.refusing -= 1;
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    status
}
