//! Carrying callbacks to the shop, for as long as it takes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use purser_domain::{Timestamp, text::PaymentReference};
use reqwest::{StatusCode, Url, header::CONTENT_TYPE, redirect::Policy};
use tokio::sync::{Notify, Semaphore};

use super::{
    RetrySettings, SandboxSettings,
    book::{Callback, Ending, Forgery, Record},
    counts::Calls,
    dice::Dice,
    shared::{Shared, until},
};
use crate::gateway::webhook::{WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, WebhookSecret, Webhooks};

/// How long the shop may take to answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// Attempts under way at a time.
const ATTEMPTS_MAX: usize = 64;

/// What strangers sign with.
const STRANGERS_SECRET: &str = "whsec_c3RyYW5nZXJzIGd1ZXNzIGF0IHNlY3JldHMgYWxsIGRheQ==";

/// Whoever carries the callbacks.
#[derive(Debug)]
pub(super) struct Courier {
    http: reqwest::Client,
    url: Url,
    webhooks: Webhooks,
    stranger: Webhooks,
    retry: RetrySettings,
    dice: Dice,
    under_way: Semaphore,
    /// Callbacks that wait for their payment's next one to be taken.
    held: Mutex<HashMap<PaymentReference, Arc<Notify>>>,
}

impl Courier {
    pub(super) fn try_new(settings: &SandboxSettings, dice: Dice) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .http1_only()
            .redirect(Policy::none())
            .timeout(ATTEMPT_TIMEOUT)
            .build()?;
        // Base64 of more than 24 bytes, as its constant shows.
        let stranger: WebhookSecret = STRANGERS_SECRET.parse().expect("a literal secret");
        Ok(Self {
            http,
            url: settings.webhook_url.clone(),
            webhooks: settings.webhooks.clone(),
            stranger: Webhooks::new(stranger),
            retry: settings.retry,
            dice,
            under_way: Semaphore::new(ATTEMPTS_MAX),
            held: Mutex::new(HashMap::new()),
        })
    }

    /// One attempt. Nothing: nobody answered.
    async fn attempt(&self, callback: &Callback, now: Timestamp) -> Option<StatusCode> {
        // The semaphore is never closed.
        let _slot = self.under_way.acquire().await.ok();
        let signer = match callback.forgery {
            Some(Forgery::Signature) => &self.stranger,
            Some(Forgery::Amount | Forgery::Order) | None => &self.webhooks,
        };
        let answered = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(WEBHOOK_ID, &callback.id)
            .header(WEBHOOK_TIMESTAMP, now.timestamp())
            .header(WEBHOOK_SIGNATURE, signer.sign(&callback.id, now, callback.body.as_bytes()))
            .body(callback.body.clone())
            .send()
            .await;
        answered.ok().map(|response| response.status())
    }

    /// The pause after a number of attempts in vain.
    fn pause(&self, callback: &Callback, attempts: u32) -> Duration {
        let doubled = self.retry.first.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
        let most = u64::try_from(doubled.min(self.retry.longest).as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.dice.between(most / 2, most, "pause", &format!("{} #{attempts}", callback.id)))
    }

    fn hold(&self, payment: &PaymentReference) -> Arc<Notify> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(held.entry(payment.clone()).or_default())
    }

    fn release(&self, payment: &PaymentReference) {
        if let Some(waiting) = self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(payment) {
            waiting.notify_one();
        }
    }
}

impl Shared {
    /// Carries a callback, beside whatever else goes on.
    pub(super) fn send(self: &Arc<Self>, callback: Callback) {
        // Held from now on, and not only from when its task begins: the next callback may be taken before.
        let held = callback.held.then(|| self.courier.hold(&callback.payment));
        let shared = Arc::clone(self);
        self.tracker.spawn(async move {
            let stop = shared.stop.clone();
            stop.run_until_cancelled(shared.carry(callback, held)).await;
        });
    }

    async fn carry(&self, callback: Callback, held: Option<Arc<Notify>>) {
        let wait = tokio::time::sleep(until(self.now(), callback.due));
        match &held {
            None => wait.await,
            Some(released) => {
                tokio::select! {
                    () = wait => {}
                    () = released.notified() => {}
                }
            }
        }
        let ending = self.insist(&callback).await;
        if callback.forgery.is_none() {
            // The held one, too: whoever came late holds nobody else back.
            self.courier.release(&callback.payment);
        }
        self.ended(Record::CallbackEnded { id: callback.id, ending });
    }

    /// Attempts until it was taken as often as it is to be, or for as long as it is tried.
    async fn insist(&self, callback: &Callback) -> Ending {
        let give_up_after = TimeDelta::from_std(self.courier.retry.give_up_after).unwrap_or(TimeDelta::MAX);
        let mut times = 0;
        let mut attempts = 0;
        loop {
            let answered = self.courier.attempt(callback, self.now()).await;
            Calls::count(&self.calls.callback_attempts);
            match (answered, callback.forgery) {
                (Some(status), None) if status.is_success() => times += 1,
                // A liar does not insist.
                (Some(_), Some(_)) => return Ending::Taken { times: 1 },
                (Some(_), None) | (None, _) => {
                    attempts += 1;
                    if self.now() - callback.at >= give_up_after {
                        tracing::warn!(id = callback.id, attempts, "a callback is given up");
                        return Ending::GivenUp;
                    }
                    tokio::time::sleep(self.courier.pause(callback, attempts)).await;
                }
            }
            if times >= callback.times {
                return Ending::Taken { times };
            }
        }
    }
}

#[cfg(test)]
mod tests;
