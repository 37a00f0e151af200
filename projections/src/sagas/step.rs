//! One thing that a saga has to do.

use purser_domain::{
    Timestamp,
    metadata::Metadata,
    saga::{Action, Effect, Repeat, Saga, SagaCommand, Timer},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::sagas::port::SagaRequest;

/// The namespace of the steps' ids (RFC 9562, version 5). A change would make every repeat a new command.
const STEPS: Uuid = Uuid::from_u128(0x5b1f_6f0e_74c5_4d0c_9a3f_1c39_55c0_a7d2);

/// Where the work of timers stands among what shares its position: behind all that follows from the event itself.
const BY_THE_CLOCK: i16 = i16::MAX;

/// Who works an action off. Effects have a worker of their own, so that a slow gateway holds up nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Command,
    Effect,
}

/// One thing that a saga has to do, and how often it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) id: Uuid,
    pub(super) saga: Saga,
    /// Steps of one saga about one subject go one after the other, by their [`Place`].
    pub(super) subject: Uuid,
    /// Of the event that it follows from.
    pub(super) position: i64,
    /// Its place among what follows from that event for this saga.
    pub(super) ordinal: i16,
    pub(super) correlation_id: String,
    pub(super) causation_id: String,
    pub(super) action: Action,
    pub(super) attempts: u32,
    pub(super) refusals: u32,
}

/// What orders steps among each other.
pub(super) type Lane = (Saga, Uuid);

/// Where a step stands in its lane.
pub(super) type Place = (i64, i16, Uuid);

/// What led to an action: an event, or a timer that it had set.
#[derive(Debug, Clone)]
pub(super) struct Cause {
    pub(super) saga: Saga,
    pub(super) position: i64,
    pub(super) correlation_id: String,
}

/// A timer that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SetTimer {
    pub(super) timer: Timer,
    pub(super) due: Timestamp,
    pub(super) repeat: Option<Repeat>,
    /// Of the event that set it.
    pub(super) position: i64,
    pub(super) correlation_id: String,
}

impl Step {
    /// The step that an event asks for; `ordinal` counts what it asks of this saga.
    pub(super) fn after_event(cause: Cause, ordinal: i16, action: Action) -> Self {
        let causation_id = format!("event:{}", cause.position);
        let trigger = if ordinal == 0 { String::new() } else { format!(":{ordinal}") };
        Self::fresh(cause, ordinal, causation_id, action, &trigger)
    }

    /// The step that a timer asks for. One that repeats asks for another one each time.
    pub(super) fn after_timer(set: &SetTimer) -> Self {
        let SetTimer { timer, due, repeat, position, correlation_id } = set;
        let cause = Cause { saga: timer.saga(), position: *position, correlation_id: correlation_id.clone() };
        let (saga, subject) = (timer.saga().name(), timer.subject_id());
        let (causation_id, mut trigger) = match timer.name() {
            None => (format!("timer:{saga}:{subject}"), ":timer".to_owned()),
            Some(name) => (format!("timer:{saga}:{name}:{subject}"), format!(":timer:{name}")),
        };
        if repeat.is_some() {
            trigger = format!("{trigger}:{}", due.timestamp_micros());
        }
        Self::fresh(cause, BY_THE_CLOCK, causation_id, timer.fired(), &trigger)
    }

    /// The subject is part of the id because it is unique in the world, and the id may leave the engine: positions begin
    /// at 1 in every log.
    fn fresh(cause: Cause, ordinal: i16, causation_id: String, action: Action, trigger: &str) -> Self {
        let Cause { saga, position, correlation_id } = cause;
        let subject = action.subject();
        let name = format!("{}:{}:{position}{trigger}", saga.name(), subject.as_simple());
        let id = Uuid::new_v5(&STEPS, name.as_bytes());
        Self { id, saga, subject, position, ordinal, correlation_id, causation_id, action, attempts: 0, refusals: 0 }
    }

    pub(super) const fn lane(&self) -> Lane {
        (self.saga, self.subject)
    }

    pub(super) const fn place(&self) -> Place {
        (self.position, self.ordinal, self.id)
    }

    /// The step's own command as the port takes it.
    pub(super) fn request(&self, command: SagaCommand) -> SagaRequest {
        self.request_under(self.id, command)
    }

    /// The command that puts an effect's outcome into the log. It stands beside the step's own effect, and needs an id of
    /// its own; another outcome, from a later attempt, needs another one.
    pub(super) fn record(&self, outcome: SagaCommand) -> SagaRequest {
        let name = if let SagaCommand::RecordRefundSubmitted { .. } = &outcome {
            // Its name is older than that there are others.
            b"submitted".to_vec()
        } else {
            serde_json::to_vec(&outcome).unwrap_or_default()
        };
        self.request_under(Uuid::new_v5(&self.id, &name), outcome)
    }

    fn request_under(&self, id: Uuid, command: SagaCommand) -> SagaRequest {
        SagaRequest {
            id,
            saga: self.saga,
            command,
            metadata: Metadata {
                actor: format!("saga:{}", self.saga.name()),
                correlation_id: self.correlation_id.clone(),
                causation_id: self.causation_id.clone(),
            },
        }
    }

    /// What a spread between this step's attempts and those of others comes from: the same for the same attempt, so that
    /// a test can say when.
    pub(super) fn scatter(&self, attempts: u32) -> u64 {
        let (high, low) = self.id.as_u64_pair();
        scatter(high ^ low ^ u64::from(attempts))
    }
}

impl Kind {
    pub(super) const fn of(action: &Action) -> Self {
        match action {
            Action::Command(_) => Self::Command,
            Action::Effect(_) => Self::Effect,
        }
    }

    /// As new rows have it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Effect => "effect",
        }
    }

    /// As rows may have it. Once, all effects were refunds.
    pub(super) const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Command => &["command"],
            Self::Effect => &["effect", "refund"],
        }
    }

    /// Reads an action of this kind from its stored form.
    pub(super) fn read(self, stored: &str) -> Result<Action, serde_json::Error> {
        match self {
            Self::Command => serde_json::from_str(stored).map(|Stored { command }| Action::Command(command)),
            Self::Effect => serde_json::from_str(stored).map(Action::Effect),
        }
    }
}

/// A command as the outbox holds it. An effect stands there by its own name.
#[derive(Serialize, Deserialize)]
struct Stored<Command = SagaCommand> {
    command: Command,
}

/// An action as the outbox holds it.
pub(super) fn stored(action: &Action) -> Result<String, serde_json::Error> {
    match action {
        Action::Command(command) => serde_json::to_string(&Stored { command }),
        Action::Effect(effect) => serde_json::to_string::<Effect>(effect),
    }
}

/// The names of the sagas that this version of the engine knows.
pub(super) fn known_sagas() -> Vec<&'static str> {
    Saga::ALL.into_iter().map(Saga::name).collect()
}

/// The saga of a name in a table.
pub(super) fn saga_named(name: &str) -> Result<Saga, sqlx::Error> {
    Saga::ALL
        .into_iter()
        .find(|saga| saga.name() == name)
        .ok_or_else(|| sqlx::Error::Decode(format!("unknown saga {name}").into()))
}

/// The finalizer of `SplitMix64` (Steele, Lea, Flood 2014): every bit of the input moves about half of the output's.
const fn scatter(seed: u64) -> u64 {
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod spec;
