use super::{Reaction, SagaCommand};
use crate::{
    event::Event,
    ids::OrderId,
    order::{Capture, OrderEvent},
    refund::{Claim, RefundCause, RefundEvent},
};

pub(super) fn react(event: &Event) -> Option<Reaction> {
    if let Event::Refund(refund, RefundEvent::RefundRequested { claim, .. }) = event {
        return Some(Reaction::SubmitRefund { refund: *refund, claim: claim.clone() });
    }
    let Event::Order(order, event) = event else { return None };
    let (capture, cause) = match event {
        OrderEvent::OrderCancelled { owed_back: Some(capture), .. } => (capture, RefundCause::OrderCancelled),
        OrderEvent::LatePaymentReceived { capture, .. } => (capture, RefundCause::LatePayment),
        OrderEvent::SurplusPaymentReceived { capture, .. } => (capture, RefundCause::SurplusPayment),
        OrderEvent::RefundOwed { capture, cause, .. } => (capture, *cause),
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
        | OrderEvent::OrderReservationsReleased { .. } => return None,
    };
    Some(request(*order, capture, cause))
}

fn request(order: OrderId, capture: &Capture, cause: RefundCause) -> Reaction {
    Reaction::Command(SagaCommand::RequestRefund { claim: Claim { order, capture: capture.clone(), cause } })
}
