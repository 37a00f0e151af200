//! What all requests share: the books and their journal, the faults, and whatever goes on beside the requests.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use purser_domain::{Timestamp, clock::Clock, text::PaymentReference};
use serde_json::Value;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    SandboxError, SandboxSettings,
    book::{Book, CustomerDoes, Decision, Outcome, Record, Refusal, World},
    counts::{Calls, Stats},
    delivery::Courier,
    dice::Dice,
    faults::Faults,
    journal::{Journal, JournalError},
};
use crate::gateway::IdempotencyKey;

/// The gateway behind its listener.
#[derive(Debug)]
pub(super) struct Shared {
    book: Mutex<Book>,
    pub(super) journal: Arc<Journal>,
    faults: Mutex<Faults>,
    /// How often a call came, by its name: a repeated call gets its own luck.
    came: Mutex<HashMap<String, u64>>,
    pub(super) calls: Calls,
    pub(super) courier: Courier,
    dice: Dice,
    auto_pay_ms: Option<u64>,
    url: String,
    clock: Arc<dyn Clock>,
    pub(super) tracker: TaskTracker,
    pub(super) stop: CancellationToken,
}

impl Shared {
    pub(super) fn open(
        settings: &SandboxSettings,
        address: SocketAddr,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, SandboxError> {
        let (journal, book) = read(&settings.data_dir)?;
        let dice = Dice::new(settings.seed);
        let courier = Courier::try_new(settings, dice).map_err(SandboxError::Client)?;
        Ok(Arc::new(Self {
            book: Mutex::new(book),
            journal,
            faults: Mutex::new(settings.faults),
            came: Mutex::new(HashMap::new()),
            calls: Calls::default(),
            courier,
            dice,
            auto_pay_ms: settings.auto_pay.map(|after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX)),
            url: format!("http://{address}"),
            clock,
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
        }))
    }

    /// Takes up what was left to do when the process ended.
    pub(super) fn resume(self: &Arc<Self>) {
        let (callbacks, self_paying) = {
            let book = self.book();
            let callbacks: Vec<_> = book.pending().cloned().collect();
            let self_paying: Vec<_> = book.self_paying().map(|(id, at)| (id.clone(), at)).collect();
            (callbacks, self_paying)
        };
        for callback in callbacks {
            self.send(callback);
        }
        for (id, at) in self_paying {
            self.pay_later(id, at);
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn faults(&self) -> Faults {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn misbehave(&self, faults: Faults) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    pub(super) fn stats(&self) -> Stats {
        let book = self.book();
        Stats { counts: book.counts.clone(), callbacks_pending: book.pending().len(), calls: self.calls.read() }
    }

    /// The name of this very call among all of its name, for the dice.
    pub(super) fn this_call(&self, name: &str) -> String {
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        let times = came.entry(name.to_owned()).or_default();
        *times += 1;
        format!("{name} #{times}")
    }

    pub(super) fn falls(&self, share: super::Share, purpose: &str, name: &str) -> bool {
        self.dice.falls(share, purpose, name)
    }

    /// Reads the books, and answers when all that was read is on the disk: what was told must not be forgotten.
    pub(super) async fn read<T>(&self, look: impl FnOnce(&Book) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let (seen, ticket) = {
            let book = self.book();
            (look(&book)?, self.journal.latest())
        };
        self.journal.durable(ticket).await.map_err(|error| internal(&error))?;
        Ok(seen)
    }

    /// Decides, writes down, and does what follows. It is carried out even if the caller hangs up meanwhile.
    pub(super) async fn decide(
        self: &Arc<Self>,
        keyed: Option<(IdempotencyKey, String)>,
        decide: impl FnOnce(&Book, &World, Option<(IdempotencyKey, String)>) -> Result<Decision, Refusal> + Send + 'static,
    ) -> Result<Value, Refusal> {
        let shared = Arc::clone(self);
        let done = self.tracker.spawn(async move {
            let (decision, ticket) = shared.decided(keyed, decide)?;
            shared.journal.durable(ticket).await.map_err(|error| internal(&error))?;
            for record in decision.records {
                shared.follow(record);
            }
            Ok(decision.answer)
        });
        done.await.unwrap_or_else(|error| Err(Refusal::Internal(error.to_string())))
    }

    fn decided(
        &self,
        keyed: Option<(IdempotencyKey, String)>,
        decide: impl FnOnce(&Book, &World, Option<(IdempotencyKey, String)>) -> Result<Decision, Refusal>,
    ) -> Result<(Decision, super::journal::Ticket), Refusal> {
        let world = World {
            now: self.now(),
            dice: self.dice,
            faults: self.faults(),
            auto_pay_ms: self.auto_pay_ms,
            url: self.url.clone(),
        };
        let mut book = self.book();
        if let Some((key, asked)) = &keyed
            && let Some(answer) = book.repeated(key, asked)?
        {
            Calls::count(&self.calls.repeats);
            return Ok((Decision { records: Vec::new(), answer }, self.journal.latest()));
        }
        let decision = decide(&book, &world, keyed)?;
        let ticket = self.note(&mut book, &decision.records)?;
        Ok((decision, ticket))
    }

    /// Writes records down as one line and takes them into the books, in one order for all.
    fn note(&self, book: &mut Book, records: &[Record]) -> Result<super::journal::Ticket, Refusal> {
        if records.is_empty() {
            return Ok(self.journal.latest());
        }
        let ticket = self.journal.append(&records).map_err(|error| internal(&error))?;
        for record in records {
            book.evolve(record.clone());
        }
        Ok(ticket)
    }

    /// Notes that a callback is done with. If that is lost in a crash it is sent once more.
    pub(super) fn ended(&self, record: Record) {
        if let Err(error) = self.note(&mut self.book(), &[record]) {
            tracing::error!(error = &error as &dyn std::error::Error, "a delivered callback was not noted");
        }
    }

    fn follow(self: &Arc<Self>, record: Record) {
        match record {
            Record::Opened(opened) => {
                if let Some(at) = opened.auto_pay_at {
                    self.pay_later(opened.payment.id, at);
                }
            }
            Record::CallbackMade(callback) => self.send(*callback),
            Record::Changed { .. }
            | Record::Answered(_)
            | Record::CallbackDropped { .. }
            | Record::CallbackEnded { .. } => {}
        }
    }

    fn pay_later(self: &Arc<Self>, id: PaymentReference, at: Timestamp) {
        let shared = Arc::clone(self);
        self.tracker.spawn(async move {
            let wait = until(shared.now(), at);
            if shared.stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                return;
            }
            let does = CustomerDoes { outcome: Outcome::Succeed, code: None };
            let paid = shared
                .decide(None, move |book, world, keyed| Decision::answered(book.pay(world, id.as_str(), does)?, keyed))
                .await;
            if let Err(refusal) = paid {
                tracing::debug!(%refusal, "a payment did not pay itself");
            }
        });
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // No holder panics between two records of one line.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(data_dir: &Path) -> Result<(Arc<Journal>, Book), JournalError> {
    let (journal, lines) = Journal::open::<Vec<Record>>(data_dir)?;
    let mut book = Book::default();
    for record in lines.into_iter().flatten() {
        book.evolve(record);
    }
    Ok((journal, book))
}

fn internal(error: &(dyn std::error::Error + 'static)) -> Refusal {
    Refusal::Internal(crate::http::problem::chain(error))
}

/// How long it is until then; nothing if that is past.
pub(super) fn until(now: Timestamp, then: Timestamp) -> Duration {
    (then - now).max(TimeDelta::zero()).to_std().unwrap_or(Duration::ZERO)
}
