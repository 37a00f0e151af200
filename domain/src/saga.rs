//! Sagas: what must follow from an event, beyond the append that it was part of.
//!
//! Each saga is a pure function from an event to reactions. What has been done already is in the aggregates, and every
//! command below is harmless when repeated, so that the sagas themselves have no state to lose.
//!
//! | saga | starts with | does | ends with |
//! |---|---|---|---|
//! | payment window | `OrderPlaced` | waits until the window closes, then expires the order | `OrderExpired`, or the timer's removal when the order is paid or cancelled |
//! | processing | `OrderPaid`, `CancellationDeclined` | deducts the stock and begins the work, in one append | `ProcessingStarted`, or nothing when the order was cancelled meanwhile |
//! | release | `OrderCancelled`, `OrderExpired` | gives the stock back, in one append | `OrderReservationsReleased` |
//! | refund | a cancellation of a paid order, late or surplus money | asks for the refund and puts it into somebody's hands | `RefundSucceeded` |

mod payment_window;
mod processing;
mod refund;
mod release;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    event::Event,
    ids::{OrderId, RefundId},
    order::{OrderRefusal, OrderStatus},
    refund::{Claim, RefundChannel},
};

/// One of the engine's sagas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Saga {
    /// Expires orders that are not paid in time.
    PaymentWindow,
    /// Deducts the stock of paid orders.
    Processing,
    /// Gives back the stock of ended orders.
    Release,
    /// Brings back money that is owed.
    Refund,
}

/// What a saga asks the engine to do. Harmless when repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum SagaCommand {
    /// Deduct the order's stock and begin the work on it.
    StartProcessing {
        /// Which order.
        order: OrderId,
    },
    /// Give back the stock of an ended order.
    ReleaseReservations {
        /// Which order.
        order: OrderId,
    },
    /// End an order that was not paid in time.
    ExpireOrder {
        /// Which order.
        order: OrderId,
    },
    /// State that money is owed back.
    RequestRefund {
        /// What and why.
        claim: Claim,
    },
    /// Note in whose hands a refund is.
    RecordRefundSubmitted {
        /// Which refund.
        refund: RefundId,
        /// Whose hands.
        channel: RefundChannel,
    },
}

/// What a saga wants after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// Issue a command.
    Command(SagaCommand),
    /// Put a refund into the hands of whoever performs it, outside the engine.
    SubmitRefund {
        /// Which refund.
        refund: RefundId,
        /// What is owed.
        claim: Claim,
    },
    /// Come back to this order at a time.
    SetTimer {
        /// Which order.
        order: OrderId,
        /// When.
        due: Timestamp,
    },
    /// Do not come back to this order.
    ClearTimer {
        /// Which order.
        order: OrderId,
    },
}

impl Saga {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::PaymentWindow, Self::Processing, Self::Release, Self::Refund];

    /// The saga's name in tables, metrics and metadata.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PaymentWindow => "payment_window",
            Self::Processing => "processing",
            Self::Release => "release",
            Self::Refund => "refund",
        }
    }

    /// What follows from an event.
    pub fn react(self, event: &Event) -> Option<Reaction> {
        match self {
            Self::PaymentWindow => payment_window::react(event),
            Self::Processing => processing::react(event),
            Self::Release => release::react(event),
            Self::Refund => refund::react(event),
        }
    }

    /// What follows when the timer of an order fires.
    pub const fn timer_fired(self, order: OrderId) -> Option<SagaCommand> {
        match self {
            Self::PaymentWindow => Some(SagaCommand::ExpireOrder { order }),
            Self::Processing | Self::Release | Self::Refund => None,
        }
    }
}

impl SagaCommand {
    /// Whether a refusal means that others were faster and nothing is left to do. Any other refusal needs a person.
    pub fn is_superseded_by(&self, refusal: &OrderRefusal) -> bool {
        match (self, refusal) {
            (Self::StartProcessing { .. }, OrderRefusal::WrongStatus { action: _, status }) => match status {
                OrderStatus::Cancelling
                | OrderStatus::Cancelled
                | OrderStatus::Shipped
                | OrderStatus::Delivered
                | OrderStatus::Completed => true,
                OrderStatus::PendingPayment | OrderStatus::Paid | OrderStatus::Processing | OrderStatus::Expired => {
                    false
                }
            },
            (Self::ExpireOrder { .. }, OrderRefusal::WrongStatus { .. }) => true,
            (
                Self::StartProcessing { .. } | Self::ExpireOrder { .. },
                OrderRefusal::Unknown
                | OrderRefusal::AlreadyPlaced
                | OrderRefusal::AmountMismatch { .. }
                | OrderRefusal::RecordedDifferently { .. }
                | OrderRefusal::EmptyPayment
                | OrderRefusal::NoUnits
                | OrderRefusal::UnknownLine { .. }
                | OrderRefusal::LineRepeated { .. }
                | OrderRefusal::TooManyUnits { .. }
                | OrderRefusal::WindowOpen { .. },
            )
            | (Self::ReleaseReservations { .. } | Self::RequestRefund { .. } | Self::RecordRefundSubmitted { .. }, _) => {
                false
            }
        }
    }
}

#[cfg(test)]
mod spec;
