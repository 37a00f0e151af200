//! Carrying steps out through the ports, many at a time, in order where order matters.

use std::{any::Any, collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use purser_domain::saga::{Action, Effect, EffectError, SagaCommand};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::sagas::{
    port::{CommandPort, EffectPort, SagaRequest},
    step::{Lane, Step},
    verdict::Fate,
};

const SILENCE: &str = "no answer in time";

/// The way out.
#[derive(Clone)]
pub(super) struct Issuer {
    pub(super) commands: Arc<dyn CommandPort>,
    pub(super) effects: Arc<dyn EffectPort>,
    pub(super) concurrency: usize,
    /// Once it is cancelled, nothing new is tried.
    pub(super) stop: CancellationToken,
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For one attempt.
    pub(super) each: Duration,
    /// For all of them together, if that matters: what was not tried by then is not tried.
    pub(super) altogether: Option<Duration>,
}

/// When patience ends.
#[derive(Debug, Clone, Copy)]
struct Limit {
    each: Duration,
    end: Option<Instant>,
}

impl Issuer {
    /// Tries every step once. Each comes out with its fate, in any order but that of its lane; behind a step that is not
    /// over, its lane waits.
    pub(super) fn issue(&self, steps: Vec<Step>, patience: Patience) -> impl Stream<Item = (Step, Fate)> {
        let end = patience.altogether.map(|altogether| Instant::now() + altogether);
        let limit = Limit { each: patience.each, end };
        stream::iter(lanes(steps))
            .map(move |lane| self.work_off(lane, limit))
            .buffer_unordered(self.concurrency.max(1))
            .flat_map(stream::iter)
    }

    /// Tries one step once.
    pub(super) async fn issue_one(&self, step: Step, each: Duration) -> (Step, Fate) {
        let fate = self.attempt(&step, Limit { each, end: None }).await;
        count(&step, &fate);
        (step, fate)
    }

    async fn work_off(&self, lane: Vec<Step>, limit: Limit) -> Vec<(Step, Fate)> {
        let mut ended = Vec::with_capacity(lane.len());
        let mut is_free = true;
        for step in lane {
            let fate = if is_free { self.attempt(&step, limit).await } else { Fate::Waiting };
            is_free = fate.frees_lane();
            count(&step, &fate);
            ended.push((step, fate));
        }
        ended
    }

    async fn attempt(&self, step: &Step, limit: Limit) -> Fate {
        if self.stop.is_cancelled() || limit.is_over() {
            return Fate::Waiting;
        }
        match &step.action {
            Action::Command(command) => self.issue_in_time(step.request(command.clone()), limit).await,
            Action::Effect(effect) => match self.perform(step, effect, limit).await {
                Ok(None) => Fate::Done,
                Ok(Some(outcome)) => self.issue_in_time(step.record(outcome), limit).await,
                Err(fate) => fate,
            },
        }
    }

    async fn issue_in_time(&self, request: SagaRequest, limit: Limit) -> Fate {
        match in_time(self.commands.issue(request), limit).await {
            Ended::Answered(outcome) => Fate::of(outcome),
            Ended::Panicked(fate) => *fate,
            Ended::Silent => Fate::Unavailable(SILENCE.to_owned()),
        }
    }

    /// Who did not answer may have done it.
    async fn perform(&self, step: &Step, effect: &Effect, limit: Limit) -> Result<Option<SagaCommand>, Fate> {
        let error = match in_time(self.effects.perform(effect, step.id), limit).await {
            Ended::Answered(Ok(outcome)) => return Ok(outcome),
            Ended::Answered(Err(error)) => error,
            Ended::Panicked(fate) => return Err(*fate),
            Ended::Silent => EffectError::Unknown(SILENCE.to_owned()),
        };
        Err(Fate::of_effect(step, effect, error))
    }
}

impl Limit {
    fn is_over(self) -> bool {
        self.end.is_some_and(|end| end <= Instant::now())
    }

    fn of_this_attempt(self) -> Instant {
        let until = Instant::now() + self.each;
        self.end.map_or(until, |end| end.min(until))
    }
}

/// How a call to a port ended.
enum Ended<T> {
    Answered(T),
    Panicked(Box<Fate>),
    Silent,
}

/// A panic in a port counts as a refusal by the write side, until an operator looks: it would come again, and must neither
/// end the sagas nor be taken for an answer.
async fn in_time<T>(call: impl Future<Output = T>, limit: Limit) -> Ended<T> {
    match timeout_at(limit.of_this_attempt(), AssertUnwindSafe(call).catch_unwind()).await {
        Ok(Ok(answer)) => Ended::Answered(answer),
        Ok(Err(panic)) => {
            let words = format!("the port panicked: {}", words_of(panic.as_ref()));
            Ended::Panicked(Box::new(Fate::Refused(words)))
        }
        Err(_) => Ended::Silent,
    }
}

fn count(step: &Step, fate: &Fate) {
    metrics::counter!("purser_saga_attempts_total", "saga" => step.saga.name(), "outcome" => fate.name()).increment(1);
}

/// Groups steps by lane. The lanes are in the order of their first steps.
fn lanes(steps: Vec<Step>) -> Vec<Vec<Step>> {
    let mut places: HashMap<Lane, usize> = HashMap::with_capacity(steps.len());
    let mut lanes: Vec<Vec<Step>> = Vec::with_capacity(steps.len());
    for step in steps {
        let place = *places.entry(step.lane()).or_insert(lanes.len());
        match lanes.get_mut(place) {
            Some(lane) => lane.push(step),
            None => lanes.push(vec![step]),
        }
    }
    lanes
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
        .unwrap_or("without words")
}

#[cfg(test)]
mod spec;
