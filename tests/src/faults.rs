//! Ports that fail, at one step of one saga, in one way.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use futures_util::future::BoxFuture;
use purser_domain::saga::{Effect, EffectError, Saga, SagaCommand};
use purser_projections::sagas::{CommandPort, EffectPort, PortError, SagaRequest};
use tokio::sync::Notify;
use uuid::Uuid;

/// What goes wrong at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    Nothing,
    /// It is done twice.
    Repeated,
    /// It is done, and whoever asked for it dies before the answer.
    Crash,
    /// Three times nobody is there, and it is not done.
    Unavailable,
    /// The first time it is done, and nobody can tell.
    Unknown,
    /// It is refused, until the fault is mended.
    Refused,
}

/// Real ports with a fault.
pub struct Faulty {
    commands: Arc<dyn CommandPort>,
    effects: Arc<dyn EffectPort>,
    saga: Saga,
    /// Counted from 0, in the order of their first attempts.
    step: usize,
    fault: Fault,
    mended: AtomicBool,
    died: Notify,
    /// The saga's steps and how often each was tried.
    tried: Mutex<Vec<(String, usize)>>,
    /// Every effect that was asked for, of whichever saga.
    asked: Mutex<Vec<Effect>>,
    /// The effects that were refused: that they failed may be put on record, under the step's own id.
    refused: Mutex<Vec<Uuid>>,
}

/// How a call is to go.
enum Course {
    Once,
    Twice,
    Die,
    NotAtAll,
    DoneUnheard,
    Refuse,
}

impl Faulty {
    /// Ports that fail at one step of a saga.
    pub fn new(
        commands: Arc<dyn CommandPort>,
        effects: Arc<dyn EffectPort>,
        saga: Saga,
        step: usize,
        fault: Fault,
    ) -> Arc<Self> {
        let (mended, died) = (AtomicBool::new(false), Notify::new());
        let (tried, asked, refused) = (Mutex::default(), Mutex::default(), Mutex::default());
        Arc::new(Self { commands, effects, saga, step, fault, mended, died, tried, asked, refused })
    }

    /// How many steps the saga has taken.
    pub fn steps(&self) -> usize {
        self.tried.lock().expect("no holder panics").len()
    }

    /// The effects that were asked for, in order.
    pub fn effects(&self) -> Vec<Effect> {
        self.asked.lock().expect("no holder panics").clone()
    }

    /// Whether the fault was met.
    pub fn was_met(&self) -> bool {
        self.steps() > self.step
    }

    /// From now on, nothing fails.
    pub fn mend(&self) {
        self.mended.store(true, Ordering::Relaxed);
    }

    /// Waits until somebody is to die.
    pub async fn death(&self) {
        tokio::time::timeout(crate::wait::LONGEST, self.died.notified()).await.expect("a death in time");
    }

    fn course(&self, saga: Saga, name: String) -> Course {
        if saga != self.saga {
            return Course::Once;
        }
        let mut tried = self.tried.lock().expect("no holder panics");
        let step = tried.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            tried.push((name, 0));
            tried.len() - 1
        });
        tried[step].1 += 1;
        let is_broken = step == self.step && !self.mended.load(Ordering::Relaxed);
        match self.fault {
            Fault::Repeated if is_broken => Course::Twice,
            Fault::Crash if is_broken => Course::Die,
            Fault::Unavailable if is_broken && tried[step].1 <= 3 => Course::NotAtAll,
            Fault::Unknown if is_broken && tried[step].1 == 1 => Course::DoneUnheard,
            Fault::Refused if is_broken => Course::Refuse,
            Fault::Nothing | Fault::Repeated | Fault::Crash | Fault::Unavailable | Fault::Unknown | Fault::Refused => {
                Course::Once
            }
        }
    }

    async fn die<T>(&self) -> T {
        self.died.notify_one();
        std::future::pending().await
    }
}

/// Whose effect it is; a new one has to say.
fn saga_of(effect: &Effect) -> Saga {
    match effect {
        Effect::SubmitRefund { .. } | Effect::RefundAtGateway { .. } | Effect::AskRefund { .. } => Saga::Refund,
        Effect::CreatePayment { .. }
        | Effect::AskPayment { .. }
        | Effect::CapturePayment { .. }
        | Effect::VoidPayment { .. } => Saga::Payment,
    }
}

/// What tells a command from the saga's others. What a gateway answered is reported anew whenever it is asked again, under an id
/// of its own, because it says when it was asked: that is one step all the same.
fn name_of(request: &SagaRequest) -> String {
    match &request.command {
        SagaCommand::ReportPayment { .. } => format!("report after {}", request.metadata.causation_id),
        _ => request.id.to_string(),
    }
}

impl CommandPort for Faulty {
    fn issue(&self, request: SagaRequest) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(async move {
            let again = request.clone();
            if self.refused.lock().expect("no holder panics").contains(&request.id) {
                return self.commands.issue(request).await;
            }
            match self.course(request.saga, name_of(&request)) {
                Course::Once => self.commands.issue(request).await,
                Course::Twice => {
                    self.commands.issue(request).await?;
                    self.commands.issue(again).await
                }
                Course::Die => {
                    self.commands.issue(request).await?;
                    self.die().await
                }
                Course::NotAtAll => Err(PortError::Unavailable("nobody there".to_owned())),
                Course::DoneUnheard => {
                    self.commands.issue(request).await?;
                    Err(PortError::Unavailable("done, and nobody heard".to_owned()))
                }
                Course::Refuse => Err(PortError::Refused("not mended".to_owned())),
            }
        })
    }
}

impl EffectPort for Faulty {
    fn perform<'a>(&'a self, effect: &'a Effect, id: Uuid) -> BoxFuture<'a, Result<Option<SagaCommand>, EffectError>> {
        self.asked.lock().expect("no holder panics").push(effect.clone());
        Box::pin(async move {
            match self.course(saga_of(effect), id.to_string()) {
                Course::Once => self.effects.perform(effect, id).await,
                Course::Twice => {
                    self.effects.perform(effect, id).await?;
                    self.effects.perform(effect, id).await
                }
                Course::Die => {
                    self.effects.perform(effect, id).await?;
                    self.die().await
                }
                Course::NotAtAll => Err(EffectError::Unavailable("nobody there".to_owned())),
                Course::DoneUnheard => {
                    self.effects.perform(effect, id).await?;
                    Err(EffectError::Unknown("done, and nobody heard".to_owned()))
                }
                Course::Refuse => {
                    self.refused.lock().expect("no holder panics").push(id);
                    Err(EffectError::Refused("not mended".to_owned()))
                }
            }
        })
    }
}
