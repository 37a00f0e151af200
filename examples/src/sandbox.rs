//! The sandbox gateway as customers and its own staff see it: links that are paid at, and its books.

use std::time::Duration;

use purser::{
    gateway::{GatewayPayment, GatewaySetupError, HttpGateway, HttpGatewaySettings, PaymentGateway},
    sandbox_gateway::Faults,
};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

/// The pause before what failed is tried again.
const PAUSE: Duration = Duration::from_millis(300);

/// How long one attempt may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// A caller of one sandbox gateway.
#[derive(Debug, Clone)]
pub struct Sandbox {
    base: String,
    http: reqwest::Client,
    shop: HttpGateway,
    patience: Duration,
}

/// What a customer does at the link of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerDoes {
    /// They pay.
    Succeed,
    /// They try to, in vain.
    Fail,
}

/// What the gateway did since its journal began.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Stats {
    /// Callbacks, and what became of them.
    pub callbacks: Callbacks,
    /// Callbacks that are still to be delivered.
    pub callbacks_pending: u64,
}

/// What became of callbacks.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Callbacks {
    /// Somebody took them.
    pub delivered: u64,
    /// Never sent.
    pub dropped: u64,
    /// Sent late.
    pub delayed: u64,
    /// Sent after the payment's next one.
    pub reordered: u64,
    /// Sent once more.
    pub repeated: u64,
}

/// Why the gateway was of no use.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// There is no client for it.
    #[error(transparent)]
    Setup(#[from] GatewaySetupError),
    /// There is no client for its customers.
    #[error("cannot set up the http client for customers")]
    Client(#[source] reqwest::Error),
    /// It does not say what it did.
    #[error("the gateway does not say what it did")]
    Stats(#[source] reqwest::Error),
    /// Somebody else's address: this program pays nowhere but at the gateway that it was given.
    #[error("{link} is no link of the gateway at {base}")]
    Stranger {
        /// Where the customer was sent.
        link: String,
        /// Where the gateway is.
        base: String,
    },
    /// It was away for too long.
    #[error("the gateway at {base} did not answer for {} s: {last}", .after.as_secs())]
    Away {
        /// Where it is.
        base: String,
        /// How long it was tried.
        after: Duration,
        /// What went wrong last.
        last: String,
    },
}

impl Sandbox {
    /// The gateway at `base`, for example `http://127.0.0.1:8090`. Nothing is sent yet. `patience` is for how long a request
    /// is repeated while the gateway cannot be reached.
    pub fn try_new(base: &str, patience: Duration) -> Result<Self, SandboxError> {
        let shop = HttpGateway::try_new(base, HttpGatewaySettings::default())?;
        let http = reqwest::Client::builder().no_proxy().http1_only().timeout(ATTEMPT_TIMEOUT).build();
        Ok(Self {
            base: base.trim_end_matches('/').to_owned(),
            http: http.map_err(SandboxError::Client)?,
            shop,
            patience,
        })
    }

    /// Does something at the link of a payment, and tells whether that was possible: a payment that was called off cannot be
    /// paid any more.
    pub async fn pay(&self, link: &str, does: CustomerDoes) -> Result<bool, SandboxError> {
        if !link.strip_prefix(&self.base).is_some_and(|path| path.starts_with('/')) {
            return Err(SandboxError::Stranger { link: link.to_owned(), base: self.base.clone() });
        }
        let outcome = match does {
            CustomerDoes::Succeed => "succeed",
            CustomerDoes::Fail => "fail",
        };
        let body = json!({ "outcome": outcome });
        let answered = self.patiently(async || self.http.post(link).json(&body).send().await).await?;
        Ok(answered.is_success())
    }

    /// Has it misbehave in these ways from now on, and in no other.
    pub async fn misbehave(&self, faults: &Faults) -> Result<(), SandboxError> {
        let address = format!("{}/admin/faults", self.base);
        self.patiently(async || self.http.put(&address).json(faults).send().await).await.map(drop)
    }

    /// What it did. It must be there.
    pub async fn stats(&self) -> Result<Stats, SandboxError> {
        let answered = self.http.get(format!("{}/admin/stats", self.base)).send().await;
        answered.map_err(SandboxError::Stats)?.json().await.map_err(SandboxError::Stats)
    }

    /// All payments on its books, with every capture and refund.
    pub async fn payments(&self) -> Result<Vec<GatewayPayment>, SandboxError> {
        let mut payments = Vec::new();
        let mut after: Option<String> = None;
        let started = Instant::now();
        loop {
            match self.shop.list(after.as_deref()).await {
                Ok(page) => {
                    payments.extend(page.payments);
                    after = page.next;
                    if after.is_none() {
                        return Ok(payments);
                    }
                }
                Err(error) => self.wait(started, &error).await?,
            }
        }
    }

    async fn patiently(
        &self,
        send: impl AsyncFn() -> Result<reqwest::Response, reqwest::Error>,
    ) -> Result<StatusCode, SandboxError> {
        let started = Instant::now();
        loop {
            match send().await {
                Ok(response) if !response.status().is_server_error() => return Ok(response.status()),
                Ok(response) => self.wait(started, &response.status()).await?,
                Err(error) => self.wait(started, &error).await?,
            }
        }
    }

    async fn wait(&self, started: Instant, why: &impl ToString) -> Result<(), SandboxError> {
        let after = started.elapsed();
        if after > self.patience {
            return Err(SandboxError::Away { base: self.base.clone(), after, last: why.to_string() });
        }
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_paid_anywhere_but_at_the_gateway() {
        let sandbox = Sandbox::try_new("http://127.0.0.1:9", Duration::ZERO).unwrap();
        for link in ["http://127.0.0.1:90/pay/1", "http://elsewhere.example/pay/1", "http://127.0.0.1:9@elsewhere/"] {
            let refused = sandbox.pay(link, CustomerDoes::Succeed).await.unwrap_err();
            assert!(matches!(refused, SandboxError::Stranger { .. }), "{link}: {refused}");
        }
    }
}
