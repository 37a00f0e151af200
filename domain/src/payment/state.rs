use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    ids::{PaymentId, RefundId},
    money::{Amount, Money},
    payment::{Captures, MoneyBack, PaymentTerms, Quarantine},
    text::PaymentReference,
};

/// What is known of a payment in every state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its own id, to hold against the one that a gateway echoes.
    pub payment: PaymentId,
    /// What was agreed at the beginning.
    pub terms: PaymentTerms,
    /// Its name at the gateway; absent until the gateway's first answer is on record, which a report may overtake.
    pub gateway_reference: Option<PaymentReference>,
    /// What the gateway was last asked to do, until it answers by a capture or an ending.
    pub asked: Option<Asked>,
    /// How often a capture was asked for.
    pub captures_asked: u32,
    /// What reports said that cannot be true.
    pub quarantine: Quarantine,
    /// The refunds for which the gateway is asked, or will be.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub refunds: BTreeSet<RefundId>,
    /// Money that went back without being asked for.
    #[serde(default, skip_serializing_if = "MoneyBack::is_empty")]
    pub back: MoneyBack,
    /// As of when it is known whether there is a dispute, if there ever was one: an older report says nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute_as_of: Option<Timestamp>,
}

/// What a gateway was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Take authorised money.
    Capture(Amount),
    /// Call the payment off, or what of it was not taken yet.
    Void,
}

/// How a payment ended without money. A later one in this list prevails over an earlier one, in whatever order they are
/// reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The customer could not pay.
    Failed,
    /// The customer let the time go by.
    Expired,
    /// Authorised money was not taken in time.
    AuthorizationExpired,
    /// It was called off.
    Voided,
}

/// What there is beside the money that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// More may come.
    Open {
        /// The most that was ever authorised; zero where nothing was said of it.
        authorized: Amount,
    },
    /// No more is awaited, though it would be taken.
    Ended(Ending),
}

/// A payment. Each state owns what it knows; nothing can be asked of a state that does not have it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Payment {
    /// There is no such payment.
    #[default]
    Uninitiated,
    /// The gateway is being asked.
    Initiated(Attempt),
    /// The customer's part is awaited.
    Pending(Attempt),
    /// The money is set aside.
    Authorized {
        /// What is known in every state.
        attempt: Attempt,
        /// The most that was ever authorised; more than zero.
        authorized: Amount,
    },
    /// A part of the money was taken.
    PartiallyCaptured {
        /// What is known in every state.
        attempt: Attempt,
        /// The part.
        captures: Captures,
        /// What there is beside it.
        rest: Rest,
    },
    /// All of the money was taken.
    Captured {
        /// What is known in every state.
        attempt: Attempt,
        /// All of it.
        captures: Captures,
    },
    /// The customer wants money back by way of their bank. Money that is still taken is on record all the same.
    Disputed {
        /// What is known in every state.
        attempt: Attempt,
        /// What was taken.
        captures: Captures,
    },
    /// The bank gave the customer back what was taken. Money that is still taken is on record all the same.
    ChargedBack {
        /// What is known in every state.
        attempt: Attempt,
        /// What was taken.
        captures: Captures,
    },
    /// It ended without money. Money that comes nevertheless is taken.
    Ended {
        /// What is known in every state.
        attempt: Attempt,
        /// How.
        ending: Ending,
    },
}

impl Attempt {
    /// An amount in the payment's currency.
    pub const fn money(&self, amount: Amount) -> Money {
        Money { amount, currency: self.terms.amount.currency }
    }
}

impl Payment {
    /// What is known in every state, or none where there is no such payment.
    pub const fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Uninitiated => None,
            Self::Initiated(attempt)
            | Self::Pending(attempt)
            | Self::Authorized { attempt, .. }
            | Self::PartiallyCaptured { attempt, .. }
            | Self::Captured { attempt, .. }
            | Self::Disputed { attempt, .. }
            | Self::ChargedBack { attempt, .. }
            | Self::Ended { attempt, .. } => Some(attempt),
        }
    }

    pub(super) const fn attempt_mut(&mut self) -> Option<&mut Attempt> {
        match self {
            Self::Uninitiated => None,
            Self::Initiated(attempt)
            | Self::Pending(attempt)
            | Self::Authorized { attempt, .. }
            | Self::PartiallyCaptured { attempt, .. }
            | Self::Captured { attempt, .. }
            | Self::Disputed { attempt, .. }
            | Self::ChargedBack { attempt, .. }
            | Self::Ended { attempt, .. } => Some(attempt),
        }
    }

    /// The money that was taken, if any was.
    pub const fn captures(&self) -> Option<&Captures> {
        match self {
            Self::PartiallyCaptured { captures, .. }
            | Self::Captured { captures, .. }
            | Self::Disputed { captures, .. }
            | Self::ChargedBack { captures, .. } => Some(captures),
            Self::Uninitiated
            | Self::Initiated(_)
            | Self::Pending(_)
            | Self::Authorized { .. }
            | Self::Ended { .. } => None,
        }
    }

    /// How much of the payment's amount is authorised, in minor units, or none in the states that no longer care.
    pub(super) const fn authorized(&self) -> Option<Amount> {
        match self {
            Self::Initiated(_) | Self::Pending(_) => Some(Amount::ZERO),
            Self::Authorized { authorized, .. } | Self::PartiallyCaptured { rest: Rest::Open { authorized }, .. } => {
                Some(*authorized)
            }
            Self::Uninitiated
            | Self::PartiallyCaptured { rest: Rest::Ended(_), .. }
            | Self::Captured { .. }
            | Self::Disputed { .. }
            | Self::ChargedBack { .. }
            | Self::Ended { .. } => None,
        }
    }

    /// Whether a gateway has set money aside for it that was neither taken nor released, as far as is known.
    pub fn holds_authorization(&self) -> bool {
        match self {
            Self::Authorized { .. } => true,
            Self::PartiallyCaptured { captures, rest: Rest::Open { authorized }, .. } => *authorized > captures.sum(),
            Self::Uninitiated
            | Self::Initiated(_)
            | Self::Pending(_)
            | Self::PartiallyCaptured { rest: Rest::Ended(_), .. }
            | Self::Captured { .. }
            | Self::Disputed { .. }
            | Self::ChargedBack { .. }
            | Self::Ended { .. } => false,
        }
    }

    /// Whether nothing of it goes back by itself: the customer's bank decides about it.
    pub const fn is_disputed(&self) -> bool {
        matches!(self, Self::Disputed { .. })
    }

    /// Money that went back without being asked for and has not been counted for a refund yet, in minor units.
    pub fn money_back(&self) -> Amount {
        self.attempt().map_or(Amount::ZERO, |attempt| attempt.back.open())
    }

    /// Whether an ending is news.
    pub(super) fn may_end_by(&self, ending: Ending) -> bool {
        match self {
            Self::Initiated(_)
            | Self::Pending(_)
            | Self::Authorized { .. }
            | Self::PartiallyCaptured { rest: Rest::Open { .. }, .. } => true,
            Self::PartiallyCaptured { rest: Rest::Ended(known), .. } | Self::Ended { ending: known, .. } => {
                *known < ending
            }
            Self::Uninitiated | Self::Captured { .. } | Self::Disputed { .. } | Self::ChargedBack { .. } => false,
        }
    }
}
