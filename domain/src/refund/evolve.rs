use crate::{
    money::Amount,
    refund::{InHand, Refund, RefundChannel, RefundEvent, RefundFailure},
    text::PaymentReference,
};

impl Refund {
    /// The state after an event. Never fails and never decides: an event that does not fit a state leaves it as it is,
    /// and `decide` is what makes sure that none is ever written.
    #[must_use]
    pub fn evolve(self, event: RefundEvent) -> Self {
        match event {
            RefundEvent::RefundRequested { claim, at: _ } => match self {
                Self::Unrequested => Self::Requested(claim.into()),
                other => other,
            },
            RefundEvent::RefundSubmitted { channel, attempt, at: _ } => {
                let attempt = match channel {
                    RefundChannel::BackOffice => None,
                    RefundChannel::Gateway => Some(attempt.unwrap_or(1)),
                };
                match self {
                    Self::Requested(claim) | Self::Failed { claim, .. } => {
                        Self::Submitted(InHand { attempt, unsure: false, ..claim })
                    }
                    other => other,
                }
            }
            RefundEvent::RefundSucceeded { reference, .. } => match self {
                Self::Submitted(claim) | Self::Failed { claim, .. } | Self::ManualReview(claim) => {
                    Self::Succeeded { claim: InHand { unsure: false, ..claim }, reference }
                }
                other => other,
            },
            RefundEvent::RefundOffset { amount, left, reference, at: _ } => self.offset(amount.amount, left, reference),
            RefundEvent::RefundReversed { .. } => match self {
                Self::Succeeded { claim, .. } => Self::ManualReview(claim.failed(RefundFailure::Refused)),
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
                Self::ManualReview(claim) => Self::Submitted(InHand { unsure: false, ..claim }),
                other => other,
            },
            RefundEvent::RefundWrittenOff { .. } => match self {
                Self::ManualReview(InHand { claim, .. }) => Self::WrittenOff(claim),
                other => other,
            },
        }
    }

    fn offset(self, amount: Amount, left: Amount, reference: PaymentReference) -> Self {
        let less = |in_hand: InHand| {
            let offset = in_hand.offset.checked_add(amount).unwrap_or(in_hand.offset);
            InHand { offset, ..in_hand }
        };
        match self {
            Self::Requested(claim)
            | Self::Submitted(claim)
            | Self::Failed { claim, .. }
            | Self::ManualReview(claim)
                if left == Amount::ZERO =>
            {
                Self::Succeeded { claim: less(claim), reference }
            }
            Self::Requested(claim) => Self::Requested(less(claim)),
            Self::Submitted(claim) => Self::Submitted(less(claim)),
            Self::Failed { claim, failure } => Self::Failed { claim: less(claim), failure },
            Self::ManualReview(claim) => Self::ManualReview(less(claim)),
            same @ (Self::Unrequested | Self::Succeeded { .. } | Self::WrittenOff(_)) => same,
        }
    }
}
