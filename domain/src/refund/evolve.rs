use crate::refund::{InHand, Refund, RefundChannel, RefundEvent};

impl Refund {
    /// The state after an event. Never fails and never decides: an event that does not fit a state leaves it as it is,
    /// and `decide` is what makes sure that none is ever written.
    #[must_use]
    pub fn evolve(self, event: RefundEvent) -> Self {
        match event {
            RefundEvent::RefundRequested { claim, at: _ } => match self {
                Self::Unrequested => Self::Requested(claim),
                other => other,
            },
            RefundEvent::RefundSubmitted { channel, attempt, at: _ } => {
                let attempt = match channel {
                    RefundChannel::BackOffice => None,
                    RefundChannel::Gateway => Some(attempt.unwrap_or(1)),
                };
                match self {
                    Self::Requested(claim) | Self::Failed { claim: InHand { claim, .. }, .. } => {
                        Self::Submitted(InHand { claim, attempt })
                    }
                    other => other,
                }
            }
            RefundEvent::RefundSucceeded { reference, .. } => match self {
                Self::Submitted(InHand { claim, .. })
                | Self::Failed { claim: InHand { claim, .. }, .. }
                | Self::ManualReview(InHand { claim, .. }) => Self::Succeeded { claim, reference },
                other => other,
            },
            RefundEvent::RefundFailed { failure, .. } => match self {
                Self::Submitted(claim) | Self::Failed { claim, .. } => {
                    Self::Failed { claim: claim.failed(failure), failure }
                }
                other => other,
            },
            RefundEvent::RefundReviewRequested { at: _ } => match self {
                Self::Failed { claim, .. } => Self::ManualReview(claim),
                other => other,
            },
            RefundEvent::RefundRetried { .. } => match self {
                Self::ManualReview(claim) => Self::Submitted(claim),
                other => other,
            },
            RefundEvent::RefundWrittenOff { .. } => match self {
                Self::ManualReview(InHand { claim, .. }) => Self::WrittenOff(claim),
                other => other,
            },
        }
    }
}
