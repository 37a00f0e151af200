//! Appends under way, one behind the other: while one is on its way to the disk, the next is already being put into
//! Postgres, on a connection of its own, and the one after that is being decided.
//!
//! A batch that goes this way is decided on states that may never be: those that the batches before it leave if they are
//! committed. That is safe, because nothing is committed before its predecessor is, and nobody is answered before that. If
//! one fails, all behind it are taken back, every aggregate that they changed is forgotten, and their commands are carried
//! out anew, batch by batch.
//!
//! The cache holds an aggregate either with all events that are under way, or not at all. Whoever needs one that it does
//! not hold waits until nothing is under way: then the log tells the truth again.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use purser_domain::{Timestamp, chain::ChainHash, recorded::Recorded};
use sqlx::{PgConnection, PgPool};
use tokio::{
    sync::oneshot,
    task::{JoinError, JoinHandle},
};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::{
    Pending, RETRY_AFTER, Sequencer,
    batch::{Decided, Verdict, new_keys, pending_of, refuse_all},
    cache::{Needs, Working},
    draft::News,
    writer::{Settled, Tip, Writer, within_limit},
};
use crate::{
    database::connect_to_append,
    failure::Failure,
    log::{Append, NewKey, Sealed, Staged, seal, stage, unstage},
};

/// How many appends may be under way.
const DEPTH: usize = 2;

/// Fewer commands than this are not worth an append of their own while others wait with them.
const SHARE_MIN: usize = 8;

/// The appends under way.
#[derive(Debug)]
pub(super) struct Pipeline {
    pool: PgPool,
    tracker: TaskTracker,
    under_way: VecDeque<UnderWay>,
    idle: Vec<PgConnection>,
    /// Tells the next append that the last one is committed.
    last_committed: Option<oneshot::Receiver<()>>,
}

#[derive(Debug)]
struct UnderWay {
    /// Where the log ends when it is committed.
    tip: Tip,
    news: News,
    verdicts: Vec<(Pending, Verdict)>,
    started: Instant,
    append: JoinHandle<Ended>,
}

/// How an append under way ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// It is in the log.
    Committed(PgConnection),
    Failed(Failed),
}

/// Why an append under way may not be in the log.
#[derive(Debug)]
pub(super) enum Failed {
    /// It is not in the log and never will be: it failed by itself, or the one before it did.
    NotCommitted(Option<PgConnection>),
    /// The log stands elsewhere or belongs to another writer.
    Fenced,
    /// Only the log can tell.
    Unknown(sqlx::Error),
}

/// What may set off now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// So few that they go by themselves, all of them, with nothing under way.
    Alone,
    /// That many, behind what is under way.
    Behind(usize),
}

/// All that an append needs on its way.
struct Load {
    from: Tip,
    events: Arc<[Recorded]>,
    hashes: Vec<ChainHash>,
    keys: Vec<NewKey>,
    recorded_at: Timestamp,
}

impl Pipeline {
    /// Nothing is under way. Connections are made when they are needed.
    pub(super) const fn new(pool: PgPool, tracker: TaskTracker) -> Self {
        Self { pool, tracker, under_way: VecDeque::new(), idle: Vec::new(), last_committed: None }
    }

    /// How the next append under way ended that was the first to set off. Never, while there is none.
    pub(super) async fn next_end(&mut self) -> Ended {
        match self.under_way.front_mut() {
            Some(first) => end_of(&mut first.append).await,
            None => std::future::pending().await,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Whether no more may set off.
    pub(super) fn is_full(&self) -> bool {
        self.under_way.len() >= DEPTH
    }

    /// Who of so many that wait may set off; nobody, while it is better to wait for more.
    pub(super) fn turn(&self, waiting: usize) -> Option<Turn> {
        let sizes: Vec<usize> = self.under_way.iter().map(|append| append.verdicts.len()).collect();
        turn(&sizes, waiting)
    }

    /// Where the log ends when all that is under way is committed.
    fn tip(&self) -> Option<&Tip> {
        self.under_way.back().map(|append| &append.tip)
    }

    fn carries(&self, key: Uuid) -> bool {
        let mut verdicts = self.under_way.iter().flat_map(|append| &append.verdicts);
        verdicts.any(|(pending, _)| pending.request.idempotency.is_some_and(|other| other.key == key))
    }

    fn send_off(&mut self, load: Load, news: News, verdicts: Vec<(Pending, Verdict)>) {
        let tip = load.from.after(&load.append());
        let (committed, last_committed) = oneshot::channel();
        let turn = self.last_committed.replace(last_committed).filter(|_| !self.under_way.is_empty());
        let append = self.tracker.spawn(append(self.pool.clone(), self.idle.pop(), load, turn, committed));
        self.under_way.push_back(UnderWay { tip, news, verdicts, started: Instant::now(), append });
    }

    /// Waits for the end of all that is under way behind one that failed. None of them is committed.
    async fn take_back(&mut self) -> Vec<UnderWay> {
        let mut taken = Vec::with_capacity(self.under_way.len());
        for mut behind in std::mem::take(&mut self.under_way) {
            if let Ended::Failed(Failed::NotCommitted(Some(connection))) = end_of(&mut behind.append).await {
                self.idle.push(connection);
            }
            taken.push(behind);
        }
        taken
    }
}

impl Sequencer {
    /// Decides a batch on top of what is under way and sends it off behind that, if memory is enough to decide it. Else it
    /// waits until nothing is under way, and carries it out by itself.
    pub(super) async fn send_off(&mut self, mut writer: Writer, batch: Vec<Pending>) -> Option<Writer> {
        let batch = self.answer_repeats(batch);
        match self.send_off_ahead(&mut writer, batch).await {
            Ok(()) => Some(writer),
            Err(batch) => {
                let writer = self.land_all(Some(writer)).await;
                self.carry_out_or_refuse(writer, batch).await
            }
        }
    }

    async fn send_off_ahead(&mut self, writer: &mut Writer, batch: Vec<Pending>) -> Result<(), Vec<Pending>> {
        let under_way =
            |pending: &Pending| pending.request.idempotency.is_some_and(|key| self.pipeline.carries(key.key));
        if batch.iter().any(under_way) {
            return Err(batch);
        }
        let Some(working) = self.check_out_from_memory(&batch) else { return Err(batch) };
        let from = self.pipeline.tip().unwrap_or(&writer.tip).clone();
        let Decided { working, draft, verdicts } = self.decide_all(working, &from, batch)?;
        if draft.events.is_empty() {
            self.cache.check_in(working);
            return Err(pending_of(verdicts));
        }
        match self.find_first_answers(writer, &verdicts).await {
            Ok(false) => {}
            Ok(true) => return Err(pending_of(verdicts)),
            Err(error) => {
                tracing::warn!(%error, "keys could not be looked up");
                return Err(pending_of(verdicts));
            }
        }
        let keys = match new_keys(&verdicts) {
            Ok(keys) => keys,
            Err(error) => {
                tracing::error!(%error, "an answer cannot be written");
                return Err(pending_of(verdicts));
            }
        };
        self.cache.check_in(working);
        let hashes = from.head.hash.over(&draft.events);
        let recorded_at = draft.recorded_at;
        let news = News::from(draft);
        let load = Load { from, events: Arc::clone(&news.events), hashes, keys, recorded_at };
        self.pipeline.send_off(load, news, verdicts);
        Ok(())
    }

    /// All states that the batch needs, if all of them are in memory.
    fn check_out_from_memory(&mut self, batch: &[Pending]) -> Option<Working> {
        let mut working = Working::default();
        let mut complete = self.cache.check_out(Needs::of_all(batch), &mut working).is_empty();
        for implied in Needs::IMPLIED {
            complete = complete && self.cache.check_out(implied(batch, &working), &mut working).is_empty();
        }
        if complete {
            return Some(working);
        }
        self.cache.check_in(working);
        None
    }

    /// Takes note of how the first append under way ended, and answers everyone in it.
    pub(super) async fn land(&mut self, writer: Writer, ended: Ended) -> Option<Writer> {
        let Some(first) = self.pipeline.under_way.pop_front() else { return Some(writer) };
        match ended {
            Ended::Committed(connection) => {
                self.pipeline.idle.push(connection);
                self.measures.append_seconds.record(first.started.elapsed());
                self.finish(first.news, first.verdicts);
                Some(Writer { tip: first.tip, ..writer })
            }
            Ended::Failed(failed) => self.unwind(writer, first, failed).await,
        }
    }

    /// Waits until nothing is under way.
    pub(super) async fn land_all(&mut self, mut writer: Option<Writer>) -> Option<Writer> {
        while let Some(kept) = writer.take_if(|_| !self.pipeline.is_empty()) {
            let ended = self.pipeline.next_end().await;
            writer = self.land(kept, ended).await;
        }
        writer
    }

    /// After the failure of the first append under way: takes back those behind it and carries all of them out anew.
    async fn unwind(&mut self, writer: Writer, first: UnderWay, failed: Failed) -> Option<Writer> {
        metrics::counter!("purser_append_failures_total").increment(1);
        let behind = self.pipeline.take_back().await;
        for append in [&first].into_iter().chain(&behind) {
            self.cache.evict(&append.news.events);
        }
        let mut batches: VecDeque<Vec<Pending>> =
            behind.into_iter().map(|append| pending_of(append.verdicts)).collect();
        let settled = match failed {
            Failed::NotCommitted(connection) => {
                self.pipeline.idle.extend(connection);
                batches.push_front(pending_of(first.verdicts));
                return self.carry_out_in_turn(Some(writer), batches).await;
            }
            Failed::Fenced => Settled::Superseded { committed: false },
            Failed::Unknown(error) => {
                tracing::warn!(%error, "an append failed; asking the log what became of it");
                writer.find_out(&self.pool, &first.tip, error).await
            }
        };
        let kept = match settled {
            Settled::Committed(writer) => {
                self.finish(first.news, first.verdicts);
                Some(writer)
            }
            Settled::NotCommitted(writer, _) => {
                batches.push_front(pending_of(first.verdicts));
                Some(writer)
            }
            Settled::Superseded { committed: true } => {
                self.finish(first.news, first.verdicts);
                self.step_down("another node writes, after the last batch")
            }
            Settled::Superseded { committed: false } => {
                batches.push_front(pending_of(first.verdicts));
                self.step_down("another node writes")
            }
        };
        self.carry_out_in_turn(kept, batches).await
    }

    async fn carry_out_in_turn(
        &mut self,
        mut writer: Option<Writer>,
        batches: VecDeque<Vec<Pending>>,
    ) -> Option<Writer> {
        for batch in batches {
            writer = self.carry_out_or_refuse(writer, batch).await;
        }
        writer
    }

    pub(super) async fn carry_out_or_refuse(&mut self, writer: Option<Writer>, batch: Vec<Pending>) -> Option<Writer> {
        match writer {
            Some(writer) => self.carry_out(writer, batch).await,
            None => {
                refuse_all(batch, &Failure::NoWriter { retry_after: RETRY_AFTER });
                None
            }
        }
    }
}

impl Load {
    fn append(&self) -> Append<'_> {
        let Self { from: _, events, hashes, keys, recorded_at } = self;
        Append { events, hashes, keys, recorded_at: *recorded_at }
    }
}

/// One append, from its first half to its turn to its second half.
async fn append(
    pool: PgPool,
    connection: Option<PgConnection>,
    load: Load,
    turn: Option<oneshot::Receiver<()>>,
    committed: oneshot::Sender<()>,
) -> Ended {
    let batch = load.append();
    let staged = within_limit(async {
        let mut connection = match connection {
            Some(connection) => connection,
            None => connect_to_append(&pool).await?,
        };
        let staged = stage(&mut connection, &batch).await?;
        Ok((connection, staged))
    });
    let mut connection = match staged.await {
        Ok((connection, Staged::Ready)) => connection,
        Ok((connection, Staged::KeysTaken)) => return Ended::Failed(Failed::NotCommitted(Some(connection))),
        Err(error) => {
            tracing::warn!(%error, "a batch could not be put into the log");
            return Ended::Failed(Failed::NotCommitted(None));
        }
    };
    if let Some(turn) = turn
        && turn.await.is_err()
    {
        let unstaged = unstage(&mut connection).await;
        return Ended::Failed(Failed::NotCommitted(unstaged.is_ok().then_some(connection)));
    }
    match within_limit(seal(&mut connection, &load.from.head, &load.from.after(&batch).head)).await {
        Ok(Sealed::Committed) => {
            // Nobody may be behind.
            let _ = committed.send(());
            Ended::Committed(connection)
        }
        Ok(Sealed::Fenced) => Ended::Failed(Failed::Fenced),
        Err(error) => Ended::Failed(Failed::Unknown(error)),
    }
}

async fn end_of(append: &mut JoinHandle<Ended>) -> Ended {
    let unknown = |panicked: JoinError| Failed::Unknown(sqlx::Error::Protocol(panicked.to_string()));
    append.await.unwrap_or_else(|panicked| Ended::Failed(unknown(panicked)))
}

/// Who of so many that wait may set off behind appends of these sizes.
///
/// Callers who were answered together come back together. What waits is therefore divided as evenly as can be among the
/// appends that may be under way, or one of them would carry everybody, and the others nobody.
fn turn(under_way: &[usize], waiting: usize) -> Option<Turn> {
    let ahead: usize = under_way.iter().sum();
    if waiting == 0 || under_way.len() >= DEPTH || waiting * DEPTH < ahead {
        return None;
    }
    if under_way.is_empty() && waiting < DEPTH * SHARE_MIN {
        return Some(Turn::Alone);
    }
    Some(Turn::Behind((waiting + ahead).div_ceil(DEPTH).max(SHARE_MIN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_go_by_themselves_and_many_in_equal_shares() {
        assert_eq!(turn(&[], 0), None);
        assert_eq!(turn(&[], 1), Some(Turn::Alone));
        assert_eq!(turn(&[], 15), Some(Turn::Alone));
        assert_eq!(turn(&[], 16), Some(Turn::Behind(8)));
        assert_eq!(turn(&[], 65), Some(Turn::Behind(33)));
    }

    #[test]
    fn those_behind_wait_until_they_are_worth_an_append() {
        assert_eq!(turn(&[32], 0), None);
        assert_eq!(turn(&[32], 15), None);
        assert_eq!(turn(&[32], 16), Some(Turn::Behind(24)));
        assert_eq!(turn(&[4], 60), Some(Turn::Behind(32)));
        assert_eq!(turn(&[1], 1), Some(Turn::Behind(SHARE_MIN)));
    }

    #[test]
    fn nobody_sets_off_while_all_appends_are_under_way() {
        assert_eq!(turn(&[1, 1], 1_000), None);
    }
}
