//! The sequencer: one task that decides commands in order and appends their events, many at a time.
//!
//! It takes all commands that are waiting, decides each against the states that the ones before it left, and appends the
//! events of all of them in one transaction; then it answers every caller. While an append is on its way to the disk, the
//! next is already under way behind it, and the next batch gathers: there is no timer and no linger, the load itself sets
//! the size of the batches.
//!
//! Nothing is answered before it is known to be committed, refusals included: they may rest on events of the same batch.

mod batch;
mod cache;
mod decide;
mod draft;
mod measures;
mod needs;
mod pipeline;
mod recent_keys;
mod writer;

use std::{collections::VecDeque, num::NonZeroUsize, sync::Arc, time::Duration};

use chrono::TimeDelta;
use postgres_es::PostgresEventRepository;
use purser_domain::{clock::Clock, recorded::Recorded, upcast::Upcasters};
use sqlx::PgPool;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use recent_keys::Used;

use crate::{
    failure::Failure,
    lease::{Lease, Tenure},
    log::SnapshotRequest,
    request::{Accepted, Command, Request},
    sequencer::{
        cache::Cache,
        pipeline::{Pipeline, Turn},
        recent_keys::RecentKeys,
        writer::Writer,
    },
};

/// When a refused caller should come back.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The most commands that one append may carry.
const BATCH_COMMANDS_MAX: usize = 1_024;

/// The most lines of orders that one append may carry, so that a queue full of thousand-line orders becomes several
/// appends of some megabytes and not one of hundreds. A single order may always pass.
const BATCH_LINES_MAX: usize = 16_384;

/// A command that waits, and whom to answer.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) request: Request,
    pub(crate) reply: oneshot::Sender<Result<Accepted, Failure>>,
}

/// Whether this node writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It does not; commands are forwarded.
    Standby,
    /// It does, until somebody raises the epoch.
    Writer {
        /// How many times the log has changed hands.
        epoch: i64,
    },
}

/// What the sequencer works with.
pub(crate) struct Sequencer {
    pool: PgPool,
    repository: PostgresEventRepository,
    upcasters: Upcasters,
    clock: Arc<dyn Clock>,
    payment_window: TimeDelta,
    queue: mpsc::Receiver<Pending>,
    lease: Lease,
    role: watch::Sender<Role>,
    committed: broadcast::Sender<Arc<[Recorded]>>,
    snapshots: mpsc::Sender<SnapshotRequest>,
    stop: CancellationToken,
    cache: Cache,
    recent_keys: RecentKeys,
    waiting: VecDeque<Pending>,
    pipeline: Pipeline,
    measures: measures::Measures,
}

/// What [`Sequencer::new`] takes.
pub(crate) struct Parts {
    pub(crate) pool: PgPool,
    pub(crate) repository: PostgresEventRepository,
    pub(crate) upcasters: Upcasters,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) payment_window: TimeDelta,
    pub(crate) cached_aggregates: NonZeroUsize,
    pub(crate) queue: mpsc::Receiver<Pending>,
    pub(crate) lease: Lease,
    pub(crate) role: watch::Sender<Role>,
    pub(crate) committed: broadcast::Sender<Arc<[Recorded]>>,
    pub(crate) snapshots: mpsc::Sender<SnapshotRequest>,
    pub(crate) tracker: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl Sequencer {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            pipeline: Pipeline::new(parts.pool.clone(), parts.tracker),
            pool: parts.pool,
            repository: parts.repository,
            upcasters: parts.upcasters,
            clock: parts.clock,
            payment_window: parts.payment_window,
            queue: parts.queue,
            lease: parts.lease,
            role: parts.role,
            committed: parts.committed,
            snapshots: parts.snapshots,
            stop: parts.stop,
            cache: Cache::new(parts.cached_aggregates),
            recent_keys: RecentKeys::new(),
            waiting: VecDeque::new(),
            measures: measures::Measures::new(),
        }
    }

    /// Works until it is told to stop; then it answers what is waiting and gives the lease back.
    pub(crate) async fn run(mut self) {
        let mut writer: Option<Writer> = None;
        let mut open = true;
        while open || !self.pipeline.is_empty() {
            tokio::select! {
                biased;
                () = self.stop.cancelled(), if !self.queue.is_closed() => {
                    self.queue.close();
                    continue;
                }
                tenure = self.lease.changed() => {
                    writer = self.land_all(writer).await;
                    writer = self.follow_lease(writer, tenure).await;
                }
                ended = self.pipeline.next_end(), if !self.pipeline.is_empty() => {
                    writer = match writer {
                        Some(writer) => self.land(writer, ended).await,
                        None => None,
                    };
                }
                more = gather(&mut self.queue, &mut self.waiting), if open && !self.pipeline.is_full() => open = more,
            }
            self.let_the_ready_join().await;
            writer = self.work(writer).await;
        }
        self.role.send_replace(Role::Standby);
        self.lease.give_back().await;
    }

    /// Lets every task that could run now run first: those who were answered just now come back with their next command,
    /// and join the batch instead of waiting for one that a few early ones had to themselves. Goes on for as long as that
    /// brings more; a lone caller loses nothing.
    async fn let_the_ready_join(&mut self) {
        while self.waiting.len() < BATCH_COMMANDS_MAX {
            tokio::task::yield_now().await;
            let before = self.waiting.len();
            while let Ok(pending) = self.queue.try_recv() {
                if !pending.reply.is_closed() {
                    self.waiting.push_back(pending);
                }
            }
            if self.waiting.len() == before {
                return;
            }
        }
    }

    async fn follow_lease(&mut self, writer: Option<Writer>, tenure: Tenure) -> Option<Writer> {
        match (writer, tenure) {
            (None, Tenure::Held) => match Writer::take_over(&self.pool).await {
                Ok(writer) => {
                    let epoch = writer.tip.head.epoch;
                    tracing::info!(epoch, position = writer.tip.head.position, "this node writes now");
                    self.forget_everything();
                    self.role.send_replace(Role::Writer { epoch });
                    Some(writer)
                }
                Err(error) => {
                    tracing::warn!(%error, "the log could not be taken over");
                    self.lease.renounce();
                    None
                }
            },
            (Some(_), Tenure::Lost) => self.step_down("the lease is another node's"),
            (writer, Tenure::Held | Tenure::Lost) => writer,
        }
    }

    /// Carries out what is waiting, or sets it on its way, as far as there is room.
    async fn work(&mut self, mut writer: Option<Writer>) -> Option<Writer> {
        while let Some(turn) = self.pipeline.turn(self.waiting.len()) {
            writer = match (writer, turn) {
                (Some(writer), Turn::Behind(share)) => {
                    let batch = next_batch(&mut self.waiting, share);
                    self.send_off(writer, batch).await
                }
                (writer, Turn::Alone | Turn::Behind(_)) => {
                    let batch = next_batch(&mut self.waiting, BATCH_COMMANDS_MAX);
                    self.carry_out_or_refuse(writer, batch).await
                }
            };
        }
        writer
    }

    /// Another node may have written: what is in memory is not to be trusted any more.
    fn step_down(&mut self, why: &str) -> Option<Writer> {
        tracing::warn!(why, "this node writes no more");
        metrics::counter!("purser_step_downs_total").increment(1);
        self.forget_everything();
        self.role.send_replace(Role::Standby);
        self.lease.renounce();
        None
    }

    fn forget_everything(&mut self) {
        self.cache.clear();
        self.recent_keys.clear();
    }
}

/// Takes all that is waiting, up to one batch. Nothing more ever comes when it answers no.
async fn gather(queue: &mut mpsc::Receiver<Pending>, waiting: &mut VecDeque<Pending>) -> bool {
    let mut gathered = Vec::new();
    let count = queue.recv_many(&mut gathered, BATCH_COMMANDS_MAX).await;
    // Who has gone away does not want it done any more.
    waiting.extend(gathered.into_iter().filter(|pending| !pending.reply.is_closed()));
    count > 0
}

fn next_batch(waiting: &mut VecDeque<Pending>, commands_max: usize) -> Vec<Pending> {
    let mut lines = 0;
    let fits = waiting
        .iter()
        .take(commands_max.min(BATCH_COMMANDS_MAX))
        .take_while(|pending| {
            let before = lines;
            lines += weight(&pending.request.command);
            before == 0 || lines <= BATCH_LINES_MAX
        })
        .count();
    waiting.drain(..fits).collect()
}

fn weight(command: &Command) -> usize {
    match command {
        Command::PlaceOrder(place) | Command::QuoteOrder(place) => place.lines.len().max(1),
        Command::ShipOrder { .. }
        | Command::ChangeFulfillment { .. }
        | Command::StartProcessing { .. }
        | Command::ServeBackorder { .. }
        | Command::ReleaseReservations { .. }
        | Command::SettleLatePayment { .. }
        | Command::CancelOrder { .. }
        | Command::ApproveCancellation { .. }
        | Command::ResolveShortage { .. }
        | Command::ApproveReturn { .. }
        | Command::InspectReturn { .. }
        | Command::ReviewReturn { .. }
        | Command::SettleExchange { .. } => 8,
        Command::RecordPayment { .. }
        | Command::GrantGoodwill { .. }
        | Command::InitiatePayment { .. }
        | Command::RecordPaymentPending { .. }
        | Command::ReportPayment { .. }
        | Command::ExpirePayment { .. }
        | Command::RequestCapture { .. }
        | Command::ReleasePayment { .. }
        | Command::RequestVoid { .. }
        | Command::ResolveMismatch { .. }
        | Command::DeclineCancellation { .. }
        | Command::DeliverOrder { .. }
        | Command::CompleteOrder { .. }
        | Command::ExpireOrder { .. }
        | Command::ListProduct { .. }
        | Command::RepriceProduct { .. }
        | Command::SetBackorder { .. }
        | Command::DelistProduct { .. }
        | Command::ChangeMerchant { .. }
        | Command::IssueCoupon { .. }
        | Command::WithdrawCoupon { .. }
        | Command::GrantPoints { .. }
        | Command::ReceiveStock { .. }
        | Command::AdjustStock { .. }
        | Command::RequestReturn(_)
        | Command::DeclineReturn { .. }
        | Command::CancelReturn { .. }
        | Command::SendReturn { .. }
        | Command::ReceiveReturn { .. }
        | Command::SettleReturn { .. }
        | Command::RequestRefund { .. }
        | Command::RecordRefundSubmitted { .. }
        | Command::RecordRefundSucceeded { .. }
        | Command::RaiseException { .. }
        | Command::CloseException { .. }
        | Command::SettleException { .. }
        | Command::RecordRefundFailed { .. }
        | Command::RequestRefundReview { .. }
        | Command::RetryRefund { .. }
        | Command::WriteOffRefund { .. } => 1,
    }
}

/// Answers a caller. One who has gone away asks again with the same key.
fn answer(pending: Pending, outcome: Result<Accepted, Failure>) {
    drop(pending.reply.send(outcome));
}
