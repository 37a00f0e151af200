//! The refund: one payment that is owed back, until it is back.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    ids::OrderId,
    order::Capture,
    text::{PaymentReference, Reason},
};

/// Why money is owed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundCause {
    /// The order was cancelled after it was paid.
    OrderCancelled,
    /// The money came after the order had ended.
    LatePayment,
    /// The money came on top of what settled the order.
    SurplusPayment,
    /// The money was part of a total that never came together.
    IncompletePayment,
    /// Some lines of the order, or some units of them, were cancelled after it was paid.
    LinesCancelled,
}

/// Who performs a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundChannel {
    /// People work off a list.
    BackOffice,
}

/// What is owed back, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Which order it was paid for.
    pub order: OrderId,
    /// The payment; all of it is owed.
    pub capture: Capture,
    /// Why.
    pub cause: RefundCause,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Refund {
    /// Nothing is owed.
    #[default]
    Unrequested,
    /// Owed, and nobody has it in hand yet.
    Requested(Claim),
    /// In somebody's hands.
    Submitted(Claim),
    /// The money is back.
    Succeeded {
        /// What was owed.
        claim: Claim,
        /// The transfer that brought it back.
        reference: PaymentReference,
    },
}

/// What can be asked of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundCommand {
    /// States what is owed.
    Request {
        /// What and why.
        claim: Claim,
        /// When.
        at: Timestamp,
    },
    /// Notes in whose hands it is.
    RecordSubmitted {
        /// Whose.
        channel: RefundChannel,
        /// When.
        at: Timestamp,
    },
    /// Notes that the money is back.
    RecordSucceeded {
        /// The transfer's name at the bank.
        reference: PaymentReference,
        /// What there is to say about it.
        note: Option<Reason>,
        /// When.
        at: Timestamp,
    },
}

/// What happened to a refund. The names and fields are the storage format: a golden file holds each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefundEvent {
    /// Money is owed back.
    RefundRequested {
        /// What and why.
        #[serde(flatten)]
        claim: Claim,
        /// When.
        at: Timestamp,
    },
    /// Somebody has it in hand.
    RefundSubmitted {
        /// Who.
        channel: RefundChannel,
        /// When.
        at: Timestamp,
    },
    /// The money is back.
    RefundSucceeded {
        /// The transfer's name at the bank.
        reference: PaymentReference,
        /// What there is to say about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Reason>,
        /// When.
        at: Timestamp,
    },
}

/// Why a refund refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundRefusal {
    /// There is no such refund.
    #[error("no such refund")]
    Unknown,
    /// It is not in anybody's hands yet.
    #[error("the refund has not been submitted yet")]
    NotSubmitted,
    /// It was requested with other details.
    #[error("the refund was requested with other details")]
    OtherClaim,
    /// It is done, by another transfer.
    #[error("the refund is done, by another transfer")]
    AlreadyDone,
}

/// What follows from a command. No events mean "already so".
pub fn decide(refund: &Refund, command: RefundCommand) -> Result<Vec<RefundEvent>, RefundRefusal> {
    match command {
        RefundCommand::Request { claim, at } => match refund {
            Refund::Unrequested => Ok(vec![RefundEvent::RefundRequested { claim, at }]),
            Refund::Requested(known) | Refund::Submitted(known) | Refund::Succeeded { claim: known, .. } => {
                if known.order == claim.order && known.capture == claim.capture {
                    Ok(vec![])
                } else {
                    Err(RefundRefusal::OtherClaim)
                }
            }
        },
        RefundCommand::RecordSubmitted { channel, at } => match refund {
            Refund::Unrequested => Err(RefundRefusal::Unknown),
            Refund::Requested(_) => Ok(vec![RefundEvent::RefundSubmitted { channel, at }]),
            Refund::Submitted(_) | Refund::Succeeded { .. } => Ok(vec![]),
        },
        RefundCommand::RecordSucceeded { reference, note, at } => match refund {
            Refund::Unrequested => Err(RefundRefusal::Unknown),
            Refund::Requested(_) => Err(RefundRefusal::NotSubmitted),
            Refund::Submitted(_) => Ok(vec![RefundEvent::RefundSucceeded { reference, note, at }]),
            Refund::Succeeded { reference: known, .. } if *known == reference => Ok(vec![]),
            Refund::Succeeded { .. } => Err(RefundRefusal::AlreadyDone),
        },
    }
}

impl Refund {
    /// The state after an event. Never fails and never decides.
    #[must_use]
    pub fn evolve(self, event: RefundEvent) -> Self {
        match (self, event) {
            (Self::Unrequested, RefundEvent::RefundRequested { claim, at: _ }) => Self::Requested(claim),
            (Self::Requested(claim), RefundEvent::RefundSubmitted { .. }) => Self::Submitted(claim),
            (Self::Submitted(claim), RefundEvent::RefundSucceeded { reference, .. }) => {
                Self::Succeeded { claim, reference }
            }
            (
                same @ (Self::Requested(_) | Self::Submitted(_) | Self::Succeeded { .. }),
                RefundEvent::RefundRequested { .. },
            )
            | (
                same @ (Self::Unrequested | Self::Submitted(_) | Self::Succeeded { .. }),
                RefundEvent::RefundSubmitted { .. },
            )
            | (
                same @ (Self::Unrequested | Self::Requested(_) | Self::Succeeded { .. }),
                RefundEvent::RefundSucceeded { .. },
            ) => same,
        }
    }
}

impl DomainEvent for RefundEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl RefundEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RefundRequested { .. } => "RefundRequested",
            Self::RefundSubmitted { .. } => "RefundSubmitted",
            Self::RefundSucceeded { .. } => "RefundSucceeded",
        }
    }
}

impl Aggregate for Refund {
    const TYPE: &'static str = "refund";
    type Command = RefundCommand;
    type Event = RefundEvent;
    type Error = RefundRefusal;
    type Services = ();

    /// Decides everything before the first write: the sink applies each event at once.
    async fn handle(&mut self, command: RefundCommand, (): &(), sink: &EventSink<Self>) -> Result<(), RefundRefusal> {
        for event in decide(self, command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: RefundEvent) {
        *self = std::mem::take(self).evolve(event);
    }
}

#[cfg(test)]
mod spec;
