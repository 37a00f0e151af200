//! The purchase quota: how many pieces of one SKU one customer has bought, or one guest, against the product's limit.
//!
//! The limit belongs to the product and comes in with each command, so that a changed limit holds from the next order on:
//! a lower one takes nothing away from anybody, and lets nobody take more. The count outlives the orders; only what is
//! returned leaves it.

mod buyer;
mod id;

pub use buyer::{Buyer, GuestMark};
pub use id::QuotaId;

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use crate::{ids::OrderId, quantity::Quantity};

/// What one customer has taken of one SKU. A quota of which nothing was ever recorded is untouched.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PurchaseQuota {
    taken: i64,
}

/// What can be asked of a quota. What an order asks of it is asked once: the order, decided in the same append, is what
/// knows of a repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaCommand {
    /// Takes pieces for an order, when the limit allows all of them.
    Take {
        /// For which order.
        order: OrderId,
        /// How many pieces.
        units: Quantity,
        /// How many a customer may take in all, as the product says now.
        limit: Quantity,
    },
    /// Gives back pieces that an order took, some or all of them. The order knows how many it has left to give back.
    Return {
        /// Of which order.
        order: OrderId,
        /// How many pieces.
        units: Quantity,
    },
}

/// What happened to a quota. The names and fields are the storage format: a golden file holds each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuotaEvent {
    /// An order took pieces.
    QuotaTaken {
        /// Which order.
        order: OrderId,
        /// How many pieces.
        units: Quantity,
    },
    /// An order gave pieces back.
    QuotaReturned {
        /// Which order.
        order: OrderId,
        /// How many pieces.
        units: Quantity,
    },
}

/// Why a quota refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaRefusal {
    /// The customer would have more pieces than the product allows.
    #[error("{asked} asked, {taken} of at most {limit} for each customer are taken")]
    LimitExceeded {
        /// Pieces that a customer may take in all.
        limit: i64,
        /// Pieces taken until now; more than the limit when that was lowered.
        taken: i64,
        /// Pieces asked for.
        asked: i64,
    },
    /// More would come back than was taken.
    #[error("{asked} cannot be returned: {taken} are taken")]
    MoreThanTaken {
        /// Pieces taken, for all orders together.
        taken: i64,
        /// Pieces to return.
        asked: i64,
    },
}

/// What follows from a command.
pub fn decide(quota: &PurchaseQuota, command: QuotaCommand) -> Result<Vec<QuotaEvent>, QuotaRefusal> {
    let taken = quota.taken;
    match command {
        QuotaCommand::Take { order, units, limit } => {
            let (asked, limit) = (i64::from(units), i64::from(limit));
            if asked > quota.left(limit) {
                return Err(QuotaRefusal::LimitExceeded { limit, taken, asked });
            }
            Ok(vec![QuotaEvent::QuotaTaken { order, units }])
        }
        QuotaCommand::Return { order, units } => {
            let asked = i64::from(units);
            if asked > taken {
                return Err(QuotaRefusal::MoreThanTaken { taken, asked });
            }
            Ok(vec![QuotaEvent::QuotaReturned { order, units }])
        }
    }
}

impl PurchaseQuota {
    /// Pieces taken and not returned. Never negative, and never more than the highest limit that there was.
    pub const fn taken(&self) -> i64 {
        self.taken
    }

    /// Applies an event. Never fails and never decides.
    pub fn evolve(&mut self, event: &QuotaEvent) {
        self.taken += event.taken_change();
    }

    /// Negative when the limit was lowered below what is taken; both are at most [`Quantity::MAX`].
    const fn left(&self, limit: i64) -> i64 {
        limit - self.taken
    }
}

impl QuotaEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::QuotaTaken { .. } => "QuotaTaken",
            Self::QuotaReturned { .. } => "QuotaReturned",
        }
    }

    /// By how much the event changes the count of taken pieces.
    pub fn taken_change(&self) -> i64 {
        match self {
            Self::QuotaTaken { units, .. } => i64::from(*units),
            Self::QuotaReturned { units, .. } => -i64::from(*units),
        }
    }
}

impl DomainEvent for QuotaEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl Aggregate for PurchaseQuota {
    const TYPE: &'static str = "purchase_quota";
    type Command = QuotaCommand;
    type Event = QuotaEvent;
    type Error = QuotaRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: QuotaCommand, (): &(), sink: &EventSink<Self>) -> Result<(), QuotaRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: QuotaEvent) {
        self.evolve(&event);
    }
}

#[cfg(test)]
mod spec;
