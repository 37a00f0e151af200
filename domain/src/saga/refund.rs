//! Refund: money that is owed goes back.
//!
//! **Starts with** the cancellation of a paid order, with a payment for an order that has ended, with one on top of what
//! settled the order, or with `RefundOwed`: parts of a payment that never added up, and parts of a capture that go back for
//! units that were taken out of the order.
//!
//! **Steps.**
//! 1. The refund is requested. Its id comes from the order and the payment, so that one payment is owed back once.
//! 2. `RefundRequested` has the refund put into the hands of whoever performs it, an effect. Its outcome,
//!    `RefundSubmitted`, goes into the log.
//! 3. Whoever has it in hand reports that the money is back.
//!
//! **Compensations.** It is the compensation of a payment. It is never undone: who has got money back keeps it.
//!
//! **Ends** with `RefundSucceeded`. While nobody can take it in hand, it is tried for ever, with a growing rest; what is
//! refused five times becomes a dead letter.

use super::{Effect, Reactions, SagaCommand};
use crate::{
    event::Event,
    order::{OrderEvent, RefundPart},
    refund::{Claim, RefundCause, RefundEvent},
};

pub(super) fn react(event: &Event) -> Reactions {
    if let Event::Refund(refund, RefundEvent::RefundRequested { claim, .. }) = event {
        return Reactions::from(Effect::SubmitRefund { refund: *refund, claim: claim.clone() });
    }
    let Event::Order(order, event) = event else { return Reactions::NONE };
    let (capture, part, cause) = match event {
        OrderEvent::OrderCancelled { owed_back: Some(capture), .. } => (capture, None, RefundCause::OrderCancelled),
        OrderEvent::LatePaymentReceived { capture, .. } => (capture, None, RefundCause::LatePayment),
        OrderEvent::SurplusPaymentReceived { capture, .. } => (capture, None, RefundCause::SurplusPayment),
        OrderEvent::RefundOwed { capture, part, cause, .. } => (capture, *part, *cause),
        OrderEvent::OrderPlaced(_)
        | OrderEvent::OrderPaid { .. }
        | OrderEvent::PartialPaymentReceived { .. }
        | OrderEvent::ProcessingStarted { .. }
        | OrderEvent::OrderShipped { .. }
        | OrderEvent::OrderDelivered { .. }
        | OrderEvent::OrderCompleted { .. }
        | OrderEvent::OrderCancelled { owed_back: None, .. }
        | OrderEvent::OrderLinesCancelled { .. }
        | OrderEvent::CancellationRequested { .. }
        | OrderEvent::CancellationDeclined { .. }
        | OrderEvent::OrderExpired { .. }
        | OrderEvent::OrderReservationsReleased { .. } => return Reactions::NONE,
    };
    let whole = Claim::whole(*order, capture.clone(), cause);
    let claim = match part {
        None => whole,
        Some(RefundPart { amount, number }) => Claim { amount: Some(amount), number, ..whole },
    };
    Reactions::from(SagaCommand::RequestRefund { claim })
}
