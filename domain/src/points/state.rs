use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ids::OrderId,
    points::{FrozenPoints, Points, PointsEvent},
};

/// The most points that an account may have earned and not lost again, spent ones among them. No count of an account
/// passes it, in whatever order points are spent, returned and revoked, so that their sums have room in an i64.
pub const MAX_EARNED: i64 = 1_000_000_000_000_000;

/// The points of one customer with one issuer. Its stream's id is a [`PointsId`](super::PointsId).
///
/// An account of which nothing was ever recorded is the same as an empty one. Its size grows with the orders that have
/// points frozen, and shrinks with them: of what is spent there is one sum.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PointsAccount {
    balance: i64,
    frozen: i64,
    spent: i64,
    freezes: BTreeMap<OrderId, Points>,
}

impl PointsAccount {
    /// Points that were granted or returned, and neither spent nor revoked; frozen ones among them. Negative when points
    /// were revoked that had been spent.
    pub const fn balance(&self) -> i64 {
        self.balance
    }

    /// Points that orders count on.
    pub const fn frozen(&self) -> i64 {
        self.frozen
    }

    /// Points that are spent and not returned.
    pub const fn spent(&self) -> i64 {
        self.spent
    }

    /// Points that can be frozen; negative in a debt.
    pub const fn available(&self) -> i64 {
        self.balance - self.frozen
    }

    /// Points that were revoked after they had been frozen or spent, and have not been made up for.
    pub fn debt(&self) -> i64 {
        (-self.available()).max(0)
    }

    /// Points that were granted and not revoked.
    pub const fn earned(&self) -> i64 {
        self.balance + self.spent
    }

    /// How many orders have points frozen here; what a snapshot of this account weighs grows with it.
    pub fn open_freezes(&self) -> usize {
        self.freezes.len()
    }

    /// What is frozen for an order.
    pub fn frozen_for(&self, order: OrderId) -> Option<FrozenPoints> {
        self.freezes.get(&order).map(|points| FrozenPoints { order, points: *points })
    }

    /// Applies an event. Never fails and never decides.
    pub fn evolve(&mut self, event: &PointsEvent) {
        self.balance += event.balance_change();
        self.frozen += event.frozen_change();
        self.spent += event.spent_change();
        match event {
            PointsEvent::PointsGranted { .. }
            | PointsEvent::PointsReturned { .. }
            | PointsEvent::PointsRevoked { .. } => {}
            PointsEvent::PointsFrozen(FrozenPoints { order, points }) => {
                self.freezes.insert(*order, *points);
            }
            PointsEvent::PointsSpent(frozen) | PointsEvent::PointsUnfrozen(frozen) => {
                self.freezes.remove(&frozen.order);
            }
        }
    }
}
