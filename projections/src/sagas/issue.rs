//! Carrying steps out through the ports, many at a time, in order where order matters.

use std::{any::Any, collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use purser_domain::saga::SagaCommand;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::sagas::{
    port::{CommandPort, PortError, RefundPort, RefundPortError},
    step::{Action, Lane, Step},
    verdict::Fate,
};

/// The way out.
#[derive(Clone)]
pub(super) struct Issuer {
    pub(super) commands: Arc<dyn CommandPort>,
    pub(super) refunds: Arc<dyn RefundPort>,
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

    async fn work_off(&self, lane: Vec<Step>, limit: Limit) -> Vec<(Step, Fate)> {
        let mut ended = Vec::with_capacity(lane.len());
        let mut is_free = true;
        for step in lane {
            let fate = if is_free { self.attempt(&step, limit).await } else { Fate::Waiting };
            is_free = fate.frees_lane();
            metrics::counter!("purser_saga_attempts_total", "saga" => step.saga.name(), "outcome" => fate.name())
                .increment(1);
            ended.push((step, fate));
        }
        ended
    }

    /// A panic in a port counts as a refusal: it would come again, and must not end the sagas.
    async fn attempt(&self, step: &Step, limit: Limit) -> Fate {
        let now = Instant::now();
        if self.stop.is_cancelled() || limit.end.is_some_and(|end| end <= now) {
            return Fate::Waiting;
        }
        let until = limit.end.map_or(now + limit.each, |end| end.min(now + limit.each));
        match timeout_at(until, AssertUnwindSafe(self.perform(step)).catch_unwind()).await {
            Ok(Ok(outcome)) => Fate::of(outcome),
            Ok(Err(panic)) => Fate::Refused(format!("the port panicked: {}", words_of(panic.as_ref()))),
            Err(_) => Fate::Unavailable("no answer in time".to_owned()),
        }
    }

    async fn perform(&self, step: &Step) -> Result<(), PortError> {
        match &step.action {
            Action::Command(command) => self.commands.issue(step.request(command.clone())).await,
            Action::SubmitRefund { refund, claim } => {
                let channel = self.refunds.submit(*refund, claim, step.id).await.map_err(|error| match error {
                    RefundPortError::Refused(why) => PortError::Refused(why),
                    RefundPortError::Unavailable(why) => PortError::Unavailable(why),
                })?;
                let record = SagaCommand::RecordRefundSubmitted { refund: *refund, channel };
                self.commands.issue(step.request(record)).await
            }
        }
    }
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
