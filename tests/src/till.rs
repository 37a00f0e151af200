//! A shop that is paid through a gateway.

use std::sync::Arc;

use chrono::TimeDelta;
use purser::config::{GatewayConfig, NatsSource};
use purser_domain::{Timestamp, clock::Clock};
use serde_json::{Value, json};

use crate::{Api, HandClock, Letter, Postbox, Sandbox, TestDatabase, TestEngine, cluster, shop, wait::until};

/// An engine with NATS and the gateway `sandbox`, both by one clock, and what the gateway's callbacks go through. There are a
/// hundred pieces of `A`, 250 pence each.
pub struct Till {
    /// The engine.
    pub engine: TestEngine,
    /// A caller of its API.
    pub api: Api,
    /// The gateway.
    pub sandbox: Sandbox,
    /// Where its callbacks stay, unless they are carried on.
    pub postbox: Postbox,
}

impl Till {
    /// Opens it. Callbacks are lost.
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// Opens it with other settings of the gateway's.
    pub async fn open_with(change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let (clock, postbox) = (Arc::<HandClock>::default(), Postbox::start().await);
        let sandbox = Sandbox::calling(&postbox.url(), Arc::clone(&clock) as _).await;
        let mut gateway = sandbox.config();
        change(&mut gateway);
        let nats = NatsSource::External(cluster::nats().await);
        let engine = TestEngine::start_with(TestDatabase::create().await, clock, |config| {
            config.nats = nats;
            config.gateways = vec![gateway];
        })
        .await;
        let api = engine.api();
        shop::writes(&api).await;
        api.stocked("A", 250, 100).await;
        Self { engine, api, sandbox, postbox }
    }

    /// Opens it, with callbacks that reach the engine.
    pub async fn connected() -> Self {
        let till = Self::open().await;
        till.postbox.carry_to(till.engine.engine().address());
        till
    }

    /// What the clock says.
    pub fn now(&self) -> Timestamp {
        self.engine.clock().now()
    }

    /// Begins a payment of an order and returns its id.
    pub async fn begin(&self, order: &str, capture: &str) -> String {
        let wish = json!({"gateway": "sandbox", "capture": capture});
        let begun = self.api.post(&format!("/v1/orders/{order}/payments"), &wish).send().await.expect_status(201);
        begun.body["id"].as_str().expect("an id").to_owned()
    }

    /// Places an order of one piece and begins a payment of it; waits until it can be paid. Returns the order, the payment and
    /// the link.
    pub async fn payable(&self, capture: &str) -> [String; 3] {
        let (order, _) = self.api.placed(&[("A", 1)]).await;
        let payment = self.begin(&order, capture).await;
        let link = self.link(&payment).await;
        [order, payment, link]
    }

    /// Where a payment is paid, as soon as the gateway has it.
    pub async fn link(&self, payment: &str) -> String {
        let pending = self.reaches(payment, "pending").await;
        pending["next_action"]["redirect_url"].as_str().expect("a link").to_owned()
    }

    /// A payment as the back office sees it.
    pub async fn payment(&self, id: &str) -> Value {
        self.api.get(&format!("/v1/payments/{id}?min_position={}", self.api.furthest())).await
    }

    /// Waits until a payment has a status, and returns it.
    pub async fn reaches(&self, id: &str, status: &str) -> Value {
        until(&format!("{id} is {status}"), async || {
            let payment = self.payment(id).await;
            (payment["status"] == status).then_some(payment)
        })
        .await
    }

    /// The same, while the clock goes on, a second with every look: what failed is tried again by it. Half an hour takes
    /// longer than anybody waits.
    pub async fn reaches_in_time(&self, id: &str, status: &str) -> Value {
        until(&format!("{id} is {status} in the end"), async || {
            self.engine.clock().advance(TimeDelta::seconds(1));
            let payment = self.payment(id).await;
            (payment["status"] == status).then_some(payment)
        })
        .await
    }

    /// Delivers a letter by hand, which must be taken.
    pub async fn deliver(&self, letter: &Letter) -> Value {
        let taken = letter.deliver(&self.api, "sandbox").send().await.expect_status(200);
        assert_eq!(taken.body["outcome"], "taken", "{}", taken.text);
        taken.body
    }

    /// Sees that everything adds up, and closes.
    pub async fn close(self) {
        let Self { engine, api, sandbox, postbox: _ } = self;
        shop::at_rest(&api).await;
        shop::verified(engine.database()).await.expect("a whole log and true views");
        engine.stop().await;
        sandbox.stop().await;
    }
}
