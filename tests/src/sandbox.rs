//! A sandbox gateway in the process of a story.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use purser::{
    clock::SystemClock,
    config::GatewayConfig,
    gateway::{HttpGateway, HttpGatewaySettings, PaymentGateway, breaker::BreakerSettings, webhook::Webhooks},
    ports::{Gateways, SagaCommands, effects},
    sandbox_gateway::{Faults, RetrySettings, SandboxGateway, SandboxSettings},
};
use purser_commands::Command;
use purser_domain::{
    clock::Clock,
    ids::{OrderId, PaymentId},
    payment::CaptureMethod,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{SagasAlone, TestDatabase, WriteSide, wait::until};

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

    /// What a customer does at the link of a payment, or their bank: `succeed`, `fail`, `dispute`, `win_dispute`,
    /// `lose_dispute` or `bounce_refund`.
    pub async fn pay(&self, link: &str, outcome: &str) {
        let does = json!({"outcome": outcome}).to_string();
        let answered = self.client.post(link).body(does).send().await.expect("an answer");
        assert!(answered.status().is_success(), "{}", answered.text().await.unwrap_or_default());
    }

    /// Opens a payment that no engine asked for, under names that may be anybody's, and pays it. Returns its name here.
    pub async fn take_unasked(&self, payment: &str, order: &str, amount: i64) -> String {
        let wish = json!({"payment": payment, "order": order, "merchant": "m", "amount": amount, "currency": "GBP"});
        let open = self.client.post(format!("{}/v1/payments", self.gateway.url())).header("idempotency-key", payment);
        let opened = open.body(wish.to_string()).send().await.expect("an answer").text().await.expect("a payment");
        let opened: Value = serde_json::from_str(&opened).expect("JSON");
        self.pay(opened["url"].as_str().expect("a link"), "succeed").await;
        opened["id"].as_str().expect("a name").to_owned()
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

    /// Gives money back as a person at the gateway would, under a name of theirs or of ours.
    pub async fn give_back(&self, reference: &str, name: &str, amount: i64) {
        let url = format!("{}/v1/payments/{reference}/refunds", self.gateway.url());
        let body = json!({"refund": name, "amount": amount}).to_string();
        let answered =
            self.client.post(url).header("idempotency-key", name).body(body).send().await.expect("an answer");
        assert!(answered.status().is_success(), "{}", answered.text().await.unwrap_or_default());
    }

    /// What it did.
    pub async fn stats(&self) -> Value {
        let url = format!("{}/admin/stats", self.gateway.url());
        let stats = self.client.get(url).send().await.expect("an answer").text().await.expect("figures");
        serde_json::from_str(&stats).expect("JSON")
    }

    /// How a payment stands there, by the gateway's own name for it.
    pub async fn payment(&self, reference: &str) -> Value {
        let url = format!("{}/v1/payments/{reference}", self.gateway.url());
        reqwest::get(url).await.expect("an answer").json().await.expect("a payment")
    }

    /// What it gave back of a payment, or failed to: the names and the amounts in minor units.
    pub async fn refunds(&self, reference: &str, status: &str) -> Vec<(String, i64)> {
        let payment = self.payment(reference).await;
        let refunds = payment["refunds"].as_array().expect("refunds").iter();
        let of_this_status = refunds.filter(|refund| match &refund["status"] {
            Value::String(word) => word == status,
            other => other.get(status).is_some(),
        });
        let shown = |refund: &Value| {
            let name = refund["refund"].as_str().expect("a name").to_owned();
            (name, refund["amount"].as_i64().expect("an amount"))
        };
        of_this_status.map(shown).collect()
    }

    /// Has the total of an order taken here, by sagas that are gone when it is. Returns the gateway's name of the payment.
    pub async fn takes(&self, database: &TestDatabase, write_side: &WriteSide, order: OrderId) -> String {
        let initiate = Command::InitiatePayment {
            payment: PaymentId::from_uuid(order.as_uuid()),
            order,
            gateway: "sandbox".parse().expect("a gateway"),
            capture: CaptureMethod::Automatic,
        };
        write_side.execute(initiate).await.expect("a payment");
        let commands = Arc::new(SagaCommands::new(write_side.commands.clone()));
        let ports = effects(self.gateways(), database.pool(), Arc::clone(&write_side.clock) as _);
        let sagas = SagasAlone::start(database, &write_side.clock, commands, ports).await;
        let id = PaymentId::from_uuid(order.as_uuid()).to_string();
        let pending = until("the gateway has the payment", async || event(database, &id, "PaymentPending").await).await;
        let reference = pending["gateway_reference"].as_str().expect("a reference").to_owned();
        self.pay(&format!("{}/pay/{reference}", self.gateway.url()), "succeed").await;
        write_side.clock.advance(TimeDelta::seconds(61));
        until("the engine has asked", async || event(database, &id, "PaymentCaptured").await).await;
        until("the sagas are at rest", async || sagas.status().await.is_quiescent().then_some(())).await;
        reference
    }

    /// Ends it.
    pub async fn stop(self) {
        self.gateway.stop().await;
    }
}

async fn event(database: &TestDatabase, stream: &str, event_type: &str) -> Option<Value> {
    let payload: Option<String> =
        sqlx::query_scalar("select payload from events where aggregate_id = $1 and event_type = $2 limit 1")
            .bind(stream)
            .bind(event_type)
            .fetch_optional(&mut database.owner().await)
            .await
            .expect("events");
    payload.map(|payload| serde_json::from_str::<Value>(&payload).expect("JSON")[event_type].take())
}
