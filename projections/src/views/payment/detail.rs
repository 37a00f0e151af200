use purser_domain::{
    Timestamp,
    money::Amount,
    payment::{Asked, GatewayReport, Mismatch, NextAction, PaymentEvent, PaymentTerms, ReportSource},
    text::{Actor, FailureCode, PaymentReference, Reason},
};
use serde::{Deserialize, Serialize};

/// Everything about a payment beyond its status. Amounts are in minor units of the payment's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDetail {
    /// What was agreed at the beginning.
    pub terms: PaymentTerms,
    /// Its name at the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_reference: Option<PaymentReference>,
    /// What the customer has to do, or had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_action: Option<NextAction>,
    /// The most that was ever authorised, as far as the gateway said so.
    pub authorized: Amount,
    /// What was taken in all.
    pub captured: Amount,
    /// What was taken, in the order in which it became known.
    pub captures: Vec<TakenCapture>,
    /// What the gateway gave back without being asked for it, in the order in which it became known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunded_outside: Vec<OutsideRefund>,
    /// What the bank gave the customer back after a dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged_back: Option<Amount>,
    /// What the gateway was asked to do and has not answered yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Why it failed, in the gateway's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureCode>,
    /// What the gateway said that cannot be true, the first first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<SetAside>,
}

/// Money that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenCapture {
    /// The transaction's name at the gateway.
    pub reference: PaymentReference,
    /// How much.
    pub amount: Amount,
    /// When that became known.
    pub at: Timestamp,
}

/// Money that a gateway gave back without being asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideRefund {
    /// The transaction's name at the gateway.
    pub reference: PaymentReference,
    /// How much.
    pub amount: Amount,
    /// When that became known.
    pub at: Timestamp,
    /// When it became known that the money did not arrive; absent where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_at: Option<Timestamp>,
}

/// A report that was put aside because it cannot be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// What is wrong with it.
    pub mismatch: Mismatch,
    /// What it said.
    pub report: GatewayReport,
    /// How it came in.
    pub source: ReportSource,
    /// When it came in.
    pub at: Timestamp,
    /// What a person made of it; absent while nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
}

/// That a person looked into something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Who.
    pub actor: Actor,
    /// What they found.
    pub reason: Reason,
    /// When.
    pub at: Timestamp,
}

impl PaymentDetail {
    /// Whether a person has something to look into.
    pub fn needs_review(&self) -> bool {
        self.set_aside.iter().any(|aside| aside.resolution.is_none())
    }

    pub(super) fn of(terms: PaymentTerms) -> Self {
        Self {
            terms,
            gateway_reference: None,
            next_action: None,
            authorized: Amount::ZERO,
            captured: Amount::ZERO,
            captures: Vec::new(),
            refunded_outside: Vec::new(),
            charged_back: None,
            asked: None,
            failure: None,
            set_aside: Vec::new(),
        }
    }

    /// Postgres counts in signed numbers; there are a hundred at the most.
    pub(super) fn mismatches_open(&self) -> i64 {
        let open = self.set_aside.iter().filter(|aside| aside.resolution.is_none()).count();
        i64::try_from(open).unwrap_or(i64::MAX)
    }

    pub(super) fn after(self, event: &PaymentEvent) -> Self {
        match event {
            PaymentEvent::PaymentInitiated { .. }
            | PaymentEvent::PaymentDisputeWon { .. }
            | PaymentEvent::PaymentRefundBegun { .. }
            | PaymentEvent::MoneyBackApplied { .. } => self,
            PaymentEvent::PaymentPending { gateway_reference, next_action, at: _ } => {
                Self { gateway_reference: Some(gateway_reference.clone()), next_action: next_action.clone(), ..self }
            }
            PaymentEvent::PaymentAuthorized { amount, .. } => Self { authorized: amount.amount, ..self },
            PaymentEvent::PaymentCaptured { capture, sum, rest, at, .. } => {
                let mut captures = self.captures;
                let (reference, amount) = (capture.reference.clone(), capture.amount.amount);
                captures.push(TakenCapture { reference, amount, at: *at });
                let authorized = self.authorized.max(sum.amount);
                // A part that is taken is no answer to the wish that the rest be called off.
                let asked = self.asked.filter(|asked| *asked == Asked::Void && *rest > Amount::ZERO);
                Self { authorized, captured: sum.amount, captures, asked, ..self }
            }
            PaymentEvent::PaymentFailed { code, .. } => Self { failure: Some(code.clone()), asked: None, ..self },
            PaymentEvent::PaymentExpired { .. }
            | PaymentEvent::PaymentVoided { .. }
            | PaymentEvent::AuthorizationExpired { .. }
            | PaymentEvent::PaymentDisputed { .. } => Self { asked: None, ..self },
            PaymentEvent::PaymentChargedBack { amount, .. } => {
                Self { charged_back: Some(amount.amount), asked: None, ..self }
            }
            PaymentEvent::PaymentRefundedOutside { reference, amount, at, .. } => {
                let mut refunded_outside = self.refunded_outside;
                let (reference, amount) = (reference.clone(), amount.amount);
                refunded_outside.push(OutsideRefund { reference, amount, at: *at, failed_at: None });
                Self { refunded_outside, ..self }
            }
            PaymentEvent::OutsideRefundFailed { reference, at, .. } => {
                let mut refunded_outside = self.refunded_outside;
                for refund in refunded_outside.iter_mut().filter(|refund| refund.reference == *reference) {
                    refund.failed_at = Some(*at);
                }
                Self { refunded_outside, ..self }
            }
            PaymentEvent::CaptureRequested { amount, .. } => {
                Self { asked: Some(Asked::Capture(amount.amount)), ..self }
            }
            PaymentEvent::VoidRequested { at: _ } => Self { asked: Some(Asked::Void), ..self },
            PaymentEvent::PaymentMismatchReported { report, mismatch, source, at } => {
                let (report, mismatch, source) = (report.clone(), mismatch.clone(), source.clone());
                let mut set_aside = self.set_aside;
                set_aside.push(SetAside { mismatch, report, source, at: *at, resolution: None });
                Self { set_aside, ..self }
            }
            PaymentEvent::PaymentMismatchResolved { actor, reason, at } => {
                let resolution = Resolution { actor: actor.clone(), reason: reason.clone(), at: *at };
                let mut set_aside = self.set_aside;
                for open in set_aside.iter_mut().filter(|aside| aside.resolution.is_none()) {
                    open.resolution = Some(resolution.clone());
                }
                Self { set_aside, ..self }
            }
        }
    }
}
