use super::{Reaction, SagaCommand};
use crate::{
    event::Event,
    ids::OrderId,
    order::{Capture, OrderEvent},
    refund::{Claim, RefundCause, RefundEvent},
};

pub(super) fn react(event: &Event) -> Option<Reaction> {
    match event {
        Event::Order(order, OrderEvent::OrderCancelled { owed_back: Some(capture), .. }) => {
            Some(request(*order, capture, RefundCause::OrderCancelled))
        }
        Event::Order(order, OrderEvent::LatePaymentReceived { capture, .. }) => {
            Some(request(*order, capture, RefundCause::LatePayment))
        }
        Event::Order(order, OrderEvent::SurplusPaymentReceived { capture, .. }) => {
            Some(request(*order, capture, RefundCause::SurplusPayment))
        }
        Event::Order(order, OrderEvent::RefundOwed { capture, cause, .. }) => Some(request(*order, capture, *cause)),
        Event::Refund(refund, RefundEvent::RefundRequested { claim, .. }) => {
            Some(Reaction::SubmitRefund { refund: *refund, claim: claim.clone() })
        }
        Event::Order(..)
        | Event::Stock(..)
        | Event::Product(..)
        | Event::Refund(..)
        | Event::Coupon(..)
        | Event::Points(..)
        | Event::Quota(..) => None,
    }
}

fn request(order: OrderId, capture: &Capture, cause: RefundCause) -> Reaction {
    Reaction::Command(SagaCommand::RequestRefund { claim: Claim { order, capture: capture.clone(), cause } })
}
