//! The door to the write side.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use chrono::TimeDelta;
use purser_domain::{clock::Clock, principal::Principal, recorded::Recorded, upcast::Upcasters};
use sqlx::PgPool;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    failure::Failure,
    forward::Forward,
    lease::{FirstLease, Lease},
    log::{Head, Snapshotter, repository},
    request::{Accepted, Request},
    sequencer::{Parts, Pending, RETRY_AFTER, Role, Sequencer},
};

/// How many appends a follower of [`Commands::committed`] may be behind before it has to read the log.
const COMMITTED_KEPT: usize = 1_024;

/// How many streams may wait for their snapshot.
const SNAPSHOTS_WAITING: usize = 256;

/// How long a command waits for this node to write where nobody else can be asked: just after the start, it has not come to
/// its lease yet.
const ROLE_PATIENCE: Duration = Duration::from_millis(250);

/// How the write side runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// This node, among all that work on the same log.
    pub node: Uuid,
    /// How it comes to its first lease.
    pub first_lease: FirstLease,
    /// The most commands that may wait; past it they are refused at once.
    pub queue_capacity: NonZeroUsize,
    /// The most aggregates of each kind that are kept in memory.
    pub cached_aggregates: NonZeroUsize,
    /// How long a caller waits for an answer.
    pub request_timeout: Duration,
    /// How long an order may stay unpaid.
    pub payment_window: TimeDelta,
}

/// The write side of this node. Clones share it.
#[derive(Debug, Clone)]
pub struct Commands {
    local: Local,
    forward: Option<Forward>,
    role: watch::Receiver<Role>,
    committed: broadcast::Sender<Arc<[Recorded]>>,
    log_id: Uuid,
}

/// The sequencer of this node.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    queue: mpsc::Sender<Pending>,
    timeout: Duration,
}

impl Commands {
    /// Starts to seek the lease and to take commands. `stop` lets what is waiting be answered first.
    ///
    /// Without `nats` a node that does not write refuses commands, after a quarter of a second, instead of forwarding them.
    pub async fn start(
        pool: PgPool,
        nats: Option<async_nats::Client>,
        clock: Arc<dyn Clock>,
        settings: Settings,
        tracker: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<Self, sqlx::Error> {
        let log_id = Head::read(&mut *pool.acquire().await?).await?.log_id;
        let (queue_in, queue) = mpsc::channel(settings.queue_capacity.get());
        let (role_in, role) = watch::channel(Role::Standby);
        let (committed, _) = broadcast::channel(COMMITTED_KEPT);
        let (snapshots_in, snapshots) = mpsc::channel(SNAPSHOTS_WAITING);
        let upcasters = Upcasters::current();
        tracker.spawn(Snapshotter::new(pool.clone(), upcasters.clone()).run(snapshots));
        let lease = Lease::keep(pool.clone(), settings.node, settings.first_lease, tracker, &stop);
        let sequencer = Sequencer::new(Parts {
            repository: repository(pool.clone()),
            pool,
            upcasters,
            clock,
            payment_window: settings.payment_window,
            cached_aggregates: settings.cached_aggregates,
            queue,
            lease,
            role: role_in,
            committed: committed.clone(),
            snapshots: snapshots_in,
            tracker: tracker.clone(),
            stop: stop.clone(),
        });
        tracker.spawn(sequencer.run());
        let local = Local { queue: queue_in, timeout: settings.request_timeout };
        let forward = nats.map(|client| Forward::new(client, log_id));
        if let Some(forward) = &forward {
            tracker.spawn(forward.clone().serve(local.clone(), role.clone(), tracker.clone(), stop));
        }
        Ok(Self { local, forward, role, committed, log_id })
    }

    /// Carries out a command and answers when its outcome is committed, here or at the node that writes.
    pub async fn execute(&self, request: Request) -> Result<Accepted, Failure> {
        let role = *self.role.borrow();
        match (role, &self.forward) {
            (Role::Writer { .. }, _) => self.local.execute(request).await,
            (Role::Standby, Some(forward)) => {
                let mut role = self.role.clone();
                tokio::select! {
                    outcome = forward.execute(&request, self.local.timeout) => outcome,
                    // The one that had it writes no more. It may have carried it out first: the caller asks again.
                    _ = role.wait_for(|role| matches!(role, Role::Writer { .. })) => Err(Failure::TimedOut),
                }
            }
            (Role::Standby, None) => {
                if self.writes_soon().await {
                    self.local.execute(request).await
                } else {
                    Err(Failure::NoWriter { retry_after: RETRY_AFTER })
                }
            }
        }
    }

    async fn writes_soon(&self) -> bool {
        let mut role = self.role.clone();
        let writes = role.wait_for(|role| matches!(role, Role::Writer { .. }));
        tokio::time::timeout(ROLE_PATIENCE, writes).await.is_ok_and(|writes| writes.is_ok())
    }

    /// The appends of this node from now on, in order. Who falls behind reads the log.
    pub fn committed(&self) -> broadcast::Receiver<Arc<[Recorded]>> {
        self.committed.subscribe()
    }

    /// Whether this node writes, now and from now on.
    pub fn role(&self) -> watch::Receiver<Role> {
        self.role.clone()
    }

    /// Which log this is.
    pub const fn log_id(&self) -> Uuid {
        self.log_id
    }

    /// How many more commands may wait.
    pub fn queue_free(&self) -> usize {
        self.local.queue.capacity()
    }
}

impl Local {
    pub(crate) async fn execute(&self, request: Request) -> Result<Accepted, Failure> {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Pending { request, reply }).await?;
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(outcome)) => outcome,
            // The sequencer went away with the command in its hands, or has it still.
            Ok(Err(_)) | Err(_) => Err(Failure::TimedOut),
        }
    }

    /// A saga waits for its place in a full queue, and the next place is the longest waiter's: what gives stock back must
    /// not starve behind those who ask for it. Everybody else is told at once to come back.
    async fn enqueue(&self, pending: Pending) -> Result<(), Failure> {
        let full = match pending.request.principal {
            Principal::Saga => match tokio::time::timeout(self.timeout, self.queue.send(pending)).await {
                Ok(sent) => return sent.map_err(|_| Failure::NoWriter { retry_after: RETRY_AFTER }),
                Err(_) => true,
            },
            Principal::Customer(_) | Principal::Merchant(_) | Principal::BackOffice | Principal::Operator => {
                match self.queue.try_send(pending) {
                    Ok(()) => return Ok(()),
                    Err(error) => matches!(error, mpsc::error::TrySendError::Full(_)),
                }
            }
        };
        if !full {
            return Err(Failure::NoWriter { retry_after: RETRY_AFTER });
        }
        metrics::counter!("purser_commands_total", "outcome" => "overloaded").increment(1);
        Err(Failure::Overloaded { retry_after: RETRY_AFTER })
    }
}

#[cfg(test)]
mod tests {
    use purser_domain::metadata::Metadata;

    use super::*;
    use crate::request::{Answer, Command};

    /// A node without NATS whose role and queue are the test's.
    fn standby() -> (Commands, watch::Sender<Role>, mpsc::Receiver<Pending>) {
        let (queue, taken) = mpsc::channel(1);
        let (role_in, role) = watch::channel(Role::Standby);
        let local = Local { queue, timeout: Duration::from_mins(1) };
        let committed = broadcast::channel(1).0;
        (Commands { local, forward: None, role, committed, log_id: Uuid::nil() }, role_in, taken)
    }

    fn request() -> Request {
        Request {
            command: Command::StartProcessing { order: purser_domain::ids::OrderId::from_uuid(Uuid::nil()) },
            principal: Principal::BackOffice,
            metadata: Metadata {
                actor: "test".to_owned(),
                correlation_id: "test".to_owned(),
                causation_id: "test".to_owned(),
            },
            idempotency: None,
        }
    }

    #[tokio::test]
    async fn a_command_waits_for_a_node_that_is_about_to_write() {
        let (commands, role, mut taken) = standby();
        let (outcome, ()) = tokio::join!(commands.execute(request()), async {
            role.send_replace(Role::Writer { epoch: 1 });
            let pending = taken.recv().await.unwrap();
            let accepted = Accepted { position: 7, answer: Answer::Done, replayed: false };
            pending.reply.send(Ok(accepted)).unwrap();
        });
        assert_eq!(outcome.unwrap().position, 7);
    }

    #[tokio::test]
    async fn a_command_does_not_wait_for_ever_for_a_node_that_does_not_write() {
        let (commands, _role, _taken) = standby();
        assert!(matches!(commands.execute(request()).await, Err(Failure::NoWriter { .. })));
    }
}
