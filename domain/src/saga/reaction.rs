//! What follows from an event.

use uuid::Uuid;

use super::{Effect, Repeat, SagaCommand, Timer};
use crate::Timestamp;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// In the engine, through the write side.
    Command(SagaCommand),
    /// Outside the engine.
    Effect(Effect),
}

/// What a saga wants after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// Do something, as soon as what the same saga had to do about the same subject before is done.
    Act(Action),
    /// Come back to a subject at a time. The timer's last word counts: this one replaces one that is set.
    SetTimer {
        /// Which timer, and about what.
        timer: Timer,
        /// When.
        due: Timestamp,
        /// Whether again and again.
        repeat: Option<Repeat>,
    },
    /// Do not come back.
    ClearTimer {
        /// Which timer, and about what.
        timer: Timer,
    },
}

/// What a saga wants after an event, in order. None and one, the usual cases, take no memory of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reactions {
    first: Option<Reaction>,
    others: Vec<Reaction>,
}

impl Action {
    /// The number of what it is about.
    pub const fn subject(&self) -> Uuid {
        match self {
            Self::Command(command) => command.subject(),
            Self::Effect(effect) => effect.subject(),
        }
    }
}

impl Reactions {
    /// Nothing follows.
    pub const NONE: Self = Self { first: None, others: Vec::new() };
}

impl From<SagaCommand> for Reaction {
    fn from(command: SagaCommand) -> Self {
        Self::Act(Action::Command(command))
    }
}

impl From<Effect> for Reaction {
    fn from(effect: Effect) -> Self {
        Self::Act(Action::Effect(effect))
    }
}

impl<R: Into<Reaction>> From<R> for Reactions {
    fn from(only: R) -> Self {
        Self { first: Some(only.into()), others: Vec::new() }
    }
}

impl FromIterator<Reaction> for Reactions {
    fn from_iter<I: IntoIterator<Item = Reaction>>(reactions: I) -> Self {
        let mut reactions = reactions.into_iter();
        Self { first: reactions.next(), others: reactions.collect() }
    }
}

impl IntoIterator for Reactions {
    type Item = Reaction;
    type IntoIter = std::iter::Chain<std::option::IntoIter<Reaction>, std::vec::IntoIter<Reaction>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.others)
    }
}
