//! What happened to a coupon. The names and fields below are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    coupon::CouponTerms,
    ids::OrderId,
    text::{CustomerId, Reason},
};

/// One use of a coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponUse {
    /// By which order.
    pub order: OrderId,
    /// Whose order it is; nobody's for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
}

/// What happened to a coupon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CouponEvent {
    /// It can be used.
    CouponIssued {
        /// As what.
        terms: CouponTerms,
        /// When.
        at: Timestamp,
    },
    /// No more orders can use it.
    CouponWithdrawn {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// An order holds a use.
    CouponFrozen(CouponUse),
    /// An order's use is final.
    CouponRedeemed(CouponUse),
    /// An order ended before it redeemed its use.
    CouponUnfrozen(CouponUse),
    /// An order ended after it had redeemed its use.
    CouponGivenBack(CouponUse),
}

impl DomainEvent for CouponEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl CouponEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CouponIssued { .. } => "CouponIssued",
            Self::CouponWithdrawn { .. } => "CouponWithdrawn",
            Self::CouponFrozen(_) => "CouponFrozen",
            Self::CouponRedeemed(_) => "CouponRedeemed",
            Self::CouponUnfrozen(_) => "CouponUnfrozen",
            Self::CouponGivenBack(_) => "CouponGivenBack",
        }
    }
}
