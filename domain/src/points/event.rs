//! What happened to a points account. The names and fields below are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    ids::OrderId,
    points::Points,
    text::{Actor, Reason},
};

/// Why points were granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantCause {
    /// An order was completed.
    OrderCompleted {
        /// Which.
        order: OrderId,
    },
    /// Somebody gave them.
    ByHand {
        /// Who.
        actor: Actor,
        /// Why, in their words.
        reason: Reason,
    },
}

/// Points that an order counts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenPoints {
    /// Which order.
    pub order: OrderId,
    /// How many.
    pub points: Points,
}

/// What happened to a points account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointsEvent {
    /// Points were added.
    PointsGranted {
        /// How many.
        points: Points,
        /// Why.
        cause: GrantCause,
        /// When.
        at: Timestamp,
    },
    /// Points are kept for an order.
    PointsFrozen(FrozenPoints),
    /// Frozen points were taken.
    PointsSpent(FrozenPoints),
    /// Frozen points are available again.
    PointsUnfrozen(FrozenPoints),
    /// Spent points came back.
    PointsReturned {
        /// For which order they were spent.
        order: OrderId,
        /// How many.
        points: Points,
    },
    /// Granted points were taken back.
    PointsRevoked {
        /// For which order they were granted.
        order: OrderId,
        /// How many.
        points: Points,
        /// When.
        at: Timestamp,
    },
}

impl DomainEvent for PointsEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl PointsEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PointsGranted { .. } => "PointsGranted",
            Self::PointsFrozen(_) => "PointsFrozen",
            Self::PointsSpent(_) => "PointsSpent",
            Self::PointsUnfrozen(_) => "PointsUnfrozen",
            Self::PointsReturned { .. } => "PointsReturned",
            Self::PointsRevoked { .. } => "PointsRevoked",
        }
    }

    /// By how much the event changes the balance.
    pub fn balance_change(&self) -> i64 {
        match self {
            Self::PointsGranted { points, .. } | Self::PointsReturned { points, .. } => i64::from(*points),
            Self::PointsSpent(FrozenPoints { points, .. }) | Self::PointsRevoked { points, .. } => -i64::from(*points),
            Self::PointsFrozen(_) | Self::PointsUnfrozen(_) => 0,
        }
    }

    /// By how much the event changes the count of frozen points.
    pub fn frozen_change(&self) -> i64 {
        match self {
            Self::PointsFrozen(frozen) => i64::from(frozen.points),
            Self::PointsSpent(frozen) | Self::PointsUnfrozen(frozen) => -i64::from(frozen.points),
            Self::PointsGranted { .. } | Self::PointsReturned { .. } | Self::PointsRevoked { .. } => 0,
        }
    }

    /// By how much the event changes the count of spent points.
    pub fn spent_change(&self) -> i64 {
        match self {
            Self::PointsSpent(frozen) => i64::from(frozen.points),
            Self::PointsReturned { points, .. } => -i64::from(*points),
            Self::PointsGranted { .. }
            | Self::PointsFrozen(_)
            | Self::PointsUnfrozen(_)
            | Self::PointsRevoked { .. } => 0,
        }
    }
}
