//! What sagas ask of the write side.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    ids::{OrderId, RefundId},
    order::{OrderRefusal, OrderStatus},
    refund::{Claim, RefundChannel},
};

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

    /// The number of what it is about. What one saga does about one subject is done in order, and the subject is part of
    /// the ids of its steps: it must never change for a command that is known.
    pub const fn subject(&self) -> Uuid {
        match self {
            Self::StartProcessing { order } | Self::ReleaseReservations { order } | Self::ExpireOrder { order } => {
                order.as_uuid()
            }
            Self::RequestRefund { claim } => claim.order.as_uuid(),
            Self::RecordRefundSubmitted { refund, channel: _ } => refund.as_uuid(),
        }
    }
}
