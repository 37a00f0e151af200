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
    /// Takes pieces off the count that are held or deducted for orders, because fewer are there. These orders wait for all
    /// that they held here, before all others.
    Short {
        /// The difference; less than zero.
        change: i64,
        /// Which orders lose their pieces, in this order: no more of them than it takes.
        orders: Vec<OrderId>,
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
    /// Lets an order wait for pieces that are still to come; what is there already and nobody waits for, it gets at once.
    Backorder {
        /// Which.
        order: OrderId,
        /// How many; it gets all of them together, or waits.
        quantity: Quantity,
    },
    /// Lets an order wait for more pieces where it waits already, at the same place in the queue.
    BackorderMore {
        /// Which.
        order: OrderId,
        /// How many more.
        quantity: Quantity,
    },
    /// Gives back what an order holds, deducted or not, or ends its waiting.
    Release {
        /// Of which order.
        order: OrderId,
    },
    /// Gives back some of what an order holds or waits for.
    ReleasePart {
        /// Of which order.
        order: OrderId,
        /// How many; at most what it holds.
        quantity: Quantity,
    },
    /// Deducts pieces at once for an order that has left, on top of what is deducted for it already: they answer a return.
    Extend {
        /// For which.
        order: OrderId,
        /// How many.
        quantity: Quantity,
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
    /// Forgets some of what was deducted for an order, of which a part has left.
    ConsumePart {
        /// Of which order.
        order: OrderId,
        /// How many; at most what is deducted.
        quantity: Quantity,
    },
    /// Puts back on the shelf what a customer sent back and can be sold again. Scrap never comes here.
    Restock {
        /// Of which order; what it holds here, if anything, is left alone.
        order: OrderId,
        /// How many.
        quantity: Quantity,
        /// When.
        at: Timestamp,
    },
}
