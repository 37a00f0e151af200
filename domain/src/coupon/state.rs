use serde::{Deserialize, Serialize};

use crate::{
    coupon::{CouponEvent, CouponTerms, CouponUses},
    ids::OrderId,
};

/// A coupon. Its code is its stream's id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Coupon {
    /// Nobody has issued it.
    #[default]
    Unissued,
    /// Orders can use it.
    Issued(CouponUses),
    /// Orders that hold a use can redeem it or give it back; no others can use it.
    Withdrawn(CouponUses),
}

impl Coupon {
    /// What it promises.
    pub const fn terms(&self) -> Option<&CouponTerms> {
        match self {
            Self::Unissued => None,
            Self::Issued(uses) | Self::Withdrawn(uses) => Some(&uses.terms),
        }
    }

    /// The counts behind [`Coupon::uses`].
    pub const fn counts(&self) -> Option<&CouponUses> {
        match self {
            Self::Unissued => None,
            Self::Issued(uses) | Self::Withdrawn(uses) => Some(uses),
        }
    }

    /// Whether a use of it is kept for an order.
    pub fn is_frozen_for(&self, order: OrderId) -> bool {
        self.counts().is_some_and(|uses| uses.frozen_for(order).is_some())
    }

    /// Uses that orders hold or have redeemed.
    pub fn uses(&self) -> u64 {
        self.counts().map_or(0, |uses| uses.frozen() + uses.redeemed())
    }

    /// Uses that orders can still take; nothing where they are not limited. None are left of what cannot be used.
    pub fn remaining(&self) -> Option<u64> {
        match self {
            Self::Unissued | Self::Withdrawn(_) => Some(0),
            Self::Issued(uses) => {
                uses.terms.uses_max.map(|uses_max| u64::from(uses_max.get()).saturating_sub(self.uses()))
            }
        }
    }

    /// How many orders and customers it knows; what a snapshot of it weighs grows with them.
    pub fn entries(&self) -> usize {
        self.counts().map_or(0, CouponUses::entries)
    }

    /// Applies an event. Never fails and never decides.
    pub fn evolve(&mut self, event: &CouponEvent) {
        match (&mut *self, event) {
            (Self::Unissued, CouponEvent::CouponIssued { terms, at: _ }) => {
                *self = Self::Issued(CouponUses::none_of(terms.clone()));
            }
            (Self::Issued(_), CouponEvent::CouponWithdrawn { .. }) => *self = std::mem::take(self).withdrawn(),
            (Self::Issued(uses) | Self::Withdrawn(uses), CouponEvent::CouponFrozen(claim)) => uses.freeze(claim),
            (Self::Issued(uses) | Self::Withdrawn(uses), CouponEvent::CouponRedeemed(claim)) => uses.redeem(claim),
            (Self::Issued(uses) | Self::Withdrawn(uses), CouponEvent::CouponUnfrozen(claim)) => uses.unfreeze(claim),
            (Self::Issued(uses) | Self::Withdrawn(uses), CouponEvent::CouponGivenBack(claim)) => uses.give_back(claim),
            (Self::Issued(_) | Self::Withdrawn(_), CouponEvent::CouponIssued { .. })
            | (Self::Unissued | Self::Withdrawn(_), CouponEvent::CouponWithdrawn { .. })
            | (
                Self::Unissued,
                CouponEvent::CouponFrozen(_)
                | CouponEvent::CouponRedeemed(_)
                | CouponEvent::CouponUnfrozen(_)
                | CouponEvent::CouponGivenBack(_),
            ) => {}
        }
    }

    fn withdrawn(self) -> Self {
        match self {
            Self::Unissued => Self::Unissued,
            Self::Issued(uses) | Self::Withdrawn(uses) => Self::Withdrawn(uses),
        }
    }
}
