use crate::{Timestamp, ids::OrderId, quantity::Quantity, text::Reason};

/// What can be asked of a stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StockCommand {
    /// Adds pieces that came in.
    Receive {
        /// How many.
        quantity: Quantity,
        /// When they came.
        at: Timestamp,
    },
    /// Corrects the count: found, lost, broken.
    Adjust {
        /// The difference; not zero.
        change: i64,
        /// Why.
        reason: Reason,
        /// When it was found.
        at: Timestamp,
    },
    /// Holds pieces for an order.
    Reserve {
        /// For which.
        order: OrderId,
        /// How many.
        quantity: Quantity,
    },
    /// Gives back what an order holds, deducted or not.
    Release {
        /// Of which order.
        order: OrderId,
    },
    /// Deducts what an order holds.
    Commit {
        /// Of which order.
        order: OrderId,
    },
    /// Forgets what was deducted for an order that has left: it cannot come back by a release any more.
    Consume {
        /// Of which order.
        order: OrderId,
    },
}
