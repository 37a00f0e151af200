//! What happened to a payment. The names and fields below are the storage format: a golden file holds each of them.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    ids::{PaymentId, RefundId},
    money::{Amount, Money},
    order::Capture,
    payment::{GatewayReport, Mismatch, NextAction, PaymentTerms, ReportSource},
    text::{Actor, FailureCode, PaymentReference, Reason},
};

/// What happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentEvent {
    /// The attempt began; the gateway is to be asked.
    PaymentInitiated {
        /// Its own id, as the gateway is told it.
        payment: PaymentId,
        /// What is to be paid.
        #[serde(flatten)]
        terms: PaymentTerms,
        /// When.
        at: Timestamp,
    },
    /// The gateway has it.
    PaymentPending {
        /// Its name there.
        gateway_reference: PaymentReference,
        /// What the customer has to do, if anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_action: Option<NextAction>,
        /// When.
        at: Timestamp,
    },
    /// Money is set aside, or more of it than before.
    PaymentAuthorized {
        /// How much in all.
        amount: Money,
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// Money was taken.
    PaymentCaptured {
        /// The transaction.
        capture: Capture,
        /// The sum of all transactions up to this one.
        sum: Money,
        /// What is left to be taken, in minor units of the payment's currency; absent where it is nothing.
        #[serde(default, skip_serializing_if = "is_nothing")]
        rest: Amount,
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// The customer could not pay.
    PaymentFailed {
        /// Why, in the gateway's code.
        code: FailureCode,
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// The customer let the time go by.
    PaymentExpired {
        /// How that became known; absent where the engine gave it up by its own clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<ReportSource>,
        /// When it became known.
        at: Timestamp,
    },
    /// It was called off, or what of it was not taken yet.
    PaymentVoided {
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// Authorised money was not taken in time.
    AuthorizationExpired {
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// The customer wants money back that was taken, by way of their bank.
    PaymentDisputed {
        /// As of when it was so, by the clock of whoever said so; absent where they could not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<Timestamp>,
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// The bank decided for the seller: what was taken stays taken.
    PaymentDisputeWon {
        /// What is left to be taken, in minor units of the payment's currency; absent where it is nothing.
        #[serde(default, skip_serializing_if = "is_nothing")]
        rest: Amount,
        /// As of when it was so, by the clock of whoever said so.
        as_of: Timestamp,
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// The bank decided for the customer, and gave them back what had not gone back before.
    PaymentChargedBack {
        /// How much.
        amount: Money,
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// A refund of it began, for which its gateway is asked, or will be.
    PaymentRefundBegun {
        /// Which.
        refund: RefundId,
        /// When.
        at: Timestamp,
    },
    /// The gateway gave money back for which the engine had not asked.
    PaymentRefundedOutside {
        /// The transaction's name at the gateway.
        reference: PaymentReference,
        /// How much.
        amount: Money,
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// Money that the gateway had given back by itself did not arrive after all.
    OutsideRefundFailed {
        /// The transaction's name at the gateway.
        reference: PaymentReference,
        /// How much.
        amount: Money,
        /// How that became known.
        source: ReportSource,
        /// When it became known.
        at: Timestamp,
    },
    /// Money that went back without being asked for counts for a refund, in the same append.
    MoneyBackApplied {
        /// Which refund.
        refund: RefundId,
        /// How much of it.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// The gateway is to take authorised money.
    CaptureRequested {
        /// The how-manieth request of this payment, from 1: what makes a repetition at the gateway recognisable.
        number: u32,
        /// How much.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// The gateway is to call it off, or what of it was not taken yet.
    VoidRequested {
        /// When.
        at: Timestamp,
    },
    /// The gateway said what cannot be true of this payment. Nothing else came of the report.
    PaymentMismatchReported {
        /// What it said.
        report: GatewayReport,
        /// What is wrong with it.
        mismatch: Mismatch,
        /// How it came in.
        source: ReportSource,
        /// When it came in.
        at: Timestamp,
    },
    /// A person settled everything that was in quarantine.
    PaymentMismatchResolved {
        /// Who.
        actor: Actor,
        /// What they found.
        reason: Reason,
        /// When.
        at: Timestamp,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_nothing(rest: &Amount) -> bool {
    rest.minor_units() == 0
}

/// The captures among the events that a command led to: what has to be recorded on the order in the same append.
pub fn new_captures(events: &[PaymentEvent]) -> impl Iterator<Item = &Capture> {
    events.iter().filter_map(|event| match event {
        PaymentEvent::PaymentCaptured { capture, .. } => Some(capture),
        PaymentEvent::PaymentInitiated { .. }
        | PaymentEvent::PaymentPending { .. }
        | PaymentEvent::PaymentAuthorized { .. }
        | PaymentEvent::PaymentFailed { .. }
        | PaymentEvent::PaymentExpired { .. }
        | PaymentEvent::PaymentVoided { .. }
        | PaymentEvent::AuthorizationExpired { .. }
        | PaymentEvent::PaymentDisputed { .. }
        | PaymentEvent::PaymentDisputeWon { .. }
        | PaymentEvent::PaymentChargedBack { .. }
        | PaymentEvent::PaymentRefundBegun { .. }
        | PaymentEvent::PaymentRefundedOutside { .. }
        | PaymentEvent::OutsideRefundFailed { .. }
        | PaymentEvent::MoneyBackApplied { .. }
        | PaymentEvent::CaptureRequested { .. }
        | PaymentEvent::VoidRequested { .. }
        | PaymentEvent::PaymentMismatchReported { .. }
        | PaymentEvent::PaymentMismatchResolved { .. } => None,
    })
}

impl DomainEvent for PaymentEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl PaymentEvent {
    /// The event's name in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PaymentInitiated { .. } => "PaymentInitiated",
            Self::PaymentPending { .. } => "PaymentPending",
            Self::PaymentAuthorized { .. } => "PaymentAuthorized",
            Self::PaymentCaptured { .. } => "PaymentCaptured",
            Self::PaymentFailed { .. } => "PaymentFailed",
            Self::PaymentExpired { .. } => "PaymentExpired",
            Self::PaymentVoided { .. } => "PaymentVoided",
            Self::AuthorizationExpired { .. } => "AuthorizationExpired",
            Self::PaymentDisputed { .. } => "PaymentDisputed",
            Self::PaymentDisputeWon { .. } => "PaymentDisputeWon",
            Self::PaymentChargedBack { .. } => "PaymentChargedBack",
            Self::PaymentRefundBegun { .. } => "PaymentRefundBegun",
            Self::PaymentRefundedOutside { .. } => "PaymentRefundedOutside",
            Self::OutsideRefundFailed { .. } => "OutsideRefundFailed",
            Self::MoneyBackApplied { .. } => "MoneyBackApplied",
            Self::CaptureRequested { .. } => "CaptureRequested",
            Self::VoidRequested { .. } => "VoidRequested",
            Self::PaymentMismatchReported { .. } => "PaymentMismatchReported",
            Self::PaymentMismatchResolved { .. } => "PaymentMismatchResolved",
        }
    }
}
