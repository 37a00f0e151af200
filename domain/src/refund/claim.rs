use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrderId, RefundId, ReturnId},
    money::{Amount, Money},
    order::Capture,
    refund::RefundRefusal,
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
    /// Lines of the order were cancelled after it was paid.
    LinesCancelled,
    /// Goods came back, or need not come back.
    Returned,
    /// The seller wants to.
    Goodwill,
    /// Goods did not arrive.
    Undelivered,
}

impl RefundCause {
    /// Every cause.
    pub const ALL: [Self; 8] = [
        Self::OrderCancelled,
        Self::LatePayment,
        Self::SurplusPayment,
        Self::IncompletePayment,
        Self::LinesCancelled,
        Self::Returned,
        Self::Goodwill,
        Self::Undelivered,
    ];
}

/// What is owed back, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Which order it was paid for.
    pub order: OrderId,
    /// The money that was taken.
    pub capture: Capture,
    /// How much of it is owed; absent for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Which part of the capture: 0 for all of it, and from 1 on as the order numbers the parts.
    #[serde(default, skip_serializing_if = "is_whole")]
    pub number: u32,
    /// Why.
    pub cause: RefundCause,
    /// The return that it settles, if it settles one.
    #[serde(default, rename = "return", skip_serializing_if = "Option::is_none")]
    pub returned: Option<ReturnId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_whole(number: &u32) -> bool {
    *number == 0
}

impl Claim {
    /// All of a capture.
    pub const fn whole(order: OrderId, capture: Capture, cause: RefundCause) -> Self {
        Self { order, capture, amount: None, number: 0, cause, returned: None }
    }

    /// How much is owed.
    pub fn owed(&self) -> Money {
        self.amount.unwrap_or(self.capture.amount)
    }

    /// The refund that the claim is about.
    pub fn refund(&self) -> RefundId {
        RefundId::of_part(self.order, &self.capture.reference, self.number)
    }

    /// Whether another claim is for the same money. What made it owed, and the way that it goes back, may differ.
    pub(super) fn is_same_money(&self, other: &Self) -> bool {
        self.order == other.order
            && self.capture.reference == other.capture.reference
            && self.capture.amount == other.capture.amount
            && self.amount == other.amount
            && self.number == other.number
    }

    /// That all parts together do not pass the capture is for the order to see: a refund knows of no other.
    pub(super) fn check(&self) -> Result<(), RefundRefusal> {
        let Some(part) = self.amount else {
            return if self.number == 0 { Ok(()) } else { Err(RefundRefusal::PartNotNumbered) };
        };
        if self.number == 0 {
            return Err(RefundRefusal::PartNotNumbered);
        }
        let captured = self.capture.amount;
        if part.currency != captured.currency || part.amount == Amount::ZERO || part.amount > captured.amount {
            return Err(RefundRefusal::PartOutOfBounds { captured });
        }
        Ok(())
    }
}
