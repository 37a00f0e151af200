use serde::{Deserialize, Serialize};

use crate::{
    exception::ExceptionKind,
    ids::{ExceptionId, OrderId},
    payment::PaymentTerms,
    text::{Actor, MerchantId, Reason, Subject},
};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// What is the matter.
    pub kind: ExceptionKind,
    /// With what: the id of an order, a refund or a fulfillment, or a gateway and its name for a payment.
    pub subject: Subject,
    /// Which order it is about, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Whose order that is, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant: Option<MerchantId>,
    /// In words. The same words for as long as the matter is the same: no counts, no ages.
    pub detail: Reason,
}

impl Case {
    /// What is the matter with a payment on these terms, or with something of it. None where an id or the words are longer than
    /// what they become may be.
    pub fn of_payment(
        kind: ExceptionKind,
        subject: &impl std::fmt::Display,
        terms: &PaymentTerms,
        words: &str,
    ) -> Option<Self> {
        let (order, merchant) = (Some(terms.order), Some(terms.merchant.clone()));
        Some(Self { kind, subject: subject.to_string().parse().ok()?, order, merchant, detail: words.parse().ok()? })
    }

    /// The exception that it is.
    pub fn exception(&self) -> ExceptionId {
        ExceptionId::of(self.kind, &self.subject)
    }
}

/// How an exception came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// The reconciliation repaired it.
    Repaired {
        /// By doing what.
        action: Reason,
    },
    /// It was not there any more.
    Gone,
    /// A person settled it.
    Settled {
        /// Who.
        actor: Actor,
        /// How, or why it is in order as it is.
        reason: Reason,
    },
}
