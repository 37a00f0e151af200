//! A sandbox gateway in the process of a story.

use std::sync::Arc;

use purser::{
    clock::SystemClock,
    gateway::{HttpGateway, HttpGatewaySettings, PaymentGateway, webhook::Webhooks},
    ports::Gateways,
    sandbox_gateway::{Faults, RetrySettings, SandboxGateway, SandboxSettings},
};
use tempfile::TempDir;

/// What it signs with.
pub const SECRET: &str = "whsec_c3RvcmllcyBhcmUgdG9sZCB3aXRoIHRoaXMgc2VjcmV0";

/// A sandbox gateway of its own. Nobody takes its callbacks.
pub struct Sandbox {
    gateway: SandboxGateway,
    _data_dir: TempDir,
}

impl Sandbox {
    /// Starts one that misbehaves in no way.
    pub async fn start() -> Self {
        let data_dir = tempfile::tempdir().expect("a data directory");
        let settings = SandboxSettings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: data_dir.path().to_owned(),
            webhook_url: "http://127.0.0.1:9/".parse().expect("an address"),
            webhooks: Webhooks::new(SECRET.parse().expect("a secret")),
            retry: RetrySettings::default(),
            auto_pay: None,
            seed: 1,
            faults: Faults::default(),
        };
        let gateway = SandboxGateway::start(settings, Arc::new(SystemClock)).await.expect("a gateway");
        Self { gateway, _data_dir: data_dir }
    }

    /// It alone, as `sandbox`.
    pub fn gateways(&self) -> Gateways {
        let client = HttpGateway::try_new(&self.gateway.url(), HttpGatewaySettings::default()).expect("a client");
        [("sandbox".parse().expect("a name"), Arc::new(client) as Arc<dyn PaymentGateway>)].into_iter().collect()
    }

    /// Ends it.
    pub async fn stop(self) {
        self.gateway.stop().await;
    }
}
