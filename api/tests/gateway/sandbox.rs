//! A sandbox gateway, and whoever talks to it.

use std::{sync::Arc, time::Duration};

use purser::{
    clock::SystemClock,
    gateway::{
        CaptureMode, GatewayPayment, HttpGateway, HttpGatewaySettings, IdempotencyKey, PaymentGateway, PaymentRequest,
        RefundRequest, webhook::Webhooks,
    },
    sandbox_gateway::{Faults, RetrySettings, SandboxGateway, SandboxSettings, Share},
};
use purser_domain::money::Amount;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    receiver::{Receiver, SECRET},
    wait::until,
};

/// Retries that a test can wait for.
pub(crate) const QUICK: RetrySettings = RetrySettings {
    first: Duration::from_millis(2),
    longest: Duration::from_millis(20),
    give_up_after: Duration::from_hours(1),
};

/// A sandbox gateway in this process, with a shop that receives its callbacks.
#[derive(Debug)]
pub(crate) struct Sandbox {
    pub(crate) gateway: SandboxGateway,
    pub(crate) client: HttpGateway,
    pub(crate) receiver: Receiver,
    pub(crate) data_dir: TempDir,
}

pub(crate) fn settings(data_dir: &TempDir, webhook_url: &str) -> SandboxSettings {
    SandboxSettings {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: data_dir.path().to_owned(),
        webhook_url: webhook_url.parse().unwrap(),
        webhooks: Webhooks::new(SECRET.parse().unwrap()),
        retry: QUICK,
        auto_pay: None,
        seed: 1,
        faults: Faults::default(),
    }
}

impl Sandbox {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    pub(crate) async fn start_with(set: impl FnOnce(&mut SandboxSettings)) -> Self {
        let receiver = Receiver::start().await;
        let data_dir = tempfile::tempdir().unwrap();
        let mut settings = settings(&data_dir, &receiver.url());
        set(&mut settings);
        let gateway = SandboxGateway::start(settings, Arc::new(SystemClock)).await.unwrap();
        let client = HttpGateway::try_new(&gateway.url(), HttpGatewaySettings::default()).unwrap();
        Self { gateway, client, receiver, data_dir }
    }

    /// The faults at run time.
    pub(crate) async fn misbehave(&self, faults: Faults) {
        let url = format!("{}/admin/faults", self.gateway.url());
        let answered = reqwest::Client::new().put(url).json(&faults).send().await.unwrap();
        assert_eq!(answered.status(), 200);
    }

    pub(crate) async fn stats(&self) -> Value {
        stats(&self.gateway.url()).await
    }

    /// Waits until the counts say so.
    pub(crate) async fn counts(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        until(what, async || Some(self.stats().await).filter(|stats| holds(stats))).await
    }

    /// Opens a payment of 10 pounds.
    pub(crate) async fn opens(&self, name: &str, capture: CaptureMode) -> GatewayPayment {
        let opened = self.client.create_payment(&key(&format!("open {name}")), &ten_pounds(name, capture)).await;
        opened.unwrap()
    }

    /// What the customer does.
    pub(crate) async fn customer(&self, payment: &GatewayPayment, outcome: &str) -> Value {
        customer(payment, outcome).await
    }

    /// Opens a payment and lets it be paid.
    pub(crate) async fn sells(&self, name: &str) -> GatewayPayment {
        let payment = self.opens(name, CaptureMode::Automatic).await;
        self.customer(&payment, "succeed").await;
        self.client.payment(&payment.id).await.unwrap()
    }
}

pub(crate) async fn customer(payment: &GatewayPayment, outcome: &str) -> Value {
    let url = payment.url.as_deref().unwrap();
    let answered = reqwest::Client::new().post(url).json(&json!({"outcome": outcome})).send().await.unwrap();
    assert_eq!(answered.status(), 200);
    answered.json().await.unwrap()
}

pub(crate) async fn stats(url: &str) -> Value {
    let answered = reqwest::Client::new().get(format!("{url}/admin/stats")).send().await.unwrap();
    answered.json().await.unwrap()
}

pub(crate) fn key(text: &str) -> IdempotencyKey {
    text.replace(' ', "-").parse().unwrap()
}

pub(crate) fn amount(minor: i64) -> Amount {
    Amount::try_from(minor).unwrap()
}

pub(crate) fn share(percent: i64) -> Share {
    Share::try_from(percent).unwrap()
}

pub(crate) fn ten_pounds(name: &str, capture: CaptureMode) -> PaymentRequest {
    PaymentRequest {
        payment: name.parse().unwrap(),
        order: format!("ord-{name}").parse().unwrap(),
        merchant: "m-1".parse().unwrap(),
        amount: amount(1_000),
        currency: "GBP".parse().unwrap(),
        capture,
    }
}

pub(crate) fn refund(name: &str, minor: i64) -> RefundRequest {
    RefundRequest { refund: name.parse().unwrap(), amount: amount(minor) }
}
