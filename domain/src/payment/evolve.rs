use crate::{
    ids::PaymentId,
    money::Amount,
    order::Capture,
    payment::{Asked, Attempt, Captures, Ending, Mismatch, Payment, PaymentEvent, PaymentTerms, Quarantine, Rest},
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
            PaymentEvent::PaymentDisputed { .. } => self.disputed(),
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
            same @ (Self::Uninitiated | Self::Captured { .. } | Self::Disputed { .. }) => same,
        }
    }

    fn disputed(self) -> Self {
        match self {
            Self::PartiallyCaptured { attempt, captures, .. } | Self::Captured { attempt, captures } => {
                Self::Disputed { attempt: attempt.answered(), captures }
            }
            same @ (Self::Uninitiated
            | Self::Initiated(_)
            | Self::Pending(_)
            | Self::Authorized { .. }
            | Self::Disputed { .. }
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
