use crate::{
    Timestamp,
    coupon::{CouponTerms, CouponUse},
    ids::OrderId,
    text::{MerchantId, Reason},
};

/// What can be asked of a coupon. What an order asks of it is asked once: the order, decided in the same append, is what
/// knows of a repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CouponCommand {
    /// Puts it into the world.
    Issue {
        /// As what.
        terms: CouponTerms,
        /// When.
        at: Timestamp,
    },
    /// Lets no more orders use it.
    Withdraw {
        /// Why.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
    /// Keeps a use for an order.
    Freeze {
        /// Which order, and whose.
        claim: CouponUse,
        /// Who sells what is ordered.
        merchant: MerchantId,
        /// When the order is placed.
        at: Timestamp,
    },
    /// Uses up what is frozen for an order.
    Redeem {
        /// For which.
        order: OrderId,
    },
    /// Gives back what is frozen for an order.
    Unfreeze {
        /// For which.
        order: OrderId,
    },
    /// Gives back what an order redeemed. A coupon does not remember the orders that redeemed it: that this one did, and
    /// for whom, is the order's word.
    GiveBack(CouponUse),
}
