use crate::returns::{Owed, Return, ReturnEvent};

impl Return {
    /// The state after an event. Never fails and never decides: an event that does not fit a state leaves it as it is,
    /// and `decide` is what makes sure that none is ever written.
    #[must_use]
    pub fn evolve(self, event: ReturnEvent) -> Self {
        match (self, event) {
            (Self::Unrequested, ReturnEvent::ReturnRequested(terms)) => Self::Requested { terms, escalated_at: None },
            (Self::Requested { terms, .. }, ReturnEvent::ReturnApproved { return_address, .. }) => {
                Self::Approved { terms, return_address }
            }
            (Self::Requested { terms, .. }, ReturnEvent::ReturnDeclined { reason, .. }) => {
                Self::Declined { terms, reason }
            }
            (Self::Requested { terms, .. } | Self::Approved { terms, .. }, ReturnEvent::ReturnCancelled { .. }) => {
                Self::Cancelled(terms)
            }
            (Self::Requested { terms, escalated_at }, ReturnEvent::ReturnEscalated { at }) => {
                Self::Requested { terms, escalated_at: escalated_at.or(Some(at)) }
            }
            (Self::Approved { terms, .. }, ReturnEvent::ReturnInTransit { tracking, at: _ }) => {
                Self::InTransit { terms, tracking }
            }
            (Self::InTransit { terms, .. }, ReturnEvent::ReturnReceived { at: _ }) => Self::Received(terms),
            (Self::Received(terms), ReturnEvent::ReturnInspected { inspected, .. }) => {
                Self::Inspected { terms, inspected }
            }
            (
                Self::Approved { terms, .. } | Self::Inspected { terms, .. },
                ReturnEvent::ReturnResolving { owed, refunds, at: _ },
            ) => Self::Resolving { terms, owed, refunds },
            (
                Self::Resolving { terms, owed: Owed::Replacement { .. }, .. },
                ReturnEvent::ReturnReplacementGivenUp { refunds, at: _ },
            ) => {
                let owed = Owed::Refund { units: terms.line_units() };
                Self::Resolving { terms, owed, refunds }
            }
            (Self::Resolving { terms, owed, mut refunds }, ReturnEvent::ReturnRefundSettled { refund, at: _ }) => {
                refunds.retain(|open| *open != refund);
                Self::Resolving { terms, owed, refunds }
            }
            (Self::Resolving { terms, owed, .. }, ReturnEvent::ReturnClosed { at: _ }) => Self::Closed { terms, owed },
            (
                same,
                ReturnEvent::ReturnRequested(_)
                | ReturnEvent::ReturnApproved { .. }
                | ReturnEvent::ReturnDeclined { .. }
                | ReturnEvent::ReturnCancelled { .. }
                | ReturnEvent::ReturnEscalated { .. }
                | ReturnEvent::ReturnInTransit { .. }
                | ReturnEvent::ReturnReceived { .. }
                | ReturnEvent::ReturnInspected { .. }
                | ReturnEvent::ReturnResolving { .. }
                | ReturnEvent::ReturnReplacementGivenUp { .. }
                | ReturnEvent::ReturnRefundSettled { .. }
                | ReturnEvent::ReturnClosed { .. },
            ) => same,
        }
    }
}
