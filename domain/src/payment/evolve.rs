use std::collections::BTreeSet;

use crate::{
    Timestamp,
    ids::PaymentId,
    money::Amount,
    order::Capture,
    payment::{
        Asked, Attempt, Captures, Ending, Mismatch, MoneyBack, Payment, PaymentEvent, PaymentTerms, Quarantine, Rest,
    },
    text::PaymentReference,
};

impl Payment {
    /// The state after an event. Never fails and never decides: an event that does not fit a state leaves it as it is,
    /// and `decide` is what makes sure that none is ever written.
    #[must_use]
    pub fn evolve(self, event: PaymentEvent) -> Self {
        match event {
            PaymentEvent::PaymentInitiated { payment, terms, at: _ } => self.initiated(payment, terms),
            PaymentEvent::PaymentPending { gateway_reference, .. } => self.pending(gateway_reference),
            PaymentEvent::PaymentAuthorized { amount, .. } => self.with_authorized(amount.amount),
            PaymentEvent::PaymentCaptured { capture, sum, .. } => self.with_capture(capture, sum.amount),
            PaymentEvent::PaymentFailed { .. } => self.ended(Ending::Failed),
            PaymentEvent::PaymentExpired { .. } => self.ended(Ending::Expired),
            PaymentEvent::AuthorizationExpired { .. } => self.ended(Ending::AuthorizationExpired),
            PaymentEvent::PaymentVoided { .. } => self.ended(Ending::Voided),
            PaymentEvent::PaymentDisputed { as_of, at, .. } => self.disputed(as_of.unwrap_or(at)),
            PaymentEvent::PaymentDisputeWon { as_of, .. } => self.dispute_won(as_of),
            PaymentEvent::PaymentChargedBack { amount, .. } => self.charged_back(amount.amount),
            PaymentEvent::PaymentRefundBegun { refund, at: _ } => self.with_attempt(|attempt| {
                attempt.refunds.insert(refund);
            }),
            PaymentEvent::PaymentRefundedOutside { reference, amount, .. } => {
                self.with_attempt(|attempt| attempt.back.made(reference, amount.amount))
            }
            PaymentEvent::OutsideRefundFailed { reference, .. } => {
                self.with_attempt(|attempt| attempt.back.failed(&reference))
            }
            PaymentEvent::MoneyBackApplied { amount, .. } => {
                self.with_attempt(|attempt| attempt.back.apply(amount.amount))
            }
            PaymentEvent::CaptureRequested { number, amount, at: _ } => self.with_attempt(|attempt| {
                attempt.asked = Some(Asked::Capture(amount.amount));
                attempt.captures_asked = number;
            }),
            PaymentEvent::VoidRequested { at: _ } => self.with_attempt(|attempt| attempt.asked = Some(Asked::Void)),
            PaymentEvent::PaymentMismatchReported { mismatch, .. } => self.quarantined(mismatch),
            PaymentEvent::PaymentMismatchResolved { .. } => self.with_attempt(|attempt| attempt.quarantine.settle()),
        }
    }

    fn with_attempt(mut self, change: impl FnOnce(&mut Attempt)) -> Self {
        if let Some(attempt) = self.attempt_mut() {
            change(attempt);
        }
        self
    }

    fn quarantined(self, mismatch: Mismatch) -> Self {
        self.with_attempt(|attempt| {
            attempt.quarantine.open.insert(mismatch);
        })
    }

    fn initiated(self, payment: PaymentId, terms: PaymentTerms) -> Self {
        match self {
            Self::Uninitiated => Self::Initiated(Attempt {
                payment,
                terms,
                gateway_reference: None,
                asked: None,
                captures_asked: 0,
                quarantine: Quarantine::default(),
                refunds: BTreeSet::new(),
                back: MoneyBack::default(),
                dispute_as_of: None,
            }),
            other => other,
        }
    }

    /// A report may have overtaken it: then only the name at the gateway is new.
    fn pending(self, reference: PaymentReference) -> Self {
        match self.with_attempt(|attempt| attempt.gateway_reference = Some(reference)) {
            Self::Initiated(attempt) => Self::Pending(attempt),
            other => other,
        }
    }

    fn with_authorized(self, authorized: Amount) -> Self {
        match self {
            Self::Initiated(attempt) | Self::Pending(attempt) | Self::Authorized { attempt, .. } => {
                Self::Authorized { attempt, authorized }
            }
            Self::PartiallyCaptured { attempt, captures, rest: Rest::Open { .. } } => {
                Self::PartiallyCaptured { attempt, captures, rest: Rest::Open { authorized } }
            }
            other => other,
        }
    }

    fn with_capture(self, capture: Capture, sum: Amount) -> Self {
        match self {
            Self::Uninitiated => Self::Uninitiated,
            Self::Initiated(attempt) | Self::Pending(attempt) => {
                attempt.collects(Captures::default(), Rest::Open { authorized: Amount::ZERO }, capture, sum)
            }
            Self::Authorized { attempt, authorized } => {
                attempt.collects(Captures::default(), Rest::Open { authorized }, capture, sum)
            }
            Self::Ended { attempt, ending } => attempt.collects(Captures::default(), Rest::Ended(ending), capture, sum),
            Self::PartiallyCaptured { attempt, captures, rest } => attempt.collects(captures, rest, capture, sum),
            Self::Captured { attempt, mut captures } => {
                captures.insert(capture.reference, capture.amount.amount, sum);
                Self::Captured { attempt, captures }
            }
            Self::Disputed { attempt, mut captures } => {
                captures.insert(capture.reference, capture.amount.amount, sum);
                Self::Disputed { attempt, captures }
            }
            Self::ChargedBack { attempt, mut captures } => {
                captures.insert(capture.reference, capture.amount.amount, sum);
                Self::ChargedBack { attempt, captures }
            }
        }
    }

    fn ended(self, ending: Ending) -> Self {
        match self {
            Self::Initiated(attempt)
            | Self::Pending(attempt)
            | Self::Authorized { attempt, .. }
            | Self::Ended { attempt, .. } => Self::Ended { attempt: attempt.answered(), ending },
            Self::PartiallyCaptured { attempt, captures, .. } => {
                Self::PartiallyCaptured { attempt: attempt.answered(), captures, rest: Rest::Ended(ending) }
            }
            same @ (Self::Uninitiated | Self::Captured { .. } | Self::Disputed { .. } | Self::ChargedBack { .. }) => {
                same
            }
        }
    }

    fn disputed(self, as_of: Timestamp) -> Self {
        match self {
            Self::PartiallyCaptured { attempt, captures, .. } | Self::Captured { attempt, captures } => {
                let attempt = Attempt { dispute_as_of: Some(as_of), ..attempt.answered() };
                Self::Disputed { attempt, captures }
            }
            same @ (Self::Uninitiated
            | Self::Initiated(_)
            | Self::Pending(_)
            | Self::Authorized { .. }
            | Self::Disputed { .. }
            | Self::ChargedBack { .. }
            | Self::Ended { .. }) => same,
        }
    }

    /// What was set aside beside a part may have been released meanwhile: the next report says so.
    fn dispute_won(self, as_of: Timestamp) -> Self {
        match self {
            Self::Disputed { attempt, captures } => {
                let attempt = Attempt { dispute_as_of: Some(as_of), ..attempt };
                if captures.sum() == attempt.terms.amount.amount {
                    Self::Captured { attempt, captures }
                } else {
                    Self::PartiallyCaptured { attempt, captures, rest: Rest::Open { authorized: Amount::ZERO } }
                }
            }
            other => other,
        }
    }

    fn charged_back(self, amount: Amount) -> Self {
        match self {
            Self::PartiallyCaptured { attempt, captures, .. }
            | Self::Captured { attempt, captures }
            | Self::Disputed { attempt, captures } => {
                let mut attempt = attempt.answered();
                attempt.back.charged_back(amount);
                Self::ChargedBack { attempt, captures }
            }
            same @ (Self::Uninitiated
            | Self::Initiated(_)
            | Self::Pending(_)
            | Self::Authorized { .. }
            | Self::ChargedBack { .. }
            | Self::Ended { .. }) => same,
        }
    }
}

impl Attempt {
    fn answered(self) -> Self {
        Self { asked: None, ..self }
    }

    fn collects(self, mut captures: Captures, rest: Rest, capture: Capture, sum: Amount) -> Payment {
        captures.insert(capture.reference, capture.amount.amount, sum);
        // A part that is taken is no answer to the wish that the rest be called off.
        let is_void_asked = self.asked == Some(Asked::Void);
        let is_whole = sum == self.terms.amount.amount;
        let attempt = if is_void_asked && !is_whole { self } else { self.answered() };
        if is_whole {
            Payment::Captured { attempt, captures }
        } else {
            Payment::PartiallyCaptured { attempt, captures, rest }
        }
    }
}
