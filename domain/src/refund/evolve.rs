use crate::refund::{Refund, RefundEvent};

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
            RefundEvent::RefundSubmitted { .. } => match self {
                Self::Requested(claim) | Self::Failed { claim, .. } => Self::Submitted(claim),
                other => other,
            },
            RefundEvent::RefundSucceeded { reference, .. } => match self {
                Self::Submitted(claim) | Self::Failed { claim, .. } | Self::ManualReview(claim) => {
                    Self::Succeeded { claim, reference }
                }
                other => other,
            },
            RefundEvent::RefundFailed { failure, .. } => match self {
                Self::Submitted(claim) | Self::Failed { claim, .. } => Self::Failed { claim, failure },
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
                Self::ManualReview(claim) => Self::WrittenOff(claim),
                other => other,
            },
        }
    }
}
