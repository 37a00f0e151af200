//! A sandbox gateway in the process of a story.

use std::{sync::Arc, time::Duration};

use purser::{
    clock::SystemClock,
    config::GatewayConfig,
    gateway::{HttpGateway, HttpGatewaySettings, PaymentGateway, breaker::BreakerSettings, webhook::Webhooks},
    ports::Gateways,
    sandbox_gateway::{Faults, RetrySettings, SandboxGateway, SandboxSettings},
};
use purser_domain::clock::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

/// What it signs with.
pub const SECRET: &str = "whsec_c3RvcmllcyBhcmUgdG9sZCB3aXRoIHRoaXMgc2VjcmV0";

/// A sandbox gateway of its own.
pub struct Sandbox {
    gateway: SandboxGateway,
    client: reqwest::Client,
    _data_dir: TempDir,
}

impl Sandbox {
    /// Starts one that misbehaves in no way. Nobody takes its callbacks.
    pub async fn start() -> Self {
        Self::calling("http://127.0.0.1:9/", Arc::new(SystemClock)).await
    }

    /// Starts one that misbehaves in no way and sends its callbacks somewhere.
    pub async fn calling(webhook_url: &str, clock: Arc<dyn Clock>) -> Self {
        let data_dir = tempfile::tempdir().expect("a data directory");
        let settings = SandboxSettings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: data_dir.path().to_owned(),
            webhook_url: webhook_url.parse().expect("an address"),
            webhooks: Webhooks::new(SECRET.parse().expect("a secret")),
            retry: RetrySettings { first: Duration::from_millis(50), ..RetrySettings::default() },
            auto_pay: None,
            seed: 1,
            faults: Faults::default(),
        };
        let gateway = SandboxGateway::start(settings, clock).await.expect("a gateway");
        Self { gateway, client: reqwest::Client::new(), _data_dir: data_dir }
    }

    /// It alone, as `sandbox`.
    pub fn gateways(&self) -> Gateways {
        let client = HttpGateway::try_new(&self.gateway.url(), HttpGatewaySettings::default()).expect("a client");
        [("sandbox".parse().expect("a name"), Arc::new(client) as Arc<dyn PaymentGateway>)].into_iter().collect()
    }

    /// It, as the configuration of an engine names it.
    pub fn config(&self) -> GatewayConfig {
        GatewayConfig {
            name: "sandbox".parse().expect("a name"),
            url: self.gateway.url(),
            webhooks: Webhooks::new(SECRET.parse().expect("a secret")),
            http: HttpGatewaySettings::default(),
            breaker: BreakerSettings::default(),
        }
    }

    /// What a customer does at the link of a payment: `succeed` or `fail`.
    pub async fn pay(&self, link: &str, outcome: &str) {
        let does = json!({"outcome": outcome}).to_string();
        let answered = self.client.post(link).body(does).send().await.expect("an answer");
        assert!(answered.status().is_success(), "{}", answered.text().await.unwrap_or_default());
    }

    /// Makes it misbehave from now on, and in no other way.
    pub async fn misbehave(&self, faults: &Value) {
        let url = format!("{}/admin/faults", self.gateway.url());
        let answered = self.client.put(url).body(faults.to_string()).send().await.expect("an answer");
        assert!(answered.status().is_success(), "{}", answered.text().await.unwrap_or_default());
    }

    /// The payments that it knows. It must not be misbehaving.
    pub async fn payments(&self) -> Vec<Value> {
        let url = format!("{}/v1/payments", self.gateway.url());
        let page = self.client.get(url).send().await.expect("an answer").text().await.expect("a page");
        let page: Value = serde_json::from_str(&page).expect("JSON");
        page["payments"].as_array().expect("payments").clone()
    }

    /// What it did.
    pub async fn stats(&self) -> Value {
        let url = format!("{}/admin/stats", self.gateway.url());
        let stats = self.client.get(url).send().await.expect("an answer").text().await.expect("figures");
        serde_json::from_str(&stats).expect("JSON")
    }

    /// Ends it.
    pub async fn stop(self) {
        self.gateway.stop().await;
    }
}
