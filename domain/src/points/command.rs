use crate::{
    Timestamp,
    ids::OrderId,
    points::{GrantCause, Points},
};

/// What can be asked of a points account. What an order asks of it is asked once: the order, decided in the same append,
/// is what knows of a repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointsCommand {
    /// Adds points.
    Grant {
        /// How many.
        points: Points,
        /// Why.
        cause: GrantCause,
        /// When.
        at: Timestamp,
    },
    /// Keeps points for an order.
    Freeze {
        /// For which.
        order: OrderId,
        /// How many.
        points: Points,
    },
    /// Takes what is frozen for an order.
    Spend {
        /// For which.
        order: OrderId,
    },
    /// Frees what is frozen for an order.
    Unfreeze {
        /// For which.
        order: OrderId,
    },
    /// Gives back points that were spent, some or all of them. The order knows how many it has left to give back.
    Return {
        /// For which order they were spent.
        order: OrderId,
        /// How many.
        points: Points,
    },
    /// Takes back points that were granted for goods which came back, whether the account still has them or not.
    Revoke {
        /// For which order they were granted.
        order: OrderId,
        /// How many.
        points: Points,
        /// When.
        at: Timestamp,
    },
}
