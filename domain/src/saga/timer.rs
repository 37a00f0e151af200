//! When a saga comes back to something.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Action, Saga, fulfillment, payment, payment_window, refund, returns};
use crate::{
    Timestamp,
    ids::{FulfillmentId, OrderId, PaymentId, RefundId, ReturnId},
};

/// A timer of a saga, and what it is about. Of each there is at most one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The payment window of an order closes.
    PaymentWindow {
        /// Which order.
        order: OrderId,
    },
    /// A gateway is asked how a payment stands.
    PaymentPoll {
        /// Which payment.
        payment: PaymentId,
    },
    /// The time of a payment is over.
    PaymentExpiry {
        /// Which payment.
        payment: PaymentId,
    },
    /// A gateway is asked what became of a refund.
    RefundPoll {
        /// Which refund.
        refund: RefundId,
    },
    /// A gateway that refused a refund is asked again.
    RefundRetry {
        /// Which refund.
        refund: RefundId,
    },
    /// A parcel must have shipped.
    ShipmentDeadline {
        /// Which fulfillment.
        fulfillment: FulfillmentId,
    },
    /// The time to answer a return is over.
    ReturnReview {
        /// Which return.
        id: ReturnId,
    },
}

/// How a timer comes back again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// How many seconds lie between two times.
    pub every_seconds: NonZeroU32,
    /// The first time at or after this moment is the last; none means until the timer is cleared.
    pub until: Option<Timestamp>,
}

impl Timer {
    /// What follows when it is time.
    pub const fn fired(self) -> Action {
        match self {
            Self::PaymentWindow { order } => payment_window::fired(order),
            Self::PaymentPoll { payment } => payment::poll_fired(payment),
            Self::PaymentExpiry { payment } => payment::expiry_fired(payment),
            Self::RefundPoll { refund } => refund::poll_fired(refund),
            Self::RefundRetry { refund } => refund::retry_fired(refund),
            Self::ShipmentDeadline { fulfillment } => fulfillment::fired(fulfillment),
            Self::ReturnReview { id } => returns::review_fired(id),
        }
    }

    /// Whose it is.
    pub const fn saga(self) -> Saga {
        match self {
            Self::PaymentWindow { .. } => Saga::PaymentWindow,
            Self::PaymentPoll { .. } | Self::PaymentExpiry { .. } => Saga::Payment,
            Self::RefundPoll { .. } | Self::RefundRetry { .. } => Saga::Refund,
            Self::ShipmentDeadline { .. } => Saga::Fulfillment,
            Self::ReturnReview { .. } => Saga::Return,
        }
    }

    /// What tells it from the saga's other timers about the same subject. The only timer of a saga needs no name.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::PaymentWindow { .. } | Self::ShipmentDeadline { .. } | Self::ReturnReview { .. } => None,
            Self::PaymentPoll { .. } | Self::RefundPoll { .. } => Some("poll"),
            Self::RefundRetry { .. } => Some("retry"),
            Self::PaymentExpiry { .. } => Some("expiry"),
        }
    }

    /// The number of what it is about.
    pub const fn subject(self) -> Uuid {
        match self {
            Self::PaymentWindow { order } => order.as_uuid(),
            Self::PaymentPoll { payment } | Self::PaymentExpiry { payment } => payment.as_uuid(),
            Self::RefundPoll { refund } | Self::RefundRetry { refund } => refund.as_uuid(),
            Self::ShipmentDeadline { fulfillment } => fulfillment.as_uuid(),
            Self::ReturnReview { id } => id.as_uuid(),
        }
    }

    /// What it is about, as it reads in the log.
    pub fn subject_id(self) -> String {
        match self {
            Self::PaymentWindow { order } => order.to_string(),
            Self::PaymentPoll { payment } | Self::PaymentExpiry { payment } => payment.to_string(),
            Self::RefundPoll { refund } | Self::RefundRetry { refund } => refund.to_string(),
            Self::ShipmentDeadline { fulfillment } => fulfillment.to_string(),
            Self::ReturnReview { id } => id.to_string(),
        }
    }

    /// The timer that the saga of a name knows by a name; none where there is no such timer.
    pub fn named(saga: &str, name: Option<&str>, subject: Uuid) -> Option<Self> {
        Self::all_about(subject).into_iter().find(|timer| timer.saga().name() == saga && timer.name() == name)
    }

    /// Every timer that there is, about one subject. A new timer belongs here: one that is missing would never fire.
    pub const fn all_about(subject: Uuid) -> [Self; 7] {
        let (payment, refund) = (PaymentId::from_uuid(subject), RefundId::from_uuid(subject));
        [
            Self::PaymentWindow { order: OrderId::from_uuid(subject) },
            Self::PaymentPoll { payment },
            Self::PaymentExpiry { payment },
            Self::RefundPoll { refund },
            Self::RefundRetry { refund },
            Self::ShipmentDeadline { fulfillment: FulfillmentId::from_uuid(subject) },
            Self::ReturnReview { id: ReturnId::from_uuid(subject) },
        ]
    }
}

impl Repeat {
    /// When a timer that was due at one moment and fired at another is due again; none if that was the last time.
    ///
    /// It keeps its beat, and what was missed while nobody looked is not made up for: after an hour's rest it has fired
    /// once.
    pub fn next(self, due: Timestamp, fired_at: Timestamp) -> Option<Timestamp> {
        if self.until.is_some_and(|until| fired_at >= until) {
            return None;
        }
        let every = i64::from(self.every_seconds.get());
        let missed = fired_at.signed_duration_since(due).num_seconds().max(0) / every;
        let wait = missed.checked_add(1)?.checked_mul(every)?;
        due.checked_add_signed(TimeDelta::try_seconds(wait)?)
    }
}

#[cfg(test)]
mod spec;
