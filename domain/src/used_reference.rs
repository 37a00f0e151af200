//! The use of a payment reference: one transfer, one slip, one redemption of a gift card pays one order.
//!
//! An order knows its own payments, and nobody else's. That a reference is used once among all orders of a merchant is
//! kept here, in a stream of its own for each of them, which is written in the append that takes the money. Money that
//! was taken before there were such streams has none: its reference can be used once more. What a gateway took is there,
//! whatever it calls it: under a used reference it is taken as well, and is an order exception.

mod id;

pub use id::ReferenceId;

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    exception::{Case, ExceptionKind},
    ids::{ExceptionId, OrderId, PaymentId},
    payment::PaymentTerms,
    text::PaymentReference,
};

/// Which order a reference pays, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UsedReference {
    order: Option<OrderId>,
}

/// What can be asked of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceCommand {
    /// Uses it for an order. Twice for the same is once.
    Use {
        /// For which.
        order: OrderId,
        /// When that was recorded.
        at: Timestamp,
    },
}

/// What happened to a reference. The name and fields are the storage format: a golden file holds each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReferenceEvent {
    /// It pays an order from now on, and no other ever.
    PaymentReferenceUsed {
        /// Which.
        order: OrderId,
        /// When that was recorded.
        at: Timestamp,
    },
}

/// Why a reference refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceRefusal {
    /// It pays another order.
    #[error("the payment of this reference is on record for order {order}")]
    PaysAnother {
        /// Which.
        order: OrderId,
    },
}

/// What follows from a command.
pub fn decide(reference: &UsedReference, command: ReferenceCommand) -> Result<Vec<ReferenceEvent>, ReferenceRefusal> {
    let ReferenceCommand::Use { order, at } = command;
    match reference.order {
        None => Ok(vec![ReferenceEvent::PaymentReferenceUsed { order, at }]),
        Some(used) if used == order => Ok(vec![]),
        Some(used) => Err(ReferenceRefusal::PaysAnother { order: used }),
    }
}

/// The exception that a payment is whose money was taken under a used reference; its id follows from the payment's.
pub fn reuse_of(payment: PaymentId) -> Option<ExceptionId> {
    Some(ExceptionId::of(ExceptionKind::PaymentReferenceReused, &payment.to_string().parse().ok()?))
}

/// What is to be said of a gateway's capture under a reference that pays another order. The money is there and is taken; which
/// of the two it belongs to, a person has to find out.
pub fn reuse(payment: PaymentId, terms: &PaymentTerms, reference: &PaymentReference, pays: OrderId) -> Option<Case> {
    let words = format!("taken under {reference}, by which {pays} was paid");
    Case::of_payment(ExceptionKind::PaymentReferenceReused, &payment, terms, &words)
}

impl UsedReference {
    /// Applies an event. Never fails and never decides.
    pub const fn evolve(&mut self, event: &ReferenceEvent) {
        let ReferenceEvent::PaymentReferenceUsed { order, at: _ } = event;
        self.order = Some(*order);
    }
}

impl ReferenceEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PaymentReferenceUsed { .. } => "PaymentReferenceUsed",
        }
    }
}

impl DomainEvent for ReferenceEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl Aggregate for UsedReference {
    const TYPE: &'static str = "payment_reference";
    type Command = ReferenceCommand;
    type Event = ReferenceEvent;
    type Error = ReferenceRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(
        &mut self,
        command: ReferenceCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), ReferenceRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: ReferenceEvent) {
        self.evolve(&event);
    }
}

#[cfg(test)]
mod spec;
