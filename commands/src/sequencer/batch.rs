//! One batch: decided, appended, answered.

use std::{collections::HashMap, time::Instant};

use uuid::Uuid;

use super::{
    Pending, RETRY_AFTER, Sequencer, answer,
    cache::{Needs, Working},
    decide::Decision,
    draft::{Draft, News, Stopped},
    recent_keys::{Repeat, Used},
    writer::{Reason, Settled, Tip, Writer},
};
use crate::{
    failure::Failure,
    idempotency,
    log::{Append, NewKey, load, load_one},
    request::{Accepted, IdempotencyKey},
};

/// How often a batch is decided anew before its callers are told that the log is unavailable.
const ATTEMPTS_MAX: usize = 3;

/// A decided batch, before its append.
pub(super) struct Decided {
    pub(super) working: Working,
    pub(super) draft: Draft,
    pub(super) verdicts: Vec<(Pending, Verdict)>,
}

/// What a caller will hear once the batch is committed.
#[derive(Debug, Clone)]
pub(super) enum Verdict {
    Accepted(Accepted),
    Refused(Failure),
    /// The same as another command of this batch, which carries the same key.
    LikeKey(Uuid),
}

/// Why a batch was not decided.
enum Undecided {
    /// The log could not be read.
    Load(Vec<Pending>, sqlx::Error),
    /// The log was read, but one of the streams makes no sense to this engine.
    Unreadable(Vec<Pending>, sqlx::Error),
    /// One command was taken out and answered; the others are to be decided without what it left behind.
    Again(Vec<Pending>),
}

impl Sequencer {
    /// Carries out a batch and answers everyone in it. Returns the writer unless another node took over.
    pub(super) async fn carry_out(&mut self, mut writer: Writer, mut batch: Vec<Pending>) -> Option<Writer> {
        let mut attempts = 0;
        loop {
            batch = self.answer_repeats(batch);
            if batch.is_empty() {
                return Some(writer);
            }
            if attempts == ATTEMPTS_MAX {
                refuse_all(batch, &Failure::Unavailable { retry_after: RETRY_AFTER });
                return Some(writer);
            }
            attempts += 1;
            let decided = match self.decide_batch(&mut writer, batch).await {
                Ok(decided) => decided,
                Err(Undecided::Again(rest)) => {
                    batch = rest;
                    attempts -= 1;
                    continue;
                }
                Err(Undecided::Load(rest, error)) => {
                    tracing::warn!(%error, "states could not be loaded");
                    (writer, batch) = self.start_over(writer, rest, error).await?;
                    continue;
                }
                Err(Undecided::Unreadable(rest, error)) if rest.len() > 1 => {
                    tracing::debug!(%error, commands = rest.len(), "a stream is unreadable; halving the batch");
                    return self.carry_out_halves(writer, rest).await;
                }
                Err(Undecided::Unreadable(rest, error)) => {
                    tracing::error!(%error, command = ?rest.first().map(|pending| &pending.request.command),
                        "a stream is unreadable");
                    refuse_all(rest, &Failure::Internal);
                    return Some(writer);
                }
            };
            match self.find_first_answers(&mut writer, &decided.verdicts).await {
                Ok(false) => {}
                Ok(true) => {
                    batch = pending_of(decided.verdicts);
                    attempts -= 1;
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "keys could not be looked up");
                    (writer, batch) = self.start_over(writer, pending_of(decided.verdicts), error).await?;
                    continue;
                }
            }
            let Decided { working, draft, verdicts } = decided;
            match self.append(writer, &draft, &verdicts).await {
                Settled::Committed(kept) => {
                    self.cache.check_in(working);
                    self.finish(draft.into(), verdicts);
                    return Some(kept);
                }
                Settled::NotCommitted(kept, reason) => {
                    writer = kept;
                    batch = pending_of(verdicts);
                    (writer, batch) = self.prepare_retry(writer, batch, reason).await?;
                }
                Settled::Superseded { committed: true } => {
                    self.finish(draft.into(), verdicts);
                    return self.step_down("another node writes, after the last batch");
                }
                Settled::Superseded { committed: false } => {
                    refuse_all(pending_of(verdicts), &Failure::NoWriter { retry_after: RETRY_AFTER });
                    return self.step_down("another node writes");
                }
            }
        }
    }

    /// Answers what was carried out before, as far as memory goes.
    pub(super) fn answer_repeats(&mut self, batch: Vec<Pending>) -> Vec<Pending> {
        let mut rest = Vec::with_capacity(batch.len());
        for pending in batch {
            let repeat = pending.request.idempotency.as_ref().and_then(|key| self.recent_keys.find(key));
            match repeat {
                None => rest.push(pending),
                Some(Repeat::Same(accepted)) => {
                    self.measures.repeats.increment(1);
                    answer(pending, Ok(accepted));
                }
                Some(Repeat::Other) => answer(pending, Err(Failure::KeyReused)),
            }
        }
        rest
    }

    async fn decide_batch(&mut self, writer: &mut Writer, batch: Vec<Pending>) -> Result<Decided, Undecided> {
        let mut working = Working::default();
        if let Err(error) = self.check_out(writer, Needs::of_all(&batch), &mut working).await {
            return Err(undecided(batch, error));
        }
        for implied in Needs::IMPLIED {
            if let Err(error) = self.check_out(writer, implied(&batch, &working), &mut working).await {
                return Err(undecided(batch, error));
            }
        }
        self.decide_all(working, &writer.tip, batch).map_err(Undecided::Again)
    }

    /// Decides a batch on top of what the log holds up to the tip. Gives back what is left of it where one command had to
    /// be taken out and answered, and the states it left behind must not be used.
    pub(super) fn decide_all(
        &self,
        mut working: Working,
        tip: &Tip,
        batch: Vec<Pending>,
    ) -> Result<Decided, Vec<Pending>> {
        let now = self.clock.now();
        let now = tip.recorded_at.map_or(now, |last| now.max(last));
        let mut draft = Draft::new(tip.head.position, now);
        let mut keys: HashMap<Uuid, [u8; 32]> = HashMap::new();
        let mut verdicts: Vec<(Pending, Verdict)> = Vec::with_capacity(batch.len());
        let mut batch = batch.into_iter();
        while let Some(pending) = batch.next() {
            if let Some(verdict) = in_batch_repeat(&keys, pending.request.idempotency.as_ref()) {
                verdicts.push((pending, verdict));
                continue;
            }
            let mut decision =
                Decision { working: &mut working, draft: &mut draft, now, payment_window: self.payment_window };
            match decision.decide(&pending.request) {
                Ok(answer) => {
                    if let Some(key) = &pending.request.idempotency {
                        keys.insert(key.key, key.fingerprint);
                    }
                    let position = draft.position();
                    verdicts.push((pending, Verdict::Accepted(Accepted { position, answer, replayed: false })));
                }
                Err(Stopped::Refused(refusal)) => {
                    verdicts.push((pending, Verdict::Refused(Failure::Refused(refusal))));
                }
                Err(Stopped::Contradiction(what)) => {
                    tracing::error!(what, command = ?pending.request.command, "the engine contradicts itself");
                    metrics::counter!("purser_contradictions_total").increment(1);
                    answer(pending, Err(Failure::Internal));
                    return Err(pending_of(verdicts).into_iter().chain(batch).collect());
                }
            }
        }
        Ok(Decided { working, draft, verdicts })
    }

    async fn check_out(&mut self, writer: &mut Writer, needs: Needs, working: &mut Working) -> Result<(), sqlx::Error> {
        if needs.is_empty() {
            return Ok(());
        }
        let wanted = self.cache.check_out(needs, working);
        if wanted.is_empty() {
            return Ok(());
        }
        self.measures.cold_loads.increment(1);
        let loaded = match wanted.only_short_stream() {
            Some((aggregate_type, id)) => load_one(&self.repository, aggregate_type, id, &self.upcasters).await,
            None => load(&mut writer.connection, &wanted, &self.upcasters).await,
        };
        working.fill(loaded?);
        Ok(())
    }

    async fn append(&self, writer: Writer, draft: &Draft, verdicts: &[(Pending, Verdict)]) -> Settled {
        let keys = match new_keys(verdicts) {
            Ok(keys) => keys,
            Err(error) => return Settled::NotCommitted(writer, Reason::Failed(sqlx::Error::Encode(Box::new(error)))),
        };
        if draft.events.is_empty() && keys.is_empty() {
            return writer.confirm(&self.pool).await;
        }
        let hashes = writer.tip.head.hash.over(&draft.events);
        let batch = Append { events: &draft.events, hashes: &hashes, keys: &keys, recorded_at: draft.recorded_at };
        let started = Instant::now();
        let settled = writer.append(&self.pool, batch).await;
        self.measures.append_seconds.record(started.elapsed());
        settled
    }

    /// Looks for the first answers of those that are about to be refused: what was accepted long ago is no longer in memory,
    /// and the append, which refuses a key used before, is not asked about a refusal. Says whether any were found.
    pub(super) async fn find_first_answers(
        &mut self,
        writer: &mut Writer,
        verdicts: &[(Pending, Verdict)],
    ) -> Result<bool, sqlx::Error> {
        let keys: Vec<Uuid> = verdicts
            .iter()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Refused(_)))
            .filter_map(|(pending, _)| Some(pending.request.idempotency?.key))
            .filter(|key| !self.recent_keys.has(key))
            .collect();
        if keys.is_empty() { Ok(false) } else { self.recall(writer, &keys).await }
    }

    /// Brings back to memory what these keys were used for. Says whether any of them was.
    async fn recall(&mut self, writer: &mut Writer, keys: &[Uuid]) -> Result<bool, sqlx::Error> {
        let found = idempotency::look_up(&mut writer.connection, keys).await?;
        let any = !found.is_empty();
        for (key, used) in found {
            self.recent_keys.remember(key, used);
        }
        Ok(any)
    }

    /// Carries out a batch in two halves, again and again halved until the one command stands alone that none of the others
    /// may suffer from.
    async fn carry_out_halves(&mut self, writer: Writer, mut batch: Vec<Pending>) -> Option<Writer> {
        let second = batch.split_off(batch.len() / 2);
        let mut kept = Some(writer);
        for half in [batch, second] {
            kept = match kept {
                Some(writer) => Box::pin(self.carry_out(writer, half)).await,
                None => {
                    refuse_all(half, &Failure::NoWriter { retry_after: RETRY_AFTER });
                    None
                }
            };
        }
        kept
    }

    /// Finds out which keys were taken, or lets a failure show which command of the batch is its cause.
    async fn prepare_retry(
        &mut self,
        mut writer: Writer,
        batch: Vec<Pending>,
        reason: Reason,
    ) -> Option<(Writer, Vec<Pending>)> {
        match reason {
            Reason::KeysTaken => {
                let keys: Vec<Uuid> =
                    batch.iter().filter_map(|pending| pending.request.idempotency.map(|key| key.key)).collect();
                match self.recall(&mut writer, &keys).await {
                    Ok(_) => Some((writer, batch)),
                    Err(error) => self.start_over(writer, batch, error).await,
                }
            }
            Reason::Failed(error) if batch.len() > 1 && is_about_data(&error) => {
                tracing::error!(%error, commands = batch.len(), "the log refused a batch; halving it");
                self.carry_out_halves(writer, batch).await.map(|writer| (writer, Vec::new()))
            }
            Reason::Failed(error) => {
                tracing::warn!(%error, "a batch was not committed; deciding it again");
                Some((writer, batch))
            }
        }
    }

    async fn start_over(
        &mut self,
        writer: Writer,
        batch: Vec<Pending>,
        error: sqlx::Error,
    ) -> Option<(Writer, Vec<Pending>)> {
        match writer.start_over(&self.pool, error).await {
            Settled::Committed(writer) | Settled::NotCommitted(writer, _) => Some((writer, batch)),
            Settled::Superseded { .. } => {
                refuse_all(batch, &Failure::NoWriter { retry_after: RETRY_AFTER });
                self.step_down("another node writes");
                None
            }
        }
    }

    /// Hands the committed events on and answers everyone.
    pub(super) fn finish(&mut self, news: News, verdicts: Vec<(Pending, Verdict)>) {
        let News { events, snapshots } = news;
        self.measures.batch_commands.record(f64::from(u32::try_from(verdicts.len()).unwrap_or(u32::MAX)));
        self.measures.events.increment(events.len() as u64);
        for request in snapshots {
            // A snapshot that finds the queue full is only a snapshot that comes later.
            drop(self.snapshots.try_send(request));
        }
        if !events.is_empty() {
            // Nobody may be listening.
            drop(self.committed.send(events));
        }
        let mut accepted_by_key: HashMap<Uuid, Accepted> = HashMap::new();
        for (pending, verdict) in verdicts {
            match verdict {
                Verdict::Accepted(accepted) => {
                    if let Some(IdempotencyKey { key, fingerprint }) = pending.request.idempotency {
                        self.recent_keys.remember(key, Used { fingerprint, accepted: accepted.clone() });
                        accepted_by_key.insert(key, accepted.clone());
                    }
                    self.measures.accepted.increment(1);
                    answer(pending, Ok(accepted));
                }
                Verdict::Refused(failure) => {
                    self.measures.refused.increment(1);
                    answer(pending, Err(failure));
                }
                Verdict::LikeKey(key) => {
                    self.measures.repeats.increment(1);
                    let accepted = accepted_by_key.get(&key).map(Accepted::again).ok_or(Failure::Internal);
                    answer(pending, accepted);
                }
            }
        }
    }
}

/// A key that an earlier command of the batch carries; that one was accepted, or its key would not be here.
fn in_batch_repeat(keys: &HashMap<Uuid, [u8; 32]>, key: Option<&IdempotencyKey>) -> Option<Verdict> {
    let key = key?;
    let fingerprint = keys.get(&key.key)?;
    Some(if key.fingerprint == *fingerprint { Verdict::LikeKey(key.key) } else { Verdict::Refused(Failure::KeyReused) })
}

pub(super) fn pending_of(verdicts: Vec<(Pending, Verdict)>) -> Vec<Pending> {
    verdicts.into_iter().map(|(pending, _)| pending).collect()
}

fn undecided(batch: Vec<Pending>, error: sqlx::Error) -> Undecided {
    match error {
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => Undecided::Unreadable(batch, error),
        error => Undecided::Load(batch, error),
    }
}

pub(super) fn new_keys(verdicts: &[(Pending, Verdict)]) -> Result<Vec<NewKey>, serde_json::Error> {
    verdicts
        .iter()
        .filter_map(|(pending, verdict)| match (pending.request.idempotency, verdict) {
            (Some(key), Verdict::Accepted(accepted)) => Some((key, accepted)),
            (Some(_) | None, Verdict::Accepted(_) | Verdict::Refused(_) | Verdict::LikeKey(_)) => None,
        })
        .map(|(IdempotencyKey { key, fingerprint }, accepted)| {
            Ok(NewKey { key, fingerprint, answer: serde_json::to_string(accepted)? })
        })
        .collect()
}

pub(super) fn refuse_all(batch: Vec<Pending>, failure: &Failure) {
    for pending in batch {
        answer(pending, Err(failure.clone()));
    }
}

/// Whether the database objected to what was written (SQLSTATE classes 22 and 23) and not to its own condition.
fn is_about_data(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}
