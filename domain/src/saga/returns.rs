//! Return: a return is answered in time or put before somebody, and closed when its money is back.
//!
//! **Starts with** `ReturnRequested`, which says until when it is to be answered.
//!
//! **Steps.**
//! 1. A timer is set for the end of the time to answer. When it fires, the merchant's policy decides: the return is approved,
//!    or escalated, `ReturnEscalated`. One whose goods would have nowhere to go is escalated all the same.
//! 2. Its settlement needs no step: the inspection, or the approval where nothing is to be sent, decides what is owed in one
//!    append, and the [refund](super::refund) saga brings the money back. Where goods are owed, the [exchange](super::exchange)
//!    saga sees to them.
//! 3. `RefundSucceeded` and `RefundWrittenOff` are noted on the return that the refund settles; the last one closes it.
//!
//! **Compensations.** None of its own. A return is what undoes a sale; units that did not come back may be asked back again.
//!
//! **Ends** with `ReturnClosed`, `ReturnDeclined` or `ReturnCancelled`. An answer clears the timer; one that came in the same
//! moment has the timer's command refused, which needs nothing more. A return whose goods are never sent stays approved
//! until its customer cancels it.

use super::{Action, Reaction, Reactions, SagaCommand, Timer};
use crate::{event::Event, ids::ReturnId, money::Amount, refund::RefundEvent, returns::ReturnEvent};

pub(super) fn react(event: &Event) -> Reactions {
    match event {
        Event::Return(id, event) => review(*id, event),
        Event::Refund(
            refund,
            RefundEvent::RefundSucceeded { .. }
            | RefundEvent::RefundOffset { left: Amount::ZERO, .. }
            | RefundEvent::RefundWrittenOff { .. },
        ) => SagaCommand::SettleReturn { refund: *refund }.into(),
        Event::Refund(
            _,
            RefundEvent::RefundRequested { .. }
            | RefundEvent::RefundSubmitted { .. }
            | RefundEvent::RefundFailed { .. }
            | RefundEvent::RefundOffset { .. }
            | RefundEvent::RefundReversed { .. }
            | RefundEvent::RefundReviewRequested { .. }
            | RefundEvent::RefundRetried { .. },
        )
        | Event::Order(..)
        | Event::Stock(..)
        | Event::Product(..)
        | Event::Payment(..)
        | Event::Fulfillment(..)
        | Event::Merchant(..)
        | Event::Coupon(..)
        | Event::Points(..)
        | Event::Quota(..)
        | Event::Reference(..)
        | Event::Exception(..) => Reactions::NONE,
    }
}

fn review(id: ReturnId, event: &ReturnEvent) -> Reactions {
    let timer = Timer::ReturnReview { id };
    match event {
        ReturnEvent::ReturnRequested(terms) => Reaction::SetTimer { timer, due: terms.review_by, repeat: None }.into(),
        ReturnEvent::ReturnApproved { .. }
        | ReturnEvent::ReturnDeclined { .. }
        | ReturnEvent::ReturnCancelled { .. } => Reaction::ClearTimer { timer }.into(),
        ReturnEvent::ReturnEscalated { .. }
        | ReturnEvent::ReturnInTransit { .. }
        | ReturnEvent::ReturnReceived { .. }
        | ReturnEvent::ReturnInspected { .. }
        | ReturnEvent::ReturnResolving { .. }
        | ReturnEvent::ReturnReplacementGivenUp { .. }
        | ReturnEvent::ReturnRefundSettled { .. }
        | ReturnEvent::ReturnClosed { .. } => Reactions::NONE,
    }
}

pub(super) const fn review_fired(id: ReturnId) -> Action {
    Action::Command(SagaCommand::ReviewReturn { id })
}
