//! Forwarding: a node that does not write hands commands to the one that does, over NATS request and reply.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    commands::Local,
    failure::Failure,
    request::{Accepted, Request},
    sequencer::{RETRY_AFTER, Role},
};

/// The way to the node that writes.
#[derive(Debug, Clone)]
pub(crate) struct Forward {
    client: async_nats::Client,
    subject: String,
}

impl Forward {
    pub(crate) fn new(client: async_nats::Client, log_id: Uuid) -> Self {
        Self { client, subject: format!("purser.{}.commands", log_id.as_simple()) }
    }

    /// Has a command carried out by the node that writes.
    pub(crate) async fn execute(&self, request: &Request, timeout: Duration) -> Result<Accepted, Failure> {
        let payload = serde_json::to_vec(request).map_err(|error| {
            tracing::error!(%error, "a command cannot be written for forwarding");
            Failure::Internal
        })?;
        let asked = async_nats::Request::new().payload(payload.into()).timeout(Some(timeout));
        match self.client.send_request(self.subject.clone(), asked).await {
            Ok(reply) => serde_json::from_slice(&reply.payload).unwrap_or_else(|error| {
                tracing::error!(%error, "the writer's answer cannot be read");
                Err(Failure::TimedOut)
            }),
            Err(error) => Err(match error.kind() {
                // Nobody was there to take it, so nobody has.
                async_nats::RequestErrorKind::NoResponders => Failure::NoWriter { retry_after: RETRY_AFTER },
                async_nats::RequestErrorKind::TimedOut
                | async_nats::RequestErrorKind::InvalidSubject
                | async_nats::RequestErrorKind::MaxPayloadExceeded
                | async_nats::RequestErrorKind::Other => Failure::TimedOut,
            }),
        }
    }

    /// Serves the other nodes while this one writes.
    pub(crate) async fn serve(
        self,
        local: Local,
        mut role: watch::Receiver<Role>,
        tracker: TaskTracker,
        stop: CancellationToken,
    ) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                writes = role.wait_for(|role| matches!(role, Role::Writer { .. })) => if writes.is_err() { return },
            }
            match self.client.subscribe(self.subject.clone()).await {
                Ok(subscription) => {
                    tokio::select! {
                        () = stop.cancelled() => return,
                        stands_by = role.wait_for(|role| *role == Role::Standby) => if stands_by.is_err() { return },
                        () = self.answer_all(subscription, &local, &tracker) => {}
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "commands of other nodes cannot be taken");
                    tokio::time::sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    async fn answer_all(&self, mut subscription: async_nats::Subscriber, local: &Local, tracker: &TaskTracker) {
        while let Some(message) = subscription.next().await {
            let (Some(reply), local, client) = (message.reply, local.clone(), self.client.clone()) else { continue };
            tracker.spawn(async move {
                let outcome = match serde_json::from_slice::<Request>(&message.payload) {
                    Ok(request) => local.execute(request).await,
                    Err(error) => {
                        tracing::error!(%error, "a forwarded command cannot be read");
                        Err(Failure::Internal)
                    }
                };
                match serde_json::to_vec(&outcome) {
                    Ok(payload) => {
                        if let Err(error) = client.publish(reply, payload.into()).await {
                            tracing::warn!(%error, "a forwarded command's answer was lost");
                        }
                    }
                    Err(error) => tracing::error!(%error, "an answer cannot be written"),
                }
            });
        }
    }
}
